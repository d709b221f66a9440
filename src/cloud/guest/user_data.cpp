#include "cloud/guest/user_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "base/text.h"
#include "json/value.h"

namespace cloud::guest {
namespace {

constexpr std::string_view kJobsRoot = "/run/vcap/";

std::unexpected<base::Error> wrong(std::string what) {
  return base::fail(base::Kind::Invalid, "user data: " + std::move(what));
}

// 255.255.255.0 is 24; nothing when the ones are not together.
std::optional<int> mask_length(const net::IpAddress& mask) {
  int length = 0;
  bool has_ended = false;
  for (const std::uint8_t byte : mask.bytes()) {
    const int ones = std::countl_one(byte);
    if (std::popcount(byte) != ones || (has_ended && ones != 0)) return std::nullopt;
    has_ended = has_ended || ones != 8;
    length += ones;
  }
  return length;
}

std::optional<int> prefix_length(const json::Value& network) {
  const std::string mask = network.text_or("netmask", network.text_or("prefix", ""));
  if (const auto address = net::IpAddress::parse(mask)) return mask_length(*address);
  if (const auto number = base::parse_number<int>(mask)) return number;
  if (const auto number = network["prefix"].as_integer(); number && *number >= 0 && *number <= 128)
    return static_cast<int>(*number);
  return std::nullopt;
}

base::Result<std::optional<net::IpAddress>> address(const json::Value& network,
                                                    std::string_view key) {
  const std::string text = network.text_or(key, "");
  if (text.empty()) return std::nullopt;
  const auto parsed = net::IpAddress::parse(text);
  if (!parsed) return wrong(fmt::format("a network's {} is not an address", key));
  return *parsed;
}

base::Result<NetworkSettings> read_network(const std::string& name, const json::Value& network) {
  NetworkSettings out{.name = base::printable(name)};
  const auto ip = address(network, "ip");
  if (!ip) return std::unexpected(ip.error());
  const auto gateway = address(network, "gateway");
  if (!gateway) return std::unexpected(gateway.error());
  out.address = *ip;
  out.gateway = *gateway;
  out.prefix_length = prefix_length(network);
  if (out.address && out.prefix_length && !net::Prefix::from(*out.address, *out.prefix_length))
    return wrong("a network's netmask does not fit its ip");
  if (const std::string mac = network.text_or("mac", ""); !mac.empty()) {
    const auto parsed = net::MacAddress::parse(mac);
    if (!parsed) return wrong("a network's mac is not a MAC address");
    out.mac = *parsed;
  }
  if (const json::Array* defaults = network["default"].as_array())
    out.has_default_gateway = std::ranges::any_of(
        *defaults, [](const json::Value& what) { return what == json::Value("gateway"); });
  return out;
}

// An object of texts, as files and environments are.
base::Result<std::vector<std::pair<std::string, std::string>>> read_texts(const json::Value& value,
                                                                          std::string_view what) {
  std::vector<std::pair<std::string, std::string>> out;
  if (value.is_null()) return out;
  const json::Object* object = value.as_object();
  if (object == nullptr) return wrong(fmt::format("{} of a job are not an object", what));
  for (const auto& [key, member] : *object) {
    const std::string* text = member.as_string();
    if (text == nullptr || key.find('\0') != std::string::npos)
      return wrong(fmt::format("{} of a job have a member that is not a text", what));
    out.emplace_back(key, *text);
  }
  return out;
}

bool is_job_name(std::string_view name) {
  return !name.empty() && name.size() <= 100 && name[0] != '.' &&
         std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_' || c == '.';
         });
}

base::Result<Job> read_job(const json::Value& value) {
  Job job{.name = value.text_or("name", ""), .command = {}, .files = {}, .environment = {}};
  if (!is_job_name(job.name)) return wrong("a job has no name, or one that cannot be a file's");
  const json::Array* command = value["command"].as_array();
  if (command == nullptr || command->empty())
    return wrong(fmt::format("job {} has no command", job.name));
  for (const json::Value& word : *command) {
    const std::string* text = word.as_string();
    if (text == nullptr || text->find('\0') != std::string::npos)
      return wrong(fmt::format("the command of job {} is not a list of texts", job.name));
    job.command.push_back(*text);
  }
  auto files = read_texts(value["files"], "files");
  if (!files) return std::unexpected(files.error());
  auto environment = read_texts(value["environment"], "environment");
  if (!environment) return std::unexpected(environment.error());
  for (const auto& [path, content] : *files)
    if (!is_job_path(path))
      return wrong(fmt::format("job {} has a file that is not below {}", job.name, kJobsRoot));
  job.files = std::move(*files);
  job.environment = std::move(*environment);
  return job;
}

}  // namespace

bool is_job_path(std::string_view path) {
  if (!path.starts_with(kJobsRoot) || path.ends_with('/') || path.find('\0') != path.npos ||
      path.size() > 4000)
    return false;
  const auto parts = base::split(path.substr(1), '/');
  return std::ranges::none_of(
      parts, [](const std::string& part) { return part.empty() || part == "." || part == ".."; });
}

base::Result<Settings> read_user_data(std::string_view text) {
  const auto document = json::parse(text);
  if (!document) return base::in_context("user data", document.error());
  if (document->as_object() == nullptr) return wrong("not a JSON object");

  Settings settings;
  if (const json::Object* networks = (*document)["networks"].as_object())
    for (const auto& [name, network] : *networks) {
      if (network.text_or("type", "") == "vip") continue;
      auto read = read_network(name, network);
      if (!read) return std::unexpected(read.error());
      settings.networks.push_back(std::move(*read));
    }
  const json::Value& holdfast = (*document)["env"]["holdfast"];
  settings.instance = base::printable(holdfast["instance"].text_or("name", ""));
  if (const json::Array* jobs = holdfast["jobs"].as_array())
    for (const json::Value& value : *jobs) {
      auto job = read_job(value);
      if (!job) return std::unexpected(job.error());
      settings.jobs.push_back(std::move(*job));
    }
  return settings;
}

}  // namespace cloud::guest
