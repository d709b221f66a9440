#include "cloud/api/faults.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "cloud/api/envelope.h"
#include "cloud/api/routing.h"

namespace cloud::api {

namespace {

using Action = Fault::Action;
constexpr std::size_t kMostFaults = 1000;
constexpr std::size_t kMostAsked = 4096;
constexpr std::int64_t kLongestWait = 600'000;  // milliseconds

constexpr std::array<std::pair<Action, std::string_view>, 10> kActions = {{
    {Action::Answer, "answer"},
    {Action::Reset, "reset"},
    {Action::Lost, "lost"},
    {Action::Cut, "cut"},
    {Action::Garbage, "garbage"},
    {Action::Noise, "noise"},
    {Action::Hang, "hang"},
    {Action::Delay, "delay"},
    {Action::Refuse, "refuse"},
    {Action::FailAfterwards, "fail-afterwards"},
}};

std::string known_actions() {
  std::vector<std::string> names;
  for (const auto& [action, word] : kActions) names.emplace_back(word);
  return base::join(names, ", ");
}

// `*` stands for any characters, none included. Linear: the last `*` takes more when needed.
bool matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t taken = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++taken;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::string_view path_of(const http::Request& request) {
  const std::string_view target = request.target;
  return target.substr(0, target.find('?'));
}

model::Allowed<std::int64_t> number(const json::Value& sent, std::string_view name,
                                    std::int64_t least, std::int64_t most, std::int64_t otherwise) {
  if (sent[name].is_null()) return otherwise;
  const auto value = sent[name].as_integer();
  if (value && *value >= least && *value <= most) return *value;
  return model::bad_request(fmt::format("{} must be a number from {} to {}", name, least, most));
}

model::Allowed<> read_answer(const json::Value& sent, Fault& fault) {
  if (const json::Object* headers = sent["headers"].as_object())
    for (const auto& [key, value] : *headers) {
      const bool is_sound = value.as_string() != nullptr && !key.empty() &&
                            key.find_first_of(" :\r\n") == std::string::npos &&
                            value.as_string()->find_first_of("\r\n") == std::string::npos;
      if (!is_sound)
        return model::bad_request("headers must be an object of names and texts, each one line");
      fault.headers.add(key, *value.as_string());
    }
  if (const std::string* body = sent["body"].as_string())
    fault.body = *body;
  else if (!sent["body"].is_null())
    fault.body = json::dump(sent["body"]);
  return {};
}

}  // namespace

std::string_view name(Action action) {
  return std::ranges::find(kActions, action, &std::pair<Action, std::string_view>::first)->second;
}

bool is_carried_out(Action action) {
  return action == Action::Lost || action == Action::Cut || action == Action::Delay ||
         action == Action::Refuse || action == Action::FailAfterwards;
}

model::Allowed<Fault> Faults::add(const json::Value& sent, std::string id) {
  if (sent.as_object() == nullptr) return model::bad_request("a fault is an object");
  if (faults_.size() >= kMostFaults)
    return model::refuse(409, "Conflict", "there are too many faults; delete some");
  constexpr std::array<std::string_view, 9> kKnown = {
      "method", "path", "skip", "count", "action", "status", "headers", "body", "wait_ms"};
  for (const auto& [key, value] : *sent.as_object())
    if (std::ranges::find(kKnown, key) == kKnown.end())
      return model::bad_request(fmt::format("a fault has no \"{}\"", base::printable(key)));
  Fault fault;
  fault.id = std::move(id);
  fault.method = sent.text_or("method", "");
  fault.path = sent.text_or("path", "*");
  const std::string word = sent.text_or("action", "answer");
  const auto action =
      std::ranges::find(kActions, word, &std::pair<Action, std::string_view>::second);
  if (action == kActions.end())
    return model::bad_request(
        fmt::format("no action \"{}\"; there are: {}", base::printable(word), known_actions()));
  fault.action = action->first;
  constexpr std::int64_t kMany = 1'000'000'000;
  const auto skip = number(sent, "skip", 0, kMany, 0);
  const auto count = number(sent, "count", 0, kMany, 1);
  const auto status = number(sent, "status", 200, 599, 500);
  const auto wait = number(sent, "wait_ms", 0, kLongestWait, 0);
  for (const auto* each : {&skip, &count, &status, &wait})
    if (!*each) return std::unexpected(each->error());
  fault.skip = *skip;
  fault.count = *count;
  fault.status = static_cast<int>(*status);
  fault.wait = std::chrono::milliseconds(*wait);
  if (auto read = read_answer(sent, fault); !read) return std::unexpected(read.error());
  faults_.push_back(fault);
  return fault;
}

bool Faults::remove(std::string_view id) {
  return std::erase_if(faults_, [&](const Fault& fault) { return fault.id == id; }) != 0;
}

std::optional<Fault> Faults::next(const http::Request& request) {
  const std::string_view path = path_of(request);
  if (path.starts_with("/holdfast")) return std::nullopt;
  std::optional<Fault> found;
  for (Fault& fault : faults_) {
    if (!fault.method.empty() && !base::equals_ignoring_case(fault.method, request.method))
      continue;
    if (!matches(fault.path, path)) continue;
    ++fault.seen;
    const bool is_due = fault.seen > fault.skip && (fault.count == 0 || fault.hit < fault.count);
    if (found || !is_due) continue;
    ++fault.hit;
    found = fault;
  }
  return found;
}

void Faults::note(Asked asked) {
  if (asked.target.starts_with("/holdfast")) return;
  if (asked_.size() == kMostAsked) asked_.pop_front();
  asked_.push_back(std::move(asked));
}

json::Object fault_view(const Fault& fault) {
  json::Object headers;
  for (const auto& [key, value] : fault.headers) headers.set(key, value);
  return json::Object{{"id", fault.id},
                      {"method", fault.method},
                      {"path", fault.path},
                      {"skip", fault.skip},
                      {"count", fault.count},
                      {"action", name(fault.action)},
                      {"status", fault.status},
                      {"headers", std::move(headers)},
                      {"body", fault.body ? json::Value(*fault.body) : json::Value()},
                      {"wait_ms", fault.wait.count()},
                      {"seen", fault.seen},
                      {"hit", fault.hit}};
}

http::Response spoil(const Fault& fault, const http::Request& request, http::Response usual) {
  switch (fault.action) {
    case Action::Answer: {
      http::Response response{.status = fault.status, .headers = {}, .body = {}};
      if (fault.body)
        response.body = *fault.body;
      else
        response = error_reply(service_of(request), {fault.status, "InjectedFault",
                                                     "This answer was asked for by a fault."});
      if (!response.headers.contains("Content-Type"))
        response.headers.set("Content-Type", "application/json");
      for (const auto& [key, value] : fault.headers) response.headers.set(key, value);
      return response;
    }
    case Action::Reset:
    case Action::Lost:
    case Action::Hang:
      usual.raw = "";
      return usual;
    case Action::Cut: {
      const std::string& body = usual.body;
      usual.raw = fmt::format(
          "HTTP/1.1 {} {}\r\nContent-Type: application/json\r\n"
          "Content-Length: {}\r\n\r\n{}",
          usual.status, http::reason_phrase(usual.status), std::max<std::size_t>(body.size(), 1),
          body.substr(0, body.size() / 2));
      return usual;
    }
    case Action::Garbage:
      return {.status = 200,
              .headers = {{"Content-Type", "application/json"}},
              .body = "<html><body>It works!</body></html>"};
    case Action::Noise:
      usual.raw = "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n";
      return usual;
    case Action::Delay:
    case Action::Refuse:
    case Action::FailAfterwards:
      break;
  }
  return usual;
}

}  // namespace cloud::api
