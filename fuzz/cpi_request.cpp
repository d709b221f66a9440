// A CPI request and a configuration from anywhere: an answer, never a crash. The input is a
// request, a zero byte, and a cpi.json.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "cpi/config.h"
#include "cpi/networks.h"
#include "cpi/request.h"
#include "cpi/run.h"
#include "cpi/user_data.h"
#include "cpi/vm_properties.h"

namespace {

// All that create_vm decides before it asks the cloud.
void plan(const cpi::Request& request, const cpi::Config& config) {
  const auto properties = cpi::read_vm_properties(request.argument(2), config);
  const auto networks = cpi::read_networks(request.argument(3), config);
  if (!networks) return;
  const cpi::VmSettings settings{.vm_name = "vm",
                                 .agent_id = "agent",
                                 .networks = cpi::network_settings(*networks, {}, true),
                                 .environment = request.argument(5)};
  if (!json::parse(cpi::user_data(settings, config).value_or("{}"))) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto zero = input.find('\0');
  const auto request = cpi::read_request(input.substr(0, zero));
  const json::Object context = request ? request->context : json::Object{};
  const auto config = cpi::read_config(zero == std::string_view::npos ? "" : input.substr(zero + 1),
                                       context, "ca.pem");
  if (request) plan(*request, config.value_or(cpi::Config{}));
  const cpi::Result<json::Value> answer =
      request ? cpi::Result<json::Value>(request->argument(0)) : std::unexpected(request.error());
  if (!json::parse(cpi::to_json(answer))) std::abort();
  return 0;
}
