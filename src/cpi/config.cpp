#include "cpi/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "base/text.h"

namespace cpi {
namespace {

// The templates render what is not set as null; both CPIs treat that as absent.
json::Value without_nulls(const json::Value& value) {
  if (const auto* object = value.as_object()) {
    json::Object out;
    for (const auto& [key, member] : *object)
      if (!member.is_null()) out.set(key, without_nulls(member));
    return out;
  }
  return value;
}

// Collects every problem, so that one run reports them all. Values are never shown.
class Checker {
 public:
  explicit Checker(const json::Object& properties) : properties_(properties) {}

  const json::Value* find(std::string_view key) const { return properties_.find(key); }
  bool has(std::string_view key) const { return find(key) != nullptr; }

  std::string text(std::string_view key, std::string otherwise = {}) {
    const json::Value* value = find(key);
    if (value == nullptr) return otherwise;
    if (!value->is_string()) wrong(key, "a String", *value);
    return value->is_string() ? *value->as_string() : otherwise;
  }
  std::string required_text(std::string_view key) {
    if (!has(key)) missing(key);
    return text(key);
  }
  bool flag(std::string_view key, bool otherwise) {
    const json::Value* value = find(key);
    if (value == nullptr) return otherwise;
    if (!value->is_bool()) wrong(key, "true or false", *value);
    return value->is_bool() ? *value->as_bool() : otherwise;
  }
  std::optional<std::chrono::milliseconds> seconds(std::string_view key) {
    const json::Value* value = find(key);
    if (value == nullptr) return std::nullopt;
    const auto number = value->as_number();
    if (!number || !(*number >= 0 && *number <= 1e6)) {
      wrong(key, "a number of seconds", *value);
      return std::nullopt;
    }
    return std::chrono::milliseconds(static_cast<std::int64_t>(*number * 1000));
  }
  std::vector<std::string> texts(std::string_view key) {
    std::vector<std::string> out;
    const json::Value* value = find(key);
    if (value == nullptr) return out;
    const auto* array = value->as_array();
    const auto is_text = [](const json::Value& item) { return item.is_string(); };
    if (array == nullptr || !std::ranges::all_of(*array, is_text)) {
      wrong(key, "an Array of Strings", *value);
      return out;
    }
    for (const json::Value& item : *array) out.push_back(*item.as_string());
    return out;
  }
  json::Object object(std::string_view key) {
    const json::Value* value = find(key);
    if (value == nullptr) return {};
    if (!value->is_object()) wrong(key, "a Hash", *value);
    return value->is_object() ? *value->as_object() : json::Object{};
  }
  void missing(std::string_view key) { problem(fmt::format("{} => Missing key", key)); }
  void problem(std::string text) { problems_.push_back(std::move(text)); }
  void wrong(std::string_view key, std::string_view expected, const json::Value& given) {
    problem(fmt::format("{} => Expected {}, given a {}", key, expected, given.type_name()));
  }
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  const json::Object& properties_;
  std::vector<std::string> problems_;
};

Result<> check_credentials(const Checker& from) {
  const bool has_user = from.has("username") && from.has("api_key");
  const bool has_credential =
      from.has("application_credential_id") && from.has("application_credential_secret");
  const bool has_any_of_user = from.has("username") || from.has("api_key");
  const bool has_any_of_credential =
      from.has("application_credential_id") || from.has("application_credential_secret");
  if ((has_user && !has_any_of_credential) || (has_credential && !has_any_of_user)) return {};
  return wrong_arguments(
      "Invalid OpenStack cloud properties: username and api_key or application_credential_id and "
      "application_credential_secret is required");
}

openstack::Credentials credentials(Checker& from, bool is_application_credential) {
  const std::string domain = from.text("domain");
  openstack::Credentials out{
      .username = from.text("username"),
      .password = from.text("api_key"),
      .application_credential_id = from.text("application_credential_id"),
      .application_credential_secret = from.text("application_credential_secret"),
      .project_name = from.text("project"),
      .project_id = from.text("project_id"),
      .user_domain_name = from.text("user_domain_name", domain),
      .project_domain_name = from.text("project_domain_name", domain)};
  if (is_application_credential) return out;  // it carries its project
  if (out.project_name.empty() && out.project_id.empty()) from.missing("project (or project_id)");
  if (out.user_domain_name.empty() || out.project_domain_name.empty())
    from.missing("domain (or user_domain_name and project_domain_name)");
  return out;
}

std::string interface_of(Checker& from) {
  std::string type = from.text("endpoint_type", "publicURL");
  if (type.ends_with("URL")) type.resize(type.size() - 3);
  if (type != "public" && type != "internal" && type != "admin")
    from.problem("endpoint_type => Expected publicURL, internalURL or adminURL");
  return type;
}

http::ClientOptions connection(Checker& properties, const std::string& ca_file) {
  http::ClientOptions out;
  const json::Object options = properties.object("connection_options");
  Checker from(options);
  out.verify_peer = from.flag("ssl_verify_peer", true);
  const std::string ca_cert = from.text("ca_cert");
  // The job renders ca_cert into the file as well; the text is enough where it is whole.
  if (ca_cert.find("-----BEGIN") != std::string::npos)
    out.ca_pem = ca_cert;
  else if (!ca_cert.empty())
    out.ca_file = ca_file;
  if (const std::string file = from.text("ssl_ca_file"); !file.empty() && out.ca_pem.empty())
    out.ca_file = file;
  if (const auto limit = from.seconds("connect_timeout")) out.connect_timeout = *limit;
  if (const auto limit = from.seconds("read_timeout")) out.answer_timeout = *limit;
  from.seconds("write_timeout");  // part of the above
  for (const std::string& problem : from.problems())
    properties.problem("connection_options." + problem);
  return out;
}

Config read_properties(Checker& from, const std::string& ca_file) {
  Config config;
  config.cloud.auth_url = from.required_text("auth_url");
  config.cloud.credentials = credentials(from, from.has("application_credential_id"));
  config.cloud.region = from.text("region");
  config.cloud.interface = interface_of(from);
  config.cloud.http = connection(from, ca_file);
  config.state_timeout = from.seconds("state_timeout").value_or(config.state_timeout);
  config.default_key_name = from.text("default_key_name");
  config.default_security_groups = from.texts("default_security_groups");
  if (from.has("default_volume_type"))
    config.default_volume_type = from.text("default_volume_type");
  if (from.has("config_drive")) config.config_drive = from.text("config_drive");
  if (config.config_drive && *config.config_drive != "disk" && *config.config_drive != "cdrom")
    from.problem("config_drive => Expected disk or cdrom");
  config.boot_from_volume = from.flag("boot_from_volume", false);
  config.stemcell_public_visibility = from.flag("stemcell_public_visibility", false);
  config.use_dhcp = from.flag("use_dhcp", true);
  config.ignore_server_availability_zone = from.flag("ignore_server_availability_zone", false);
  config.human_readable_vm_names = from.flag("human_readable_vm_names", false);
  config.use_nova_networking = from.flag("use_nova_networking", false);
  const std::string rule = from.text("vrrp_security_group_rule", "warn");
  if (rule != "warn" && rule != "add")
    from.problem("vrrp_security_group_rule => Expected warn or add");
  config.adds_vrrp_rule = rule == "add";
  if (const json::Value* interval = from.find("wait_resource_poll_interval");
      interval != nullptr && !interval->is_integer())
    from.wrong("wait_resource_poll_interval", "an Integer", *interval);
  from.object("vm");
  return config;
}

}  // namespace

Result<Config> read_config(std::string_view text, const json::Object& context,
                           const std::string& ca_file) {
  const auto document = json::parse(text);
  if (!document)
    return std::unexpected(
        Error{kCpiError, fmt::format("cpi.json is not JSON: {}", document.error().what)});
  const json::Value root = without_nulls(*document);
  const auto* given = root["cloud"]["properties"].as_object();
  if (given == nullptr)
    return std::unexpected(
        Error{"Unknown", "Could not find cloud properties in the configuration"});
  const json::Value& properties = root["cloud"]["properties"];
  const auto* openstack = properties["openstack"].as_object();
  if (openstack == nullptr)
    return wrong_arguments("Invalid OpenStack cloud properties: openstack => Missing key");

  // Shallow, as the Ruby CPI merges: a key of the context replaces the whole value.
  json::Object merged = *openstack;
  for (const auto& [key, value] : context)
    if (!value.is_null()) merged.set(key, without_nulls(value));
  if (!merged.contains("use_dhcp") && given->contains("use_dhcp"))
    merged.set("use_dhcp", *given->find("use_dhcp"));

  Checker checker(merged);
  if (const auto ok = check_credentials(checker); !ok) return std::unexpected(ok.error());
  Config config = read_properties(checker, ca_file);
  if (const json::Value& agent = properties["agent"]; agent.is_object())
    config.agent = *agent.as_object();
  else if (!agent.is_null())
    checker.wrong("agent", "a Hash", agent);
  if (!checker.problems().empty())
    return wrong_arguments(fmt::format("Invalid OpenStack cloud properties: {{ {} }}",
                                       base::join(checker.problems(), ", ")));
  config.cloud.total = config.state_timeout + std::chrono::minutes(2);
  return config;
}

}  // namespace cpi
