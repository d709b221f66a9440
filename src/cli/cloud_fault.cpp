// holdfast cloud fault and holdfast cloud requests: faults on demand, and what was asked.
#include <fmt/format.h>

#include "base/text.h"
#include "cli/cloud.h"
#include "cli/cloud_access.h"
#include "cli/options.h"
#include "cli/terminal.h"

namespace cli {
namespace {

constexpr std::string_view kExamples =
    "Actions: answer (with --status, --body, --header), reset (the connection ends, nothing was\n"
    "done), lost (done, but the answer never arrives), cut (half of the answer arrives), garbage\n"
    "(200 and no JSON), noise (no HTTP), hang (no answer for --wait-ms), delay, refuse (answered,\n"
    "then no connection is accepted for --wait-ms), fail-afterwards (accepted; the server or\n"
    "volume that it makes becomes ERROR).\n\n"
    "  holdfast cloud fault POST /network/v2.0/ports --status 503 --skip 1\n"
    "  holdfast cloud fault POST '/compute/*/servers' --action fail-afterwards\n"
    "  holdfast cloud fault GET '*' --status 429 --header 'Retry-After: 2' --count 3\n"
    "  holdfast cloud fault              lists them and whom they hit\n"
    "  holdfast cloud fault --clear";

struct Wanted {
  std::string state = default_cloud_folder();
  std::string method;
  std::string path;
  std::string action = "answer";
  int status = 500;
  std::string body;
  std::vector<std::string> headers;
  int skip = 0;
  int count = 1;
  int wait_ms = 0;
  bool clears = false;
  bool is_json = false;
};

base::Result<json::Object> headers_of(const std::vector<std::string>& lines) {
  json::Object headers;
  for (const std::string& line : lines) {
    const auto colon = line.find(':');
    if (colon == std::string::npos)
      return base::fail(base::Kind::Invalid, fmt::format("--header \"{}\" has no ':'", line),
                        "write it as in HTTP: --header 'Retry-After: 2'");
    headers.set(line.substr(0, colon), std::string(base::trim(line.substr(colon + 1))));
  }
  return headers;
}

base::Result<json::Value> add(CloudAdmin& admin, const Wanted& wanted) {
  auto headers = headers_of(wanted.headers);
  if (!headers) return std::unexpected(headers.error());
  json::Object fault{{"method", wanted.method == "*" ? "" : wanted.method},
                     {"path", wanted.path.empty() ? "*" : wanted.path},
                     {"action", wanted.action},
                     {"status", wanted.status},
                     {"headers", *std::move(headers)},
                     {"skip", wanted.skip},
                     {"count", wanted.count},
                     {"wait_ms", wanted.wait_ms}};
  if (!wanted.body.empty()) fault.set("body", wanted.body);
  return admin.call("POST", "faults", std::move(fault));
}

void show_faults(const json::Value& answer) {
  const json::Array* faults = answer["faults"].as_array();
  if (faults == nullptr || faults->empty()) {
    fmt::print("No faults: every request is served.\n");
    return;
  }
  Table table({"METHOD", "PATH", "ACTION", "SKIP", "COUNT", "SEEN", "HIT", "ID"});
  for (const json::Value& fault : *faults) {
    const auto number = [&](const char* name) {
      return fmt::to_string(fault[name].as_integer().value_or(0));
    };
    const std::string action = fault.text_or("action", "");
    const std::string method = fault.text_or("method", "");
    table.row({method.empty() ? "*" : method, fault.text_or("path", ""),
               action == "answer" ? "answer " + number("status") : action, number("skip"),
               number("count"), number("seen"), number("hit"), fault.text_or("id", "")});
  }
  fmt::print("{}", table.render());
}

void show_requests(const json::Value& answer) {
  const json::Array* requests = answer["requests"].as_array();
  if (requests == nullptr || requests->empty()) {
    fmt::print("No requests yet.\n");
    return;
  }
  Table table({"METHOD", "STATUS", "TARGET", "FAULT"});
  for (const json::Value& asked : *requests) {
    const auto status = asked["status"].as_integer();
    table.row({asked.text_or("method", ""), status ? fmt::to_string(*status) : "none",
               asked.text_or("target", ""), asked.text_or("fault", "")});
  }
  fmt::print("{}", table.render());
}

int report(const base::Result<json::Value>& answer, bool is_json,
           void (*show)(const json::Value& answer)) {
  if (!answer) {
    complain(answer.error());
    return kFailed;
  }
  if (is_json)
    fmt::print("{}\n", json::dump_pretty(*answer));
  else
    show(*answer);
  return 0;
}

}  // namespace

int cloud_fault(const Arguments& arguments) {
  Wanted wanted;
  Options options(
      "holdfast cloud fault",
      "Makes requests to the cloud fail on demand. Without a METHOD it lists the faults "
      "that are in force.");
  options.value("--state", wanted.state, "DIR", "where the cloud keeps its state");
  options.optional_argument("METHOD", wanted.method, "GET, POST, …, or '*' for any");
  options.optional_argument("PATH", wanted.path,
                            "of the request, without the query; * matches any");
  options.value("--action", wanted.action, "ACTION", "what happens; see below");
  options.value("--status", wanted.status, "N", "of the answer");
  options.value("--body", wanted.body, "TEXT", "of the answer; else the service's own error");
  options.values("--header", wanted.headers, "'NAME: VALUE'", "of the answer");
  options.value("--skip", wanted.skip, "N", "so many matching requests pass first");
  options.value("--count", wanted.count, "N", "so many are hit; 0: all");
  options.value("--wait-ms", wanted.wait_ms, "MS", "for hang, delay and refuse");
  options.flag("--clear", wanted.clears, "end all faults");
  options.flag("--json", wanted.is_json, "for programs");
  options.footer(kExamples);
  if (const auto status = options.parse(arguments)) return *status;
  const auto access = read_cloud_access(wanted.state);
  if (!access) {
    complain(access.error());
    return kFailed;
  }
  CloudAdmin admin(*access);
  if (wanted.clears)
    if (const auto cleared = admin.call("DELETE", "faults"); !cleared)
      return report(cleared, wanted.is_json, show_faults);
  if (!wanted.method.empty())
    if (const auto added = add(admin, wanted); !added)
      return report(added, wanted.is_json, show_faults);
  return report(admin.call("GET", "faults"), wanted.is_json, show_faults);
}

int cloud_requests(const Arguments& arguments) {
  std::string state = default_cloud_folder();
  bool is_json = false;
  bool clears = false;
  Options options("holdfast cloud requests",
                  "Shows the requests that the cloud got, with what it answered: what a client "
                  "really calls.");
  options.value("--state", state, "DIR", "where the cloud keeps its state");
  options.flag("--clear", clears, "forget them afterwards");
  options.flag("--json", is_json, "for programs");
  if (const auto status = options.parse(arguments)) return *status;
  const auto access = read_cloud_access(state);
  if (!access) {
    complain(access.error());
    return kFailed;
  }
  CloudAdmin admin(*access);
  const int status = report(admin.call("GET", "requests"), is_json, show_requests);
  if (status == 0 && clears)
    if (const auto forgotten = admin.call("DELETE", "requests"); !forgotten)
      return report(forgotten, is_json, show_requests);
  return status;
}

}  // namespace cli
