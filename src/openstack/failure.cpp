#include "openstack/failure.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "json/value.h"

namespace openstack {
namespace {

using base::Kind;
constexpr std::size_t kLongestMessage = 2000;

Kind kind_of(int status, bool is_over_limit) {
  switch (status) {
    case 401:
    case 403:
      return Kind::Denied;
    case 404:
    case 410:
      return Kind::NotFound;
    case 408:
      return Kind::Timeout;
    case 409:
      return Kind::Conflict;
    case 413:
      return is_over_limit ? Kind::Unavailable : Kind::Invalid;
    case 429:
      return Kind::Unavailable;
    case 501:
      return Kind::Unsupported;
    default:
      return status >= 500 ? Kind::Unavailable : Kind::Invalid;
  }
}

std::string hint_of(const Failure& failure) {
  if (failure.status == 401) return "check the credentials in the configuration";
  if (failure.status == 403) return "the project's policy or quota forbids it";
  if (failure.status == 429) return "the cloud limits the rate of requests; try again later";
  return {};
}

// Glance and proxies answer with a page; its words are what is between the tags.
std::string text_of_page(std::string_view page) {
  std::string text;
  bool is_in_tag = false;
  for (const char c : page.substr(0, 64 << 10)) {
    if (c == '<') is_in_tag = true;
    if (!is_in_tag) text += c;
    if (c == '>') {
      is_in_tag = false;
      text += ' ';
    }
  }
  return base::join(base::words(text), " ");
}

struct Words {
  std::string type;
  std::string message;
  std::optional<std::int64_t> retry_after;
};

// {"NeutronError": {type, message}}, {"badRequest": {code, message}}, {"error": {title, message}}
// of Keystone, {"faultstring"} of Octavia, {"message"} of some proxies.
Words words_of(const http::Response& response) {
  const auto body = json::parse(response.body);
  if (!body || !body->is_object())
    return {.type = {}, .message = text_of_page(response.body), .retry_after = {}};
  if (const auto* fault = (*body)["faultstring"].as_string())
    return {.type = {}, .message = *fault, .retry_after = {}};
  const json::Object& object = *body->as_object();
  if (object.size() == 0) return {};
  const auto& [key, inner] = *object.begin();
  if (inner.is_string() && key != "message")
    return {.type = key, .message = *inner.as_string(), .retry_after = {}};
  if (!inner.is_object())
    return {.type = {}, .message = body->text_or("message", ""), .retry_after = {}};
  Words words{.type = key,
              .message = inner.text_or("message", ""),
              .retry_after = inner["retryAfter"].as_integer()};
  if (key == "NeutronError") words.type = inner.text_or("type", key);
  if (key == "error") words.type = inner.text_or("title", "");
  return words;
}

std::string request_id(const http::Response& response) {
  for (const char* name : {"x-openstack-request-id", "x-compute-request-id"})
    if (const auto id = response.headers.find(name); !id.empty())
      return base::printable(id.substr(0, 80));
  return {};
}

}  // namespace

Failure failure_from(const std::string& request, const http::Response& response) {
  Words words = words_of(response);
  Failure failure;
  failure.status = response.status;
  failure.type = base::printable(words.type.substr(0, 100));
  failure.message = base::printable(words.message.substr(0, kLongestMessage));
  const bool is_over_limit = words.type.starts_with("overLimit");
  failure.error.kind = kind_of(response.status, is_over_limit);
  failure.may_have_happened = response.status >= 500 || response.status == 408;
  auto seconds = words.retry_after;
  if (const auto header = response.headers.find("retry-after"); !seconds && !header.empty())
    seconds = base::parse_number<std::int64_t>(header);
  if (seconds && *seconds >= 0)
    failure.retry_after = std::chrono::seconds(std::min<std::int64_t>(*seconds, 3600));

  const std::string id = request_id(response);
  const std::string_view reason =
      failure.type.empty() ? http::reason_phrase(response.status) : std::string_view(failure.type);
  failure.error.what = fmt::format("{}: {}{}{}{}", request, response.status,
                                   reason.empty() ? "" : fmt::format(" {}", reason),
                                   id.empty() ? "" : fmt::format(" (request {})", id),
                                   failure.message.empty() ? "" : ": " + failure.message);
  failure.error.hint = hint_of(failure);
  return failure;
}

Failure failure_from(const std::string& request, base::Error transport) {
  Failure failure;
  failure.may_have_happened = transport.kind != Kind::Unavailable && transport.kind != Kind::Denied;
  failure.error = base::in_context(request, std::move(transport)).error();
  return failure;
}

Failure unexpected_answer(const std::string& request, const std::string& why) {
  Failure failure;
  failure.error = {Kind::Invalid,
                   fmt::format("{}: the answer is not as documented: {}", request, why),
                   "is the URL that of an OpenStack API?"};
  failure.may_have_happened = true;
  return failure;
}

void hide(Failure& failure, const std::string& secret, std::string_view instead) {
  if (secret.size() < 4) return;
  for (std::string* text : {&failure.error.what, &failure.message, &failure.type})
    for (auto at = text->find(secret); at != std::string::npos;
         at = text->find(secret, at + instead.size()))
      text->replace(at, secret.size(), instead);
}

}  // namespace openstack
