#include "openstack/session.h"

#include <fmt/format.h>

#include <map>
#include <set>

#include "openstack/retry.h"
#include "openstack/token.h"

namespace openstack {
namespace {

using Clock = std::chrono::steady_clock;

std::string with_filters(std::string path, const Filters& filters) {
  char separator = path.find('?') == std::string::npos ? '?' : '&';
  for (const auto& [name, value] : filters) {
    path += separator + http::percent_encode(name) + "=" + http::percent_encode(value);
    separator = '&';
  }
  return path;
}

// "http://host/v2.0/ports?marker=x" or "/v2/images?marker=x", as a target.
std::string target_of(const std::string& link) {
  const auto scheme = link.find("://");
  if (scheme == std::string::npos) return link.starts_with('/') ? link : "";
  const auto slash = link.find('/', scheme + 3);
  return slash == std::string::npos ? "" : link.substr(slash);
}

std::string next_page(const json::Value& page, const std::string& key) {
  if (const auto* next = page["next"].as_string()) return target_of(*next);  // Glance
  const json::Array* links = page[key + "_links"].as_array();
  if (links == nullptr) return {};
  for (const json::Value& link : *links)
    if (link.text_or("rel", "") == "next") return target_of(link.text_or("href", ""));
  return {};
}

// That Keystone is not found must not look as if the thing were gone that was to be deleted.
Failure no_token(Failure failure) {
  if (failure.status != 404) return failure;
  failure.status = 0;
  failure.error.kind = base::Kind::Invalid;
  failure.error.hint = "is auth_url the URL of Keystone, such as http://HOST:5000/v3?";
  return failure;
}

}  // namespace

struct Session::Impl {
  Impl(io::Loop& on, Options given)
      : loop(on),
        options(std::move(given)),
        client(on, options.http),
        deadline(Clock::now() + options.total) {}

  void hide_secrets(Failure& failure) {
    for (const std::string* secret :
         {&options.credentials.password, &options.credentials.application_credential_secret,
          &token.id})
      hide(failure, *secret, "<redacted>");
  }

  void report(const http::Request& request, const std::string& url, io::Instant begun,
              const base::Result<http::Response>& answer) {
    if (!options.observe) return;
    Exchange exchange{.method = request.method,
                      .url = url,
                      .status = 0,
                      .request_id = {},
                      .took = Clock::now() - begun,
                      .problem = {}};
    if (answer) {
      exchange.status = answer->status;
      exchange.request_id = answer->headers.find("x-openstack-request-id");
    } else {
      exchange.problem = answer.error().what;
    }
    options.observe(exchange);
  }

  // Sends to an absolute URL, again where that does no harm.
  io::Task<Result<http::Response>> send_to(http::Url url, http::Request request,
                                           bool is_harmless = false) {
    const std::string shown = http::origin(url) + request.target;
    const std::string doing = request.method + " " + shown;
    for (int attempt = 1;; ++attempt) {
      const auto begun = Clock::now();
      auto answer = co_await client.send(url, request, deadline);
      report(request, shown, begun, answer);
      if (answer && answer->status < 400) co_return std::move(*answer);
      Failure failure = answer ? failure_from(doing, *answer) : failure_from(doing, answer.error());
      hide_secrets(failure);
      const auto delay = delay_before_retry(is_harmless ? "GET" : std::string_view(request.method),
                                            failure, attempt, options.retry);
      if (!delay || Clock::now() + *delay >= deadline) co_return std::unexpected(failure);
      co_await io::sleep_for(*delay);
    }
  }

  io::Task<Result<Token>> fetch_token() {
    const auto root = identity_root(options.auth_url);
    if (!root) co_return std::unexpected(Failure{.error = root.error()});
    const auto url = http::Url::parse(*root);
    const std::string doing = "POST " + *root + "/auth/tokens";
    http::Request request{
        .method = "POST",
        .target = url->path + "/auth/tokens",
        .headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}},
        .body = json::dump(token_request(options.credentials))};
    auto answer = co_await send_to(*url, std::move(request), true);  // a second token does no harm
    if (!answer) co_return std::unexpected(no_token(std::move(answer.error())));
    const auto body = json::parse(answer->body);
    if (!body) co_return std::unexpected(unexpected_answer(doing, body.error().what));
    auto read = read_token(std::string(answer->headers.find("x-subject-token")), *body);
    if (!read) co_return std::unexpected(unexpected_answer(doing, read.error().what));
    co_return std::move(*read);
  }

  // A token other than `refused`. However many ask at once, one request is made.
  io::Task<Result<>> authenticate(std::string refused) {
    if (!token.id.empty() && token.id != refused) co_return Result<>{};
    if (authentication) {
      const auto running = authentication;
      co_await running->wait();
      if (!token.id.empty() && token.id != refused) co_return Result<>{};
      co_return std::unexpected(authentication_failure);
    }
    authentication = std::make_shared<io::Event>(loop);
    auto fetched = co_await fetch_token();
    token = fetched ? *fetched : Token{};
    if (!fetched) authentication_failure = fetched.error();
    std::exchange(authentication, nullptr)->set();
    if (!fetched) co_return std::unexpected(fetched.error());
    co_return Result<>{};
  }

  Result<std::string> endpoint(Service service) const {
    auto found = find_endpoint(token, service, options.interface, options.region);
    if (!found) return std::unexpected(Failure{.error = found.error()});
    return std::move(*found);
  }

  // `target` is added to the endpoint's path, or replaces it when it is absolute.
  io::Task<Result<http::Response>> send(Service service, http::Request request, bool is_absolute) {
    const std::string target = request.target;
    std::string used;
    for (int attempt = 1;; ++attempt) {
      const auto authenticated = co_await authenticate(used);
      if (!authenticated) co_return std::unexpected(authenticated.error());
      const auto root = endpoint(service);
      if (!root) co_return std::unexpected(root.error());
      const auto url = http::Url::parse(*root);
      if (!url)
        co_return std::unexpected(Failure{
            .error = base::in_context(fmt::format("the catalog's endpoint of {}", name(service)),
                                      url.error())
                         .error()});
      used = token.id;
      request.target = is_absolute ? target : url->path + target;
      request.headers.set("X-Auth-Token", used);
      auto answer = co_await send_to(*url, request);
      if (answer || answer.error().status != 401 || attempt == 2) co_return answer;
    }
  }

  io::Task<Result<json::Value>> request(Service service, std::string method, std::string path,
                                        json::Value body, bool is_absolute) {
    http::Request request{.method = std::move(method),
                          .target = std::move(path),
                          .headers = {{"Accept", "application/json"}},
                          .body = body.is_null() ? "" : json::dump(body)};
    if (!body.is_null()) request.headers.set("Content-Type", "application/json");
    const std::string doing =
        fmt::format("{} {} {}", request.method, name(service), request.target);
    auto answer = co_await send(service, std::move(request), is_absolute);
    if (!answer) co_return std::unexpected(answer.error());
    if (answer->body.empty()) co_return json::Value{};
    auto parsed = json::parse(answer->body);
    if (!parsed) co_return std::unexpected(unexpected_answer(doing, parsed.error().what));
    co_return std::move(*parsed);
  }

  io::Loop& loop;
  Options options;
  http::Client client;
  io::Instant deadline;
  Token token;
  std::shared_ptr<io::Event> authentication;  // while one runs; shared with those who wait for it
  Failure authentication_failure;
};

Session::Session(io::Loop& loop, Options options)
    : impl_(std::make_unique<Impl>(loop, std::move(options))) {}
Session::~Session() = default;

io::Task<Result<json::Value>> Session::request(Service service, std::string method,
                                               std::string path, json::Value body) {
  return impl_->request(service, std::move(method), std::move(path), std::move(body), false);
}

io::Task<Result<http::Response>> Session::send(Service service, http::Request request) {
  return impl_->send(service, std::move(request), false);
}

io::Task<Result<json::Array>> Session::list(Service service, std::string path, std::string key,
                                            Filters filters) {
  json::Array all;
  std::set<std::string> seen;  // a server that links in circles must not hold us
  std::string target = with_filters(std::move(path), filters);
  const std::string doing = fmt::format("GET {} {}", name(service), target);
  bool is_absolute = false;
  while (!target.empty() && seen.insert(target).second) {
    auto page = co_await impl_->request(service, "GET", target, {}, is_absolute);
    if (!page) co_return std::unexpected(page.error());
    const json::Array* items = (*page)[key].as_array();
    if (items == nullptr)
      co_return std::unexpected(unexpected_answer(doing, fmt::format("no array '{}'", key)));
    all.insert(all.end(), items->begin(), items->end());
    target = next_page(*page, key);
    is_absolute = true;
  }
  co_return all;
}

io::Task<Result<std::string>> Session::endpoint(Service service) {
  const auto authenticated = co_await impl_->authenticate({});
  if (!authenticated) co_return std::unexpected(authenticated.error());
  co_return impl_->endpoint(service);
}

io::Task<Result<std::string>> Session::project_id() {
  const auto authenticated = co_await impl_->authenticate({});
  if (!authenticated) co_return std::unexpected(authenticated.error());
  co_return impl_->token.project_id;
}

io::Loop& Session::loop() {
  return impl_->loop;
}
io::Instant Session::deadline() const {
  return impl_->deadline;
}
void Session::set_deadline(io::Instant deadline) {
  impl_->deadline = deadline;
}

}  // namespace openstack
