// Neutron v2.0: subnets.
#include <fmt/format.h>

#include "cloud/api/neutron.h"
#include "cloud/api/subnet_attributes.h"
#include "cloud/model/addresses.h"

namespace cloud::api {

namespace {

model::Allowed<> check_overlap(Call& call, const model::Subnet& subnet) {
  for (const auto& [id, other] : call.state().subnets)
    if (other.network_id == subnet.network_id && other.cidr.overlaps(subnet.cidr))
      return model::refuse(
          400, "InvalidInput",
          fmt::format("Invalid input for operation: Requested subnet with cidr: {} "
                      "for network: {} overlaps with another subnet.",
                      net::to_string(subnet.cidr), subnet.network_id));
  return {};
}

model::Allowed<json::Object> create_subnet(Call& call, const json::Value& sent) {
  Attributes attributes(sent);
  std::string network_id;
  attributes.text("network_id", network_id);
  auto network = find_network(call, network_id);
  if (!network) return std::unexpected(network.error());
  auto project = project_for(call, attributes);
  if (!project) return std::unexpected(project.error());
  auto cidr = read_cidr(attributes);
  if (!cidr) return std::unexpected(cidr.error());
  if (!call.may_see(network->project_id))
    return model::refuse(403, "PolicyNotAuthorized", "rule:create_subnet is disallowed by policy");
  model::Subnet subnet;
  subnet.id = new_id();
  subnet.project_id = *project;
  subnet.network_id = network->id;
  subnet.created_at = subnet.updated_at = call.cloud.now();
  subnet.cidr = *cidr;
  subnet.gateway_ip = model::default_gateway(*cidr);
  read_subnet(attributes, subnet);
  if (auto read = attributes.finish(); !read) return std::unexpected(read.error());
  if (attributes.value("allocation_pools").is_null())
    subnet.allocation_pools = model::default_pools(subnet.cidr, subnet.gateway_ip);
  if (auto pools = model::check_pools(subnet); !pools) return std::unexpected(pools.error());
  if (auto free = check_overlap(call, subnet); !free) return std::unexpected(free.error());
  call.state().subnets.put(subnet);
  return subnet_view(subnet);
}

Answer create_subnets(Call& call) {
  return create(call, "subnet", "subnets", create_subnet);
}

Answer list_subnets(Call& call) {
  json::Array rows;
  for (const auto& [id, subnet] : call.state().subnets)
    if (find_subnet(call, id)) rows.push_back(subnet_view(subnet));
  return list(call, "subnets", std::move(rows), subnet_view(model::Subnet{}));
}

Answer show_subnet(Call& call) {
  auto subnet = find_subnet(call, call.captured[0]);
  if (!subnet) return std::unexpected(subnet.error());
  return show(call, "subnet", subnet_view(*subnet));
}

Answer update_subnet(Call& call) {
  auto subnet = find_subnet(call, call.captured[0]);
  if (!subnet) return std::unexpected(subnet.error());
  if (auto match = check_revision(call, subnet->revision_number); !match)
    return std::unexpected(match.error());
  Attributes attributes(call.body["subnet"]);
  read_subnet(attributes, *subnet);
  if (auto read = attributes.finish(); !read) return std::unexpected(read.error());
  if (auto pools = model::check_pools(*subnet); !pools) return std::unexpected(pools.error());
  touch(*subnet, call.cloud.now());
  call.state().subnets.put(*subnet);
  return reply(200, json::Object{{"subnet", subnet_view(*subnet)}});
}

Answer delete_subnet(Call& call) {
  auto subnet = find_subnet(call, call.captured[0]);
  if (!subnet) return std::unexpected(subnet.error());
  for (const auto& [id, port] : call.state().ports)
    for (const model::FixedIp& fixed : port.fixed_ips)
      if (fixed.subnet_id == subnet->id)
        return model::refuse(409, "SubnetInUse",
                             fmt::format("Unable to complete operation on subnet {}: One or more "
                                         "ports have an IP allocation from this subnet.",
                                         subnet->id));
  call.state().subnets.erase(subnet->id);
  return reply(204);
}

Answer subnet_tags(Call& call) {
  auto subnet = find_subnet(call, call.captured[0]);
  if (!subnet) return std::unexpected(subnet.error());
  bool is_changed = false;
  Answer answer = edit_tags(call, subnet->tags, is_changed);
  if (answer && is_changed) {
    touch(*subnet, call.cloud.now());
    call.state().subnets.put(*subnet);
  }
  return answer;
}

constexpr Route kRoutes[] = {
    {"GET", "v2.0/subnets", list_subnets},
    {"POST", "v2.0/subnets", create_subnets},
    {"GET", "v2.0/subnets/{}", show_subnet},
    {"PUT", "v2.0/subnets/{}", update_subnet},
    {"DELETE", "v2.0/subnets/{}", delete_subnet},
    {"GET", "v2.0/subnets/{}/tags", subnet_tags},
    {"PUT", "v2.0/subnets/{}/tags", subnet_tags},
    {"DELETE", "v2.0/subnets/{}/tags", subnet_tags},
    {"GET", "v2.0/subnets/{}/tags/{}", subnet_tags},
    {"PUT", "v2.0/subnets/{}/tags/{}", subnet_tags},
    {"DELETE", "v2.0/subnets/{}/tags/{}", subnet_tags},
};

}  // namespace

std::span<const Route> subnet_routes() {
  return kRoutes;
}

}  // namespace cloud::api
