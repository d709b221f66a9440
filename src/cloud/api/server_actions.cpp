// Nova 2.1: POST /servers/{id}/action.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "cloud/api/servers.h"

namespace cloud::api {

namespace {

std::unexpected<model::Refusal> wrong_state(std::string_view action, const model::Server& server) {
  return model::refuse(409, "InstanceInvalidState",
                       fmt::format("Cannot '{}' instance {} while it is in status {}", action,
                                   server.id, server.status));
}

void put(Call& call, model::Server& server) {
  server.updated_at = call.cloud.now();
  call.state().servers.put(server);
}

Answer start(Call& call, model::Server server, const json::Value&) {
  if (server.status != "SHUTOFF") return wrong_state("start", server);
  server.task_state = "powering-on";
  put(call, server);
  call.cloud.later([cloud = &call.cloud, id = server.id] { boot_server(*cloud, id); });
  return reply(202);
}

// Gracefully: jobs get SIGTERM. The status changes once the guest has ended.
Answer stop(Call& call, model::Server server, const json::Value&) {
  if (server.status != "ACTIVE" && server.status != "ERROR") return wrong_state("stop", server);
  server.task_state = "powering-off";
  put(call, server);
  call.cloud.later([cloud = &call.cloud, id = server.id] {
    if (!cloud->hypervisor.stop(id)) note_end(*cloud, id);  // it was not running
  });
  return reply(202);
}

Answer reboot(Call& call, model::Server server, const json::Value& argument) {
  const std::string type = argument.text_or("type", "");
  const bool is_hard = base::equals_ignoring_case(type, "HARD");
  if (!is_hard && !base::equals_ignoring_case(type, "SOFT"))
    return model::refuse(400, "BadRequest",
                         "Invalid input for field/attribute type. It is SOFT or HARD.");
  const bool is_possible = server.status == "ACTIVE" ||
                           (is_hard && (server.status == "SHUTOFF" || server.status == "ERROR" ||
                                        server.status == "REBOOT"));
  if (!is_possible) return wrong_state("reboot", server);
  server.status = is_hard ? "HARD_REBOOT" : "REBOOT";
  server.task_state = is_hard ? "rebooting_hard" : "rebooting";
  put(call, server);
  call.cloud.later([cloud = &call.cloud, id = server.id, is_hard] {
    const auto ending = is_hard ? cloud->hypervisor.power_off(id) : cloud->hypervisor.stop(id);
    if (!ending) note_end(*cloud, id);  // not running: boots it
  });
  return reply(202);
}

Answer console_output(Call& call, model::Server server, const json::Value& argument) {
  constexpr std::size_t kMostBytes = std::size_t{4} << 20;
  auto text = call.cloud.hypervisor.console(server.id, kMostBytes);
  if (!text) return std::unexpected(refusal_from(text.error()));
  std::optional<std::int64_t> length = argument["length"].as_integer();
  if (const std::string* digits = argument["length"].as_string())
    length = base::parse_number<std::int64_t>(*digits);
  if (length && *length >= 0) {
    std::size_t start = text->size();
    if (start > 0 && text->back() == '\n') --start;
    for (std::int64_t lines = 0; lines < *length && start > 0; ++lines) {
      const auto before = text->rfind('\n', start - 1);
      start = before == std::string::npos ? 0 : before;
    }
    if (start > 0) ++start;
    text->erase(0, std::min(start, text->size()));
  }
  return reply(200, json::Object{{"output", *text}});
}

Answer remove(Call& call, model::Server server, const json::Value&) {
  (void)call.cloud.hypervisor.power_off(server.id);  // not running is fine
  remove_server(call.cloud, server);
  call.cloud.later([cloud = &call.cloud, id = server.id] { cloud->hypervisor.forget_console(id); });
  return reply(204);
}

struct Action {
  std::string_view name;
  Answer (*handler)(Call& call, model::Server server, const json::Value& argument);
};
constexpr std::array kActions = {
    Action{"os-start", start},     Action{"os-stop", stop},
    Action{"reboot", reboot},      Action{"os-getConsoleOutput", console_output},
    Action{"forceDelete", remove},
};
constexpr std::array<std::string_view, 19> kNotOffered = {
    "addFloatingIp",  "addSecurityGroup",
    "changePassword", "confirmResize",
    "createBackup",   "createImage",
    "evacuate",       "lock",
    "migrate",        "os-migrateLive",
    "os-resetState",  "pause",
    "rebuild",        "removeSecurityGroup",
    "rescue",         "resize",
    "suspend",        "unlock",
    "unpause",
};

Answer act(Call& call) {
  auto server = find_server(call, call.captured[0]);
  if (!server) return std::unexpected(server.error());
  const json::Object* body = call.body.as_object();
  if (body == nullptr || body->size() != 1)
    return model::refuse(400, "BadRequest", "The body must hold exactly one action.");
  const auto& [name, argument] = *body->begin();
  for (const Action& action : kActions)
    if (action.name == name) return action.handler(call, *std::move(server), argument);
  if (std::ranges::find(kNotOffered, name) != kNotOffered.end())
    return model::refuse(501, "NotImplemented",
                         fmt::format("The embedded cloud does not offer the action {}.", name));
  return model::refuse(400, "BadRequest",
                       fmt::format("There is no such action: {}", base::printable(name)));
}

constexpr Route kRoutes[] = {
    {"POST", "v2.1/servers/{}/action", act},
};

}  // namespace

std::span<const Route> server_action_routes() {
  return kRoutes;
}

}  // namespace cloud::api
