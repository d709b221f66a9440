// What a tenant puts into a server's user data, as process 1 of the guest reads it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "cloud/guest/boot_order.h"
#include "cloud/guest/user_data.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto settings = cloud::guest::read_user_data(text);
  if (!settings) return 0;
  for (const auto& job : settings->jobs) {
    if (job.command.empty()) std::abort();
    for (const auto& [path, content] : job.files)
      if (!cloud::guest::is_job_path(path)) std::abort();
  }
  const std::vector<cloud::guest::Interface> ports{
      {.name = "eth0",
       .mac = net::MacAddress({2, 0, 0, 0, 0, 1}),
       .addresses = {net::Prefix::from(net::IpAddress::v4(0x0a000001), 24).value()},
       .gateways = {}}};
  if (cloud::guest::configured(ports, *settings).size() != 1) std::abort();
  return 0;
}
