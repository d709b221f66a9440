// Nova 2.1: how a server is shown, by microversion and role.
#include "cloud/api/servers.h"

#include "cloud/api/nova.h"
#include "cloud/api/volumes.h"
#include "cloud/model/digest.h"

namespace cloud::api {

namespace {

json::Value flavor_of(Call& call, const model::Server& server) {
  const model::Flavor* flavor = call.state().flavors.find(server.flavor_id);
  if (call.microversion < 47)
    return json::Object{{"id", server.flavor_id},
                        {"links", self_link(call, "flavors/" + server.flavor_id)}};
  if (flavor == nullptr) return json::Object{{"original_name", server.flavor_id}};
  json::Object specs;
  for (const auto& [key, value] : flavor->extra_specs) specs.set(key, value);
  return json::Object{
      {"original_name", flavor->name},  {"vcpus", flavor->vcpus},         {"ram", flavor->ram},
      {"disk", flavor->disk},           {"ephemeral", flavor->ephemeral}, {"swap", flavor->swap},
      {"extra_specs", std::move(specs)}};
}

// What later microversions added.
void add_newer_attributes(Call& call, const model::Server& server, json::Object& view) {
  if (call.microversion >= 9) view.set("locked", server.locked);
  if (call.microversion >= 19)
    view.set("description",
             server.description.empty() ? json::Value() : json::Value(server.description));
  if (call.microversion >= 26) view.set("tags", texts(server.tags));
  if (call.microversion >= 63) view.set("trusted_image_certificates", nullptr);
  if (!call.session->is_admin) return;
  view.set("OS-EXT-SRV-ATTR:host", kHost);
  view.set("OS-EXT-SRV-ATTR:hypervisor_hostname", kHost);
  view.set("OS-EXT-SRV-ATTR:instance_name", "instance-" + server.id.substr(0, 8));
  if (call.microversion >= 16) view.set("host_status", "UP");
  if (call.microversion < 3) return;
  view.set("OS-EXT-SRV-ATTR:hostname", server.hostname);
  view.set("OS-EXT-SRV-ATTR:user_data",
           server.user_data.empty() ? json::Value() : json::Value(server.user_data));
  view.set("OS-EXT-SRV-ATTR:root_device_name", server.root_device_name);
  view.set("OS-EXT-SRV-ATTR:launch_index", 0);
  view.set("OS-EXT-SRV-ATTR:kernel_id", "");
  view.set("OS-EXT-SRV-ATTR:ramdisk_id", "");
  view.set("OS-EXT-SRV-ATTR:reservation_id", "r-" + server.id.substr(0, 8));
}

json::Array volumes_view(Call& call, const model::Server& server) {
  json::Array rows;
  for (const model::Volume* volume : volumes_of(call.state(), server.id)) {
    json::Object row{{"id", volume->id}};
    if (call.microversion >= 3)
      row.set("delete_on_termination", attachment_to(*volume, server.id)->delete_on_termination);
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string vm_state(const model::Server& server) {
  if (server.status == "BUILD") return "building";
  if (server.status == "SHUTOFF") return "stopped";
  return server.status == "ERROR" ? "error" : "active";
}

}  // namespace

json::Object addresses_view(Call& call, const model::Server& server) {
  json::Object by_network;
  for (const std::string& id : server.port_ids) {
    const model::Port* port = call.state().ports.find(id);
    const model::Network* network =
        port == nullptr ? nullptr : call.state().networks.find(port->network_id);
    if (network == nullptr) continue;
    json::Array list;
    if (const json::Value* before = by_network.find(network->name)) list = *before->as_array();
    for (const model::FixedIp& fixed : port->fixed_ips)
      list.push_back(json::Object{{"version", fixed.address.is_v4() ? 4 : 6},
                                  {"addr", net::to_string(fixed.address)},
                                  {"OS-EXT-IPS:type", "fixed"},
                                  {"OS-EXT-IPS-MAC:mac_addr", net::to_string(port->mac_address)}});
    by_network.set(network->name, std::move(list));
  }
  return by_network;
}

json::Object server_view(Call& call, const model::Server& server, bool in_detail) {
  json::Object view{
      {"id", server.id}, {"name", server.name}, {"links", self_link(call, "servers/" + server.id)}};
  if (!in_detail) return view;
  json::Array groups;
  for (const std::string& name : server.security_group_names)
    groups.push_back(json::Object{{"name", name}});
  const bool is_steady = server.task_state.empty();
  const bool is_running = call.cloud.hypervisor.is_running(server.id);
  view.set("status", server.status);
  view.set("tenant_id", server.project_id);
  view.set("user_id", server.user_id);
  view.set("metadata", metadata_view(server));
  view.set("hostId", model::sha512_hex(server.project_id + std::string(kHost)).substr(0, 56));
  view.set("image", server.image_id.empty()
                        ? json::Value("")
                        : json::Value(json::Object{
                              {"id", server.image_id},
                              {"links", self_link(call, "images/" + server.image_id)}}));
  view.set("flavor", flavor_of(call, server));
  view.set("created", iso_time(server.created_at));
  view.set("updated", iso_time(server.updated_at));
  view.set("addresses", addresses_view(call, server));
  view.set("accessIPv4", "");
  view.set("accessIPv6", "");
  view.set("config_drive", server.config_drive);
  view.set("key_name", server.key_name.empty() ? json::Value() : json::Value(server.key_name));
  view.set("OS-DCF:diskConfig", "MANUAL");
  view.set("OS-EXT-AZ:availability_zone", server.availability_zone);
  view.set("OS-EXT-STS:vm_state", vm_state(server));
  view.set("OS-EXT-STS:task_state", is_steady ? json::Value() : json::Value(server.task_state));
  view.set("OS-EXT-STS:power_state", is_running ? 1 : (server.status == "SHUTOFF" ? 4 : 0));
  view.set("OS-SRV-USG:launched_at",
           server.launched_at ? json::Value(iso_time(*server.launched_at).substr(0, 19) + ".000000")
                              : json::Value());
  view.set("OS-SRV-USG:terminated_at", nullptr);
  view.set("os-extended-volumes:volumes_attached", volumes_view(call, server));
  view.set("security_groups", std::move(groups));
  if (server.status == "ACTIVE" || server.status == "BUILD" || server.status == "REBOOT")
    view.set("progress", server.status == "BUILD" ? 0 : 100);
  if (server.fault) {
    json::Object fault{{"code", server.fault->code},
                       {"message", server.fault->message},
                       {"created", iso_time(server.fault->created)}};
    if (call.session->is_admin) fault.set("details", server.fault->details);
    view.set("fault", std::move(fault));
  }
  add_newer_attributes(call, server, view);
  return view;
}

}  // namespace cloud::api
