// What happens to servers, whoever asks for it.
#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "cloud/api/servers.h"
#include "cloud/api/volumes.h"
#include "cloud/model/digest.h"

namespace cloud::api {

namespace {

void set_fault(Cloud& cloud, model::Server& server, const base::Error& error) {
  server.status = "ERROR";
  server.task_state.clear();
  server.fault = model::Fault{.code = 500,
                              .message = error.what,
                              .details = base::to_string(error),
                              .created = cloud.now()};
}

}  // namespace

model::Allowed<model::Server> find_server(Call& call, const std::string& id) {
  const model::Server* server = call.state().servers.find(id);
  if (server == nullptr || !call.may_see(server->project_id))
    return model::refuse(404, "InstanceNotFound",
                         fmt::format("Instance {} could not be found.", base::printable(id)));
  return *server;
}

void mark_ports(Cloud& cloud, const model::Server& server, bool is_running) {
  for (const std::string& id : server.port_ids) {
    const model::Port* found = cloud.state.ports.find(id);
    if (found == nullptr) continue;
    model::Port port = *found;
    port.status = is_running && port.admin_state_up ? "ACTIVE" : "DOWN";
    if (port.status == found->status) continue;
    ++port.revision_number;
    port.updated_at = cloud.now();
    cloud.state.ports.put(std::move(port));
  }
}

void boot_server(Cloud& cloud, const std::string& id) {
  const model::Server* found = cloud.state.servers.find(id);
  if (found == nullptr) return;  // deleted meanwhile
  model::Server server = *found;
  const auto user_data = model::decode_base64(server.user_data);
  const auto booted = cloud.hypervisor.boot(cloud.state, {.id = id,
                                                          .name = server.name,
                                                          .port_ids = server.port_ids,
                                                          .user_data = user_data.value_or("")});
  server.updated_at = cloud.now();
  if (booted) {
    server.status = "ACTIVE";
    server.task_state.clear();
    server.fault.reset();
    server.launched_at = cloud.now();
    base::log::info("server.active", {{"server", id}, {"name", server.name}});
  } else {
    set_fault(cloud, server, booted.error());
    base::log::error(
        "server.error",
        {{"server", id}, {"name", server.name}, {"why", base::to_string(booted.error())}});
  }
  mark_ports(cloud, server, booted.has_value());
  cloud.state.servers.put(std::move(server));
}

void find_no_host(Cloud& cloud, const std::string& id) {
  const model::Server* found = cloud.state.servers.find(id);
  if (found == nullptr) return;
  model::Server server = *found;
  set_fault(cloud, server,
            {base::Kind::Unavailable,
             "No valid host was found. There are not enough hosts available.", ""});
  mark_ports(cloud, server, false);
  cloud.state.servers.put(std::move(server));
}

void note_end(Cloud& cloud, const std::string& id) {
  const model::Server* found = cloud.state.servers.find(id);
  if (found == nullptr) return;  // deleted, or a shell
  if (found->status == "REBOOT" || found->status == "HARD_REBOOT") return boot_server(cloud, id);
  model::Server server = *found;
  if (server.status != "ERROR") server.status = "SHUTOFF";
  server.task_state.clear();
  server.updated_at = cloud.now();
  mark_ports(cloud, server, false);
  base::log::info("server.shutoff", {{"server", id}, {"name", server.name}});
  cloud.state.servers.put(std::move(server));
}

void remove_server(Cloud& cloud, const model::Server& server) {
  for (const std::string& id : server.port_ids) {
    const model::Port* found = cloud.state.ports.find(id);
    if (found == nullptr) continue;
    if (found->is_owned_by_server) {
      cloud.state.ports.erase(id);
      continue;
    }
    model::Port port = *found;
    port.device_id.clear();
    port.device_owner.clear();
    port.binding_host_id.clear();
    port.status = "DOWN";
    ++port.revision_number;
    port.updated_at = cloud.now();
    cloud.state.ports.put(std::move(port));
  }
  release_volumes(cloud, server);
  leave_group(cloud, server);
  cloud.state.servers.erase(server.id);
}

}  // namespace cloud::api
