#include "deploy/cpi.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <random>

#include "base/text.h"
#include "io/process.h"

namespace deploy {
namespace {

// What a Director knows; any other type is an error too, but one it has no name for.
constexpr std::array<std::string_view, 10> kKnownTypes = {
    "Bosh::Clouds::CpiError",       "Bosh::Clouds::NotSupported",
    "Bosh::Clouds::NotImplemented", "Bosh::Clouds::CloudError",
    "Bosh::Clouds::VMNotFound",     "Bosh::Clouds::NetworkNotFound",
    "Bosh::Clouds::NoDiskSpace",    "Bosh::Clouds::DiskNotAttached",
    "Bosh::Clouds::DiskNotFound",   "Bosh::Clouds::VMCreationFailed"};

constexpr int kNewestApi = 3;
constexpr int kOldestApi = 2;
constexpr std::size_t kShownBytes = 500;
constexpr std::chrono::milliseconds kInfoDeadline = std::chrono::minutes(1);

std::vector<std::string> scrubbed_environment() {
  std::vector<std::string> out{"PATH=/usr/sbin:/usr/bin:/sbin:/bin"};
  for (const char* name : {"TMPDIR", "HOME"})
    if (const char* value = std::getenv(name)) out.push_back(fmt::format("{}={}", name, value));
  return out;
}

std::string new_request_id() {
  static thread_local std::mt19937 random{std::random_device{}()};
  return fmt::format("cpi-{:06}", std::uniform_int_distribution<int>(0, 999999)(random));
}

CpiError broken(const std::vector<std::string>& command, std::string_view what,
                const io::Output& output) {
  std::string message = fmt::format("{} {}, {}", command[0], what, to_string(output.exit));
  const std::string_view errors = base::trim(output.errors);
  if (!errors.empty())
    message += fmt::format(
        "; it wrote: {}",
        base::printable(errors.substr(errors.size() - std::min(errors.size(), kShownBytes))));
  return {.type = {}, .message = std::move(message), .kind = base::Kind::Internal};
}

base::Kind kind_of(std::string_view type) {
  if (type == "Bosh::Clouds::VMNotFound") return base::Kind::NotFound;
  if (type == "Bosh::Clouds::NotImplemented" || type == "Bosh::Clouds::NotSupported")
    return base::Kind::Unsupported;
  return base::Kind::Unavailable;
}

// The response schema of a Director: all three keys, an error of three typed members, a log of
// text.
std::expected<json::Value, CpiError> read_response(const std::vector<std::string>& command,
                                                   const io::Output& output) {
  const auto response = json::parse(output.output);
  if (!response || response->as_object() == nullptr)
    return std::unexpected(broken(
        command, output.output.empty() ? "answered nothing" : "answered what is not JSON", output));
  const json::Object& members = *response->as_object();
  if (!members.contains("result") || !members.contains("error") || !members.contains("log") ||
      (*response)["log"].as_string() == nullptr)
    return std::unexpected(
        broken(command, "answered without \"result\", \"error\" and a text \"log\"", output));
  const json::Value& error = (*response)["error"];
  if (error.is_null()) return (*response)["result"];
  const std::string* type = error["type"].as_string();
  const std::string* message = error["message"].as_string();
  const bool* retry = error["ok_to_retry"].as_bool();
  if (type == nullptr || message == nullptr || retry == nullptr)
    return std::unexpected(broken(
        command, "answered an error without \"type\", \"message\" and \"ok_to_retry\"", output));
  CpiError answered{.type = *type,
                    .message = base::printable(*message),
                    .ok_to_retry = *retry,
                    .kind = kind_of(*type)};
  if (std::ranges::find(kKnownTypes, *type) == kKnownTypes.end())
    answered.message =
        fmt::format("unknown CPI error '{}': {}", base::printable(*type), answered.message);
  return std::unexpected(std::move(answered));
}

}  // namespace

base::Error CpiError::as_error(std::string_view method) const {
  return {kind, type.empty() ? fmt::format("{}: {}", method, message)
                             : fmt::format("{}: {}: {}", method, type, message)};
}

json::Value request(const CpiOptions& options, const CpiCall& call, int api_version,
                    const std::string& request_id) {
  json::Object context{{"director_uuid", options.director_uuid}, {"request_id", request_id}};
  if (call.stemcell_api_version > 0)
    context.set(
        "vm", json::Object{{"stemcell", json::Object{{"api_version", call.stemcell_api_version}}}});
  for (const auto& [key, value] : options.context) context.set(key, value);
  json::Object out{
      {"method", call.method}, {"arguments", call.arguments}, {"context", std::move(context)}};
  if (api_version > 0) out.set("api_version", api_version);
  return out;
}

std::expected<json::Value, CpiError> Cpi::run(const CpiCall& call, int api_version) const {
  // In a group of its own: Ctrl-C is for us, who wait for the answer; half a create_vm helps
  // nobody.
  io::Command command{
      .arguments = options_.command, .environment = scrubbed_environment(), .own_group = true};
  const auto deadline =
      call.method == "info" ? std::min(kInfoDeadline, options_.deadline) : options_.deadline;
  const auto output =
      io::run(std::move(command),
              json::dump(request(options_, call, api_version, new_request_id())), deadline);
  if (!output)
    return std::unexpected(CpiError{
        .type = {}, .message = base::to_string(output.error()), .kind = output.error().kind});
  return read_response(options_.command, *output);
}

std::expected<int, CpiError> Cpi::api_version() const {
  const auto info = run({.method = "info", .arguments = {}}, 0);
  if (!info && info.error().type != "Bosh::Clouds::NotImplemented")
    return std::unexpected(info.error());
  const auto offered = info ? (*info)["api_version"].as_integer().value_or(1) : 1;
  if (offered < kOldestApi)
    return std::unexpected(CpiError{
        .type = {},
        .message = fmt::format("{} speaks CPI version {}, version {} is the oldest that works",
                               options_.command[0], offered, kOldestApi),
        .kind = base::Kind::Unsupported});
  return static_cast<int>(std::min<std::int64_t>(offered, kNewestApi));
}

std::expected<json::Value, CpiError> Cpi::call(const CpiCall& call) const {
  const auto version = api_version();
  if (!version) return std::unexpected(version.error());
  return run(call, *version);
}

}  // namespace deploy
