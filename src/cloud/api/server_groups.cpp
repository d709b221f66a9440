// Nova 2.1: server groups. Every server counts as on a host of its own, so that anti-affinity is
// always kept and affinity is only recorded.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "cloud/api/nova.h"
#include "cloud/api/server_order.h"

namespace cloud::api {

namespace {

constexpr std::array<std::string_view, 4> kPolicies = {"affinity", "anti-affinity", "soft-affinity",
                                                       "soft-anti-affinity"};
constexpr int kSinglePolicy = 64;  // the microversion that says "policy" and no longer "policies"

json::Object group_view(const Call& call, const model::ServerGroup& group) {
  json::Object view{{"id", group.id}, {"name", group.name}, {"members", texts(group.server_ids)}};
  if (call.microversion >= kSinglePolicy) {
    view.set("policy", group.policy);
    view.set("rules", json::Object{});
  } else {
    view.set("policies", json::Array{group.policy});
    view.set("metadata", json::Object{});
  }
  if (call.microversion >= 13) {
    view.set("project_id", group.project_id);
    view.set("user_id", group.user_id);
  }
  return view;
}

model::Allowed<model::ServerGroup> find_group(Call& call) {
  const model::ServerGroup* group = call.state().server_groups.find(call.captured[0]);
  if (group == nullptr || !call.may_see(group->project_id))
    return model::refuse(
        404, "InstanceGroupNotFound",
        fmt::format("Instance group {} could not be found.", base::printable(call.captured[0])));
  return *group;
}

Answer list_groups(Call& call) {
  json::Array rows;
  for (const auto& [id, group] : call.state().server_groups)
    if (group.project_id == call.project()) rows.push_back(group_view(call, group));
  return reply(200, json::Object{{"server_groups", std::move(rows)}});
}

Answer create_group(Call& call) {
  const json::Value& sent = call.body["server_group"];
  model::ServerGroup group;
  group.id = new_id();
  group.project_id = call.project();
  group.user_id = call.session->user.id;
  group.name = sent.text_or("name", "");
  group.policy = call.microversion >= kSinglePolicy ? sent.text_or("policy", "") : "";
  if (const json::Array* policies = sent["policies"].as_array();
      call.microversion < kSinglePolicy && policies != nullptr && policies->size() == 1 &&
      policies->front().as_string() != nullptr)
    group.policy = *policies->front().as_string();
  if (group.name.empty() || group.name.size() > 255)
    return bad("Invalid input for field/attribute name. A server group needs a name.");
  if (std::ranges::find(kPolicies, group.policy) == kPolicies.end())
    return bad(fmt::format(
        "Invalid input for field/attribute {}. One of {} is needed.",
        call.microversion >= kSinglePolicy ? "policy" : "policies",
        base::join(std::vector<std::string>(kPolicies.begin(), kPolicies.end()), ", ")));
  call.state().server_groups.put(group);
  return reply(200, json::Object{{"server_group", group_view(call, group)}});
}

Answer show_group(Call& call) {
  const auto group = find_group(call);
  if (!group) return std::unexpected(group.error());
  return reply(200, json::Object{{"server_group", group_view(call, *group)}});
}

Answer delete_group(Call& call) {
  const auto group = find_group(call);
  if (!group) return std::unexpected(group.error());
  call.state().server_groups.erase(group->id);
  return reply(204);
}

constexpr Route kRoutes[] = {
    {"GET", "v2.1/os-server-groups", list_groups},
    {"POST", "v2.1/os-server-groups", create_group},
    {"GET", "v2.1/os-server-groups/{}", show_group},
    {"DELETE", "v2.1/os-server-groups/{}", delete_group},
};

}  // namespace

model::Allowed<> join_group(Call& call, Order& order) {
  const std::string id = call.body["os:scheduler_hints"].text_or("group", "");
  if (id.empty()) return {};
  const model::ServerGroup* found = call.state().server_groups.find(id);
  if (found == nullptr || !call.may_see(found->project_id))
    return bad(fmt::format("Instance group {} could not be found.", base::printable(id)));
  model::ServerGroup group = *found;
  group.server_ids.push_back(order.server.id);
  order.server.server_group_id = id;
  call.state().server_groups.put(std::move(group));
  return {};
}

void leave_group(Cloud& cloud, const model::Server& server) {
  const model::ServerGroup* found = cloud.state.server_groups.find(server.server_group_id);
  if (found == nullptr) return;
  model::ServerGroup group = *found;
  std::erase(group.server_ids, server.id);
  cloud.state.server_groups.put(std::move(group));
}

std::span<const Route> server_group_routes() {
  return kRoutes;
}

}  // namespace cloud::api
