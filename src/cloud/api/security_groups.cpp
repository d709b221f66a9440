// Neutron v2.0: security groups and their rules.
#include <fmt/format.h>

#include <algorithm>

#include "cloud/api/neutron.h"
#include "cloud/model/security.h"

namespace cloud::api {

namespace {

json::Value or_null(const std::string& text) {
  return text.empty() ? json::Value() : json::Value(text);
}
json::Value or_null(const std::optional<std::int64_t>& number) {
  return number ? json::Value(*number) : json::Value();
}

json::Object rule_view(const model::SecurityGroupRule& rule) {
  json::Object view{{"id", rule.id},
                    {"security_group_id", rule.security_group_id},
                    {"direction", rule.direction},
                    {"ethertype", rule.ethertype},
                    {"protocol", or_null(rule.protocol)},
                    {"port_range_min", or_null(rule.port_range_min)},
                    {"port_range_max", or_null(rule.port_range_max)},
                    {"remote_ip_prefix", or_null(rule.remote_ip_prefix)},
                    {"remote_group_id", or_null(rule.remote_group_id)},
                    {"remote_address_group_id", nullptr},
                    {"normalized_cidr", or_null(rule.remote_ip_prefix)},
                    {"description", rule.description}};
  add_standard_attributes(view, rule);
  return view;
}

json::Object group_view(Call& call, const model::SecurityGroup& group) {
  json::Array rules;
  for (const auto& [id, rule] : call.state().security_group_rules)
    if (rule.security_group_id == group.id) rules.push_back(rule_view(rule));
  json::Object view{
      {"id", group.id},           {"name", group.name}, {"description", group.description},
      {"stateful", true},         {"shared", false},    {"security_group_rules", std::move(rules)},
      {"tags", texts(group.tags)}};
  add_standard_attributes(view, group);
  return view;
}

model::Allowed<json::Object> create_group(Call& call, const json::Value& sent) {
  Attributes attributes(sent);
  model::SecurityGroup group;
  attributes.text("name", group.name);
  attributes.text("description", group.description);
  attributes.text_list("tags", group.tags);
  bool is_stateful = true;
  attributes.flag("stateful", is_stateful);
  if (!is_stateful) attributes.must_be_absent("stateful", "stateless security groups");
  auto project = project_for(call, attributes);
  if (!project) return std::unexpected(project.error());
  if (auto read = attributes.finish(); !read) return std::unexpected(read.error());
  if (!is_stateful)
    return model::refuse(501, "NotImplemented",
                         "The embedded cloud does not offer stateless security groups.");
  if (group.name == model::kDefaultGroup)
    return model::refuse(409, "SecurityGroupDefaultAlreadyExists",
                         "Default security group already exists.");
  group.id = new_id();
  group.project_id = *project;
  group.created_at = group.updated_at = call.cloud.now();
  group.revision_number = 1;
  call.state().security_groups.put(group);
  for (model::SecurityGroupRule& rule : model::initial_rules(group, new_id, call.cloud.now()))
    call.state().security_group_rules.put(std::move(rule));
  return group_view(call, group);
}

Answer create_groups(Call& call) {
  return create(call, "security_group", "security_groups", create_group);
}

Answer list_groups(Call& call) {
  json::Array rows;
  for (const auto& [id, group] : call.state().security_groups)
    if (call.may_see(group.project_id)) rows.push_back(group_view(call, group));
  return list(call, "security_groups", std::move(rows), group_view(call, model::SecurityGroup{}));
}

Answer show_group(Call& call) {
  auto group = find_security_group(call, call.captured[0]);
  if (!group) return std::unexpected(group.error());
  return show(call, "security_group", group_view(call, *group));
}

Answer update_group(Call& call) {
  auto group = find_security_group(call, call.captured[0]);
  if (!group) return std::unexpected(group.error());
  if (auto match = check_revision(call, group->revision_number); !match)
    return std::unexpected(match.error());
  Attributes attributes(call.body["security_group"]);
  const std::string before = group->name;
  attributes.text("name", group->name);
  attributes.text("description", group->description);
  attributes.ignore("stateful");
  if (auto read = attributes.finish(); !read) return std::unexpected(read.error());
  if (group->name != before &&
      (before == model::kDefaultGroup || group->name == model::kDefaultGroup))
    return model::refuse(403, "SecurityGroupCannotUpdateDefault",
                         "Updating default security group not allowed.");
  touch(*group, call.cloud.now());
  call.state().security_groups.put(*group);
  return reply(200, json::Object{{"security_group", group_view(call, *group)}});
}

Answer delete_group(Call& call) {
  auto group = find_security_group(call, call.captured[0]);
  if (!group) return std::unexpected(group.error());
  if (group->name == model::kDefaultGroup && !call.session->is_admin)
    return model::refuse(409, "SecurityGroupCannotRemoveDefault",
                         "Insufficient rights for removing default security group.");
  for (const auto& [id, port] : call.state().ports)
    if (std::ranges::find(port.security_group_ids, group->id) != port.security_group_ids.end())
      return model::refuse(409, "SecurityGroupInUse",
                           fmt::format("Security Group {} in use.", group->id));
  model::Texts rules;  // its own, and those of other groups that name it as their remote
  for (const auto& [id, rule] : call.state().security_group_rules)
    if (rule.security_group_id == group->id || rule.remote_group_id == group->id)
      rules.push_back(id);
  for (const std::string& id : rules) call.state().security_group_rules.erase(id);
  call.state().security_groups.erase(group->id);
  return reply(204);
}

Answer group_tags(Call& call) {
  auto group = find_security_group(call, call.captured[0]);
  if (!group) return std::unexpected(group.error());
  bool is_changed = false;
  Answer answer = edit_tags(call, group->tags, is_changed);
  if (answer && is_changed) {
    touch(*group, call.cloud.now());
    call.state().security_groups.put(*group);
  }
  return answer;
}

void read_range(Attributes& attributes, std::string_view name, std::optional<std::int64_t>& into) {
  if (!attributes.has(name) || attributes.value(name).is_null()) return;
  std::int64_t number = 0;
  attributes.integer(name, number);
  into = number;
}

// A protocol may be sent as a number, too.
void read_protocol(Attributes& attributes, model::SecurityGroupRule& rule) {
  const json::Value& sent = attributes.value("protocol");
  if (const auto number = sent.as_integer())
    rule.protocol = std::to_string(*number);
  else
    attributes.text("protocol", rule.protocol);
  if (base::equals_ignoring_case(rule.protocol, "any")) rule.protocol.clear();
}

model::Allowed<json::Object> create_rule(Call& call, const json::Value& sent) {
  Attributes attributes(sent);
  model::SecurityGroupRule rule;
  rule.ethertype = "IPv4";
  attributes.text("security_group_id", rule.security_group_id);
  attributes.text("direction", rule.direction);
  attributes.text("ethertype", rule.ethertype);
  attributes.text("description", rule.description);
  attributes.text("remote_ip_prefix", rule.remote_ip_prefix);
  attributes.text("remote_group_id", rule.remote_group_id);
  attributes.must_be_absent("remote_address_group_id", "address groups");
  read_protocol(attributes, rule);
  read_range(attributes, "port_range_min", rule.port_range_min);
  read_range(attributes, "port_range_max", rule.port_range_max);
  auto project = project_for(call, attributes);
  if (!project) return std::unexpected(project.error());
  if (auto read = attributes.finish(); !read) return std::unexpected(read.error());
  if (base::equals_ignoring_case(rule.ethertype, "ipv4")) rule.ethertype = "IPv4";
  if (base::equals_ignoring_case(rule.ethertype, "ipv6")) rule.ethertype = "IPv6";
  if (auto group = find_security_group(call, rule.security_group_id); !group)
    return std::unexpected(group.error());
  if (!rule.remote_group_id.empty())
    if (auto group = find_security_group(call, rule.remote_group_id); !group)
      return std::unexpected(group.error());
  if (auto right = model::check_rule(rule); !right) return std::unexpected(right.error());
  rule.id = new_id();
  if (auto fresh = model::check_is_new(call.state(), rule); !fresh)
    return std::unexpected(fresh.error());
  rule.project_id = *project;
  rule.created_at = rule.updated_at = call.cloud.now();
  call.state().security_group_rules.put(rule);
  return rule_view(rule);
}

Answer create_rules(Call& call) {
  return create(call, "security_group_rule", "security_group_rules", create_rule);
}

model::Allowed<model::SecurityGroupRule> find_rule(Call& call, std::string_view id) {
  const model::SecurityGroupRule* rule = call.state().security_group_rules.find(id);
  if (rule == nullptr || !call.may_see(rule->project_id))
    return model::refuse(404, "SecurityGroupRuleNotFound",
                         fmt::format("Security group rule {} does not exist", base::printable(id)));
  return *rule;
}

Answer list_rules(Call& call) {
  json::Array rows;
  for (const auto& [id, rule] : call.state().security_group_rules)
    if (call.may_see(rule.project_id)) rows.push_back(rule_view(rule));
  return list(call, "security_group_rules", std::move(rows), rule_view(model::SecurityGroupRule{}));
}

Answer show_rule(Call& call) {
  auto rule = find_rule(call, call.captured[0]);
  if (!rule) return std::unexpected(rule.error());
  return show(call, "security_group_rule", rule_view(*rule));
}

Answer delete_rule(Call& call) {
  auto rule = find_rule(call, call.captured[0]);
  if (!rule) return std::unexpected(rule.error());
  call.state().security_group_rules.erase(rule->id);
  return reply(204);
}

constexpr Route kRoutes[] = {
    {"GET", "v2.0/security-groups", list_groups},
    {"POST", "v2.0/security-groups", create_groups},
    {"GET", "v2.0/security-groups/{}", show_group},
    {"PUT", "v2.0/security-groups/{}", update_group},
    {"DELETE", "v2.0/security-groups/{}", delete_group},
    {"GET", "v2.0/security-groups/{}/tags", group_tags},
    {"PUT", "v2.0/security-groups/{}/tags", group_tags},
    {"DELETE", "v2.0/security-groups/{}/tags", group_tags},
    {"GET", "v2.0/security-groups/{}/tags/{}", group_tags},
    {"PUT", "v2.0/security-groups/{}/tags/{}", group_tags},
    {"DELETE", "v2.0/security-groups/{}/tags/{}", group_tags},
    {"GET", "v2.0/security-group-rules", list_rules},
    {"POST", "v2.0/security-group-rules", create_rules},
    {"GET", "v2.0/security-group-rules/{}", show_rule},
    {"DELETE", "v2.0/security-group-rules/{}", delete_rule},
};

}  // namespace

std::span<const Route> security_group_routes() {
  return kRoutes;
}

}  // namespace cloud::api
