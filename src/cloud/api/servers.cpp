// Nova 2.1: servers listed, shown, renamed and deleted.
#include "cloud/api/servers.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cloud/api/nova.h"

namespace cloud::api {

namespace {

bool matches(Call& call, const model::Server& server) {
  for (const auto& [name, value] : call.query) {
    if (name == "name") {
      // Nova takes a regular expression; here: a part of the name, or the whole in ^…$.
      const bool is_whole = value.starts_with('^') && value.ends_with('$') && value.size() >= 2;
      const bool is_match = is_whole ? server.name == value.substr(1, value.size() - 2)
                                     : server.name.find(value) != std::string::npos;
      if (!is_match) return false;
    }
    if (name == "status" && !base::equals_ignoring_case(value, server.status)) return false;
    if (name == "uuid" && value != server.id) return false;
    if (name == "image" && value != server.image_id) return false;
    if (name == "flavor" && value != server.flavor_id) return false;
    if (name == "key_name" && value != server.key_name) return false;
    if (name == "user_id" && value != server.user_id) return false;
    if ((name == "project_id" || name == "tenant_id") && value != server.project_id) return false;
    if (name == "ip" || name == "ip6") {
      bool has_it = false;
      for (const std::string& id : server.port_ids)
        if (const model::Port* port = call.state().ports.find(id))
          for (const model::FixedIp& fixed : port->fixed_ips)
            has_it = has_it || net::to_string(fixed.address).find(value) != std::string::npos;
      if (!has_it) return false;
    }
    // Deleted servers are forgotten at once, so there is none to list.
    if (name == "deleted" && (base::equals_ignoring_case(value, "true") || value == "1"))
      return false;
  }
  return true;
}

Answer servers(Call& call, bool in_detail) {
  const std::string all = base::to_lower(model::value_of(call.query, "all_tenants"));
  const bool has_all =
      !model::values_of(call.query, "all_tenants").empty() && all != "0" && all != "false";
  if (has_all && !call.session->is_admin)
    return model::refuse(403, "Forbidden",
                         "Policy doesn't allow os_compute_api:servers:detail:get_all_tenants to be "
                         "performed.");
  std::vector<const model::Server*> found;
  for (const auto& [id, server] : call.state().servers)
    if ((has_all || server.project_id == call.project()) && matches(call, server))
      found.push_back(&server);
  std::ranges::stable_sort(found, std::greater(), &model::Server::created_at);
  json::Array rows;
  for (const model::Server* server : found) rows.push_back(server_view(call, *server, in_detail));
  const model::Query paging = {{"limit", model::value_of(call.query, "limit")},
                               {"marker", model::value_of(call.query, "marker")}};
  auto page = model::select(std::move(rows), paging, json::Object{});
  if (!page) return std::unexpected(page.error());
  json::Object document{{"servers", std::move(page->rows)}};
  if (!page->next_marker.empty()) {
    std::string next = fmt::format("servers{}?", in_detail ? "/detail" : "");
    for (const auto& [name, value] : call.query)
      if (name != "marker")
        next += fmt::format("{}={}&", http::percent_encode(name), http::percent_encode(value));
    document.set(
        "servers_links",
        json::Array{json::Object{
            {"rel", "next"}, {"href", compute_url(call, next + "marker=" + page->next_marker)}}});
  }
  return reply(200, document);
}

Answer list_servers(Call& call) {
  return servers(call, false);
}
Answer list_servers_in_detail(Call& call) {
  return servers(call, true);
}

Answer show_server(Call& call) {
  auto server = find_server(call, call.captured[0]);
  if (!server) return std::unexpected(server.error());
  return reply(200, json::Object{{"server", server_view(call, *server, true)}});
}

Answer update_server(Call& call) {
  auto server = find_server(call, call.captured[0]);
  if (!server) return std::unexpected(server.error());
  const json::Value& sent = call.body["server"];
  if (sent.as_object() == nullptr) return bad("'server' is a required property");
  server->name = sent.text_or("name", server->name);
  server->description = sent.text_or("description", server->description);
  if (base::trim(server->name).empty() || server->name.size() > 255)
    return bad("Invalid input for field/attribute name.");
  server->updated_at = call.cloud.now();
  call.state().servers.put(*server);
  return reply(200, json::Object{{"server", server_view(call, *server, true)}});
}

// Nova destroys a guest without asking it.
Answer delete_server(Call& call) {
  auto server = find_server(call, call.captured[0]);
  if (!server) return std::unexpected(server.error());
  if (call.cloud.hypervisor.is_running(server->id))
    if (auto gone = call.cloud.hypervisor.power_off(server->id);
        !gone && gone.error().kind != base::Kind::NotFound)
      return std::unexpected(refusal_from(gone.error()));
  remove_server(call.cloud, *server);
  call.cloud.later(
      [cloud = &call.cloud, id = server->id] { cloud->hypervisor.forget_console(id); });
  return reply(204);
}

constexpr Route kRoutes[] = {
    {"GET", "v2.1/servers", list_servers},
    {"GET", "v2.1/servers/detail", list_servers_in_detail},
    {"GET", "v2.1/servers/{}", show_server},
    {"PUT", "v2.1/servers/{}", update_server},
    {"DELETE", "v2.1/servers/{}", delete_server},
};

}  // namespace

std::span<const Route> server_routes() {
  return kRoutes;
}

}  // namespace cloud::api
