// The embedded cloud's whole API without its data plane: method, path and body from the input, the
// first line being "METHOD /path". Each input meets the same small cloud.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/log.h"
#include "cloud/api/api.h"
#include "cloud/api/test_hypervisor.h"

namespace {

// A token with a fixed name, a network, a subnet, a port and a server to aim at.
void furnish(cloud::model::State& state) {
  const std::string project = state.users.begin()->second.grants.front().project_id;
  cloud::model::Token token;
  token.id = "t";
  token.user_id = state.users.begin()->first;
  token.project_id = project;
  token.expires_at = std::int64_t{1} << 40;
  state.tokens.put(token);
  cloud::model::Network network;
  network.id = "n";
  network.project_id = project;
  state.networks.put(network);
  cloud::model::Subnet subnet;
  subnet.id = "s";
  subnet.network_id = "n";
  subnet.cidr = *net::Prefix::parse("10.0.0.0/24");
  subnet.allocation_pools = {{net::IpAddress::v4(0x0a000002), net::IpAddress::v4(0x0a0000fe)}};
  state.subnets.put(subnet);
  cloud::model::Port port;
  port.id = "p";
  port.network_id = "n";
  port.project_id = project;
  state.ports.put(port);
  cloud::model::Image image;
  image.id = "i";
  image.project_id = project;
  image.status = "active";
  state.images.put(image);
  cloud::model::Server server;
  server.id = "v";
  server.project_id = project;
  server.flavor_id = "1";
  server.status = "ACTIVE";
  state.servers.put(server);
  state.commit();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  base::log::set_sink([](base::log::Level, std::string_view) { return true; });
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto end_of_line = input.find('\n');
  const std::string_view line = input.substr(0, end_of_line);
  const auto space = line.find(' ');
  if (space == std::string_view::npos) return 0;
  static cloud::store::Store store = *cloud::store::Store::open(":memory:");
  cloud::model::State state;
  cloud::api::TestHypervisor host;
  cloud::api::Api api(state, store, host, {.base_url = "http://c", .admin_token = "o"});
  if (!api.bootstrap("d", "a")) return 0;
  furnish(state);
  http::Request request{.method = std::string(line.substr(0, space)),
                        .target = std::string(line.substr(space + 1)),
                        .headers = {{"X-Auth-Token", "t"},
                                    {"X-Holdfast-Token", "o"},
                                    {"OpenStack-API-Version", "compute 2.60"}},
                        .body = {}};
  if (end_of_line != std::string_view::npos) request.body = input.substr(end_of_line + 1);
  if (request.target.ends_with("/file"))
    request.headers.set("Content-Type", "application/octet-stream");
  const http::Response response = api.handle(request);
  // A mistake of ours shows as a status that no handler gives on purpose.
  if (response.status == 500) __builtin_trap();
  return 0;
}
