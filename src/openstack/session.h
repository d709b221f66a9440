// One authenticated way into an OpenStack: Keystone v3 token, catalog, retries. The typed calls in
// network.h, compute.h, image.h and volume.h take a Session.
//
//   openstack::Blocking cloud(options);
//   auto networks = cloud.run(openstack::list_networks(cloud.session(), {{"name", "demo"}}));
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "http/client.h"
#include "io/loop.h"
#include "io/wait.h"
#include "json/value.h"
#include "openstack/failure.h"

namespace openstack {

// Either username and password, or an application credential; empty means not given.
struct Credentials {
  std::string username = {};
  std::string password = {};
  std::string application_credential_id = {};
  std::string application_credential_secret = {};
  std::string project_name = {};
  std::string project_id = {};
  std::string user_domain_name = {};
  std::string user_domain_id = {};
  std::string project_domain_name = {};
  std::string project_domain_id = {};
};

// One request and what became of it, for a log. Holds no header and no body.
struct Exchange {
  std::string method;
  std::string url;
  int status = 0;          // 0: no answer
  std::string request_id;  // the API's, "req-…"
  io::Duration took{};
  std::string problem;  // why there was no answer
};

struct RetryPolicy {
  int attempts = 5;
  io::Duration first_delay = std::chrono::milliseconds(200);  // doubles, up to `longest_delay`
  io::Duration longest_delay = std::chrono::seconds(8);
  io::Duration longest_retry_after = std::chrono::seconds(60);  // asked for more: give up
};

struct Options {
  std::string auth_url;  // with or without /v3
  Credentials credentials = {};
  std::string region = {};           // empty: the first in the catalog
  std::string interface = "public";  // public, internal or admin
  http::ClientOptions http = {};
  RetryPolicy retry = {};
  io::Duration total = std::chrono::minutes(10);  // of the session: no request outlives it
  // Called for every attempt.
  std::function<void(const Exchange&)> observe = {};
};

enum class Service { Identity, Compute, Network, Image, Volume, LoadBalancer };
std::string_view name(Service service);  // "compute"

// Filters of a list call, in order; names may repeat.
using Filters = std::vector<std::pair<std::string, std::string>>;

class Session {
 public:
  Session(io::Loop& loop, Options options);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // `path` starts after the API's version: "/ports?name=x", "/servers/detail". The token is fetched
  // with the first request, once for all that run side by side, and once more after a 401.
  // GET, HEAD and DELETE are repeated after 429, 500, 502, 503, 504 and broken connections, with
  // regard to Retry-After; anything else only when the server certainly did not take it (429,
  // connection refused). The answer's JSON; null for an empty one.
  io::Task<Result<json::Value>> request(Service service, std::string method, std::string path,
                                        json::Value body = {});
  // The same with a body that is not JSON.
  io::Task<Result<http::Response>> send(Service service, http::Request request);
  // All pages of the array under `key`.
  io::Task<Result<json::Array>> list(Service service, std::string path, std::string key,
                                     Filters filters = {});

  // Where a service is, from the catalog.
  io::Task<Result<std::string>> endpoint(Service service);
  io::Task<Result<std::string>> project_id();  // the token's

  io::Loop& loop();
  io::Instant deadline() const;
  void set_deadline(io::Instant deadline);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// For programs that do one thing after the other: a session with a loop of its own.
class Blocking {
 public:
  explicit Blocking(Options options) : session_(loop_, std::move(options)) {}
  Session& session() { return session_; }

  template <typename T>
  T run(io::Task<T> task) {
    return io::run_to_end(loop_, std::move(task));
  }

 private:
  io::Loop loop_;
  Session session_;
};

}  // namespace openstack
