#include "bosh/jobs.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace bosh {
namespace {

constexpr std::string_view kConfig = "/run/vcap/jobs/keepalived/config/keepalived.conf";
constexpr std::string_view kRun = "/run/vcap/sys/run/keepalived";

// A property of the `keepalived` or `web` job: what values it takes.
struct Property {
  enum class Type { Text, Word, Address, Whole, Number, Flag };
  std::string_view name;
  Type type;
  double least = 0;
  double most = 0;
};

// The first six are haproxy-boshrelease's, the others only holdfast's.
constexpr Property kKeepalived[] = {
    {"vip", Property::Type::Address},
    {"healthcheck_name", Property::Type::Word},
    {"healthcheck_command", Property::Type::Text},
    {"interface", Property::Type::Word},
    {"virtual_router_id", Property::Type::Whole, 1, 255},
    {"dont_track_primary", Property::Type::Flag},
    {"priority", Property::Type::Whole, 2, 252},  // the check adds 2, and 255 is the owner's
    {"advert_int", Property::Type::Number, 0.01, 255},
    {"version", Property::Type::Whole, 2, 3},
    {"nopreempt", Property::Type::Flag},
    {"preempt_delay", Property::Type::Number, 0, 1000},
};
constexpr Property kWeb[] = {{"port", Property::Type::Whole, 1, 65535}};

std::string_view expected(Property::Type type) {
  switch (type) {
    case Property::Type::Text:
      return "a text without quotes or line feeds";
    case Property::Type::Word:
      return "a word";
    case Property::Type::Address:
      return "an IP address";
    case Property::Type::Whole:
      return "a whole number";
    case Property::Type::Number:
      return "a number";
    case Property::Type::Flag:
      return "true or false";
  }
  return "";
}

bool is_word(const std::string& text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-.:@").find(c) != std::string_view::npos;
  });
}

// What reaches keepalived.conf must not end a quoted text or a line of it.
bool is_harmless(const std::string& text) {
  return !text.empty() && std::ranges::none_of(text, [](char c) {
    return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
}

bool fits(const Property& property, const yaml::Node& node) {
  const std::string* text = node.as_text();
  std::optional<double> number = node.as_number();
  if (node.as_integer() != nullptr) number = static_cast<double>(*node.as_integer());
  switch (property.type) {
    case Property::Type::Text:
      return text != nullptr && is_harmless(*text);
    case Property::Type::Word:
      return text != nullptr && is_word(*text);
    case Property::Type::Address:
      return text != nullptr && net::IpAddress::parse(*text).has_value();
    case Property::Type::Whole:
      return node.as_integer() != nullptr && *number >= property.least && *number <= property.most;
    case Property::Type::Number:
      return number && *number >= property.least && *number <= property.most;
    case Property::Type::Flag:
      return node.as_bool() != nullptr;
  }
  return false;
}

void check_property(const std::string& job, const Property& property, const yaml::Node& node,
                    Report& report) {
  if (node.is_null() || fits(property, node)) return;  // null takes the job's default
  std::string what =
      fmt::format("the property {}.{} must be {}", job, property.name, expected(property.type));
  if (property.most > 0) what += fmt::format(" from {} to {}", property.least, property.most);
  report.error(node.mark(), std::move(what));
}

void check_all(const Job& job, std::span<const Property> known, Report& report) {
  const yaml::Node* own = job.properties_node.find(job.name);
  if (own == nullptr) return;
  if (own->as_map() == nullptr) {
    report.error(own->mark(), fmt::format("the property {} must be a map", job.name));
    return;
  }
  std::vector<std::string_view> names;
  for (const Property& property : known) names.push_back(property.name);
  for (const yaml::Entry& entry : *own->as_map()) {
    const auto property = std::ranges::find(known, entry.key, &Property::name);
    if (property != known.end()) {
      check_property(job.name, *property, entry.value, report);
      continue;
    }
    const std::string_view near = text::nearest(entry.key, names);
    report.warning(entry.mark,
                   fmt::format("the job {} has no property {}.{}; it is ignored", job.name,
                               job.name, entry.key),
                   near.empty() ? "" : fmt::format("did you mean {}.{}?", job.name, near));
  }
}

// One level below a job's own name: property(job, "vip") is keepalived.vip; null when not given.
const json::Value& property(const Job& job, std::string_view key) {
  static const json::Value nothing;
  const json::Value* own = job.properties.find(job.name);
  return own == nullptr ? nothing : (*own)[key];
}

std::int64_t whole(const Job& job, std::string_view key, std::int64_t otherwise) {
  return property(job, key).as_integer().value_or(otherwise);
}

std::string text(const Job& job, std::string_view key, std::string_view otherwise) {
  const std::string* given = property(job, key).as_string();
  return given == nullptr ? std::string(otherwise) : *given;
}

bool flag(const Job& job, std::string_view key) {
  const bool* given = property(job, key).as_bool();
  return given != nullptr && *given;
}

// One more line of the vrrp_instance, when the property is given.
std::string number_line(const Job& job, std::string_view key, std::string_view keyword) {
  const auto given = property(job, key).as_number();
  return given ? fmt::format("  {} {}\n", keyword, *given) : "";
}

std::string configuration(const Job& job, const Instance& instance) {
  const std::string check = text(job, "healthcheck_name", "check_haproxy");
  const std::int64_t priority = whole(job, "priority", 101) - (instance.is_bootstrap ? 0 : 1);
  const bool waits = flag(job, "nopreempt");
  // SLAVE is what haproxy-boshrelease writes. nopreempt is only for routers that start as backup.
  const std::string_view state = waits ? "BACKUP" : instance.is_bootstrap ? "MASTER" : "SLAVE";
  std::string out;
  out += fmt::format("global_defs {{\n  lvs_id {}\n}}\n\n", instance.group);
  out += fmt::format("vrrp_script {} {{\n  script \"{}\"\n  interval 2\n  weight 2\n}}\n\n", check,
                     text(job, "healthcheck_command", "killall -0 haproxy"));
  out += fmt::format("vrrp_instance {}_{} {{\n  state {}\n", instance.group, job.name, state);
  out += number_line(job, "version", "version");
  if (flag(job, "dont_track_primary")) out += "  dont_track_primary\n";
  out += fmt::format("  interface {}\n", text(job, "interface", "auto"));
  out += fmt::format("  virtual_router_id {}\n", whole(job, "virtual_router_id", 1));
  out += fmt::format("  priority {}\n", priority);
  out += number_line(job, "advert_int", "advert_int");
  if (waits) out += "  nopreempt\n";
  out += number_line(job, "preempt_delay", "preempt_delay");
  out += fmt::format("  virtual_ipaddress {{\n    {}\n  }}\n", text(job, "vip", ""));
  out += fmt::format("  track_script {{\n    {}\n  }}\n}}\n", check);
  return out;
}

json::Object environment(const Instance& instance) {
  return {{"HOLDFAST_INSTANCE", instance.name()}};
}

}  // namespace

void check_job_properties(const Job& job, Report& report) {
  if (job.name == "keepalived") {
    check_all(job, kKeepalived, report);
    if (property(job, "vip").is_null())
      report.error(job.mark, "the job keepalived needs the property keepalived.vip",
                   "properties: {keepalived: {vip: 10.0.0.50}}");
  } else if (job.name == "web") {
    check_all(job, kWeb, report);
  } else if (!job.name.empty()) {
    report.unsupported(job.mark,
                       fmt::format("the job \"{}\" (known are keepalived and web)", job.name));
  }
}

json::Object keepalived_job(const Job& job, const Instance& instance) {
  const auto pid_file = [](std::string_view option, std::string_view name) {
    return fmt::format("--{}={}/{}.pid", option, kRun, name);
  };
  return {{"name", job.name},
          {"command",
           json::Array{"holdfastd", "-n", "-l", "-D", "-f", kConfig, pid_file("pid", "keepalived"),
                       pid_file("vrrp_pid", "vrrp"), pid_file("checkers_pid", "checkers")}},
          {"files", json::Object{{std::string(kConfig), configuration(job, instance)}}},
          {"environment", environment(instance)}};
}

json::Object web_job(const Job& job, const Instance& instance) {
  return {{"name", job.name},
          {"command", json::Array{"holdfast-cloud", "guest-web", "--port",
                                  std::to_string(whole(job, "port", 80))}},
          {"files", json::Object{}},
          {"environment", environment(instance)}};
}

json::Object guest_environment(const std::vector<Job>& jobs, const Instance& instance,
                               std::string_view deployment) {
  json::Array rendered;
  for (const Job& job : jobs) {
    if (job.name == "keepalived") rendered.push_back(keepalived_job(job, instance));
    if (job.name == "web") rendered.push_back(web_job(job, instance));
  }
  return {{"instance", json::Object{{"name", instance.name()},
                                    {"group", instance.group},
                                    {"index", instance.index},
                                    {"id", instance.id},
                                    {"bootstrap", instance.is_bootstrap},
                                    {"deployment", deployment}}},
          {"jobs", std::move(rendered)}};
}

std::optional<VirtualAddress> virtual_address(const InstanceGroup& group) {
  for (const Job& job : group.jobs) {
    if (job.name != "keepalived") continue;
    const auto address = net::IpAddress::parse(text(job, "vip", ""));
    const yaml::Node* own = job.properties_node.find(job.name);
    const yaml::Node* vip = own == nullptr ? nullptr : own->find("vip");
    if (address) return VirtualAddress{*address, vip == nullptr ? job.mark : vip->mark()};
  }
  return std::nullopt;
}

}  // namespace bosh
