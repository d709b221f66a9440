#include "cloud/api/api.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "cloud/api/envelope.h"
#include "cloud/api/identity.h"
#include "cloud/api/servers.h"

namespace cloud::api {

namespace {

struct ServicePath {
  Service service;
  std::string_view prefix;  // the first part of the path
  std::vector<std::span<const Route>> routes;
};

const std::vector<ServicePath>& services() {
  static const std::vector<ServicePath> table = {
      {Service::Identity, "identity", {identity_routes()}},
      {Service::Network, "network", {network_routes(), port_routes(), security_group_routes()}},
      {Service::Compute, "compute", {compute_routes(), server_routes(), server_action_routes()}},
      {Service::Image, "image", {image_routes()}},
      {Service::Volume, "volume", {}},
      {Service::Operator, "holdfast", {operator_routes()}},
  };
  return table;
}

using Parts = std::vector<std::string>;

// The captured parts if the pattern is the path's.
std::optional<Parts> match(std::string_view pattern, std::span<const std::string> path) {
  const Parts wanted = pattern.empty() ? Parts{} : base::split(pattern, '/');
  if (wanted.size() != path.size()) return std::nullopt;
  Parts captured;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] == "{}")
      captured.push_back(path[i]);
    else if (wanted[i] != path[i])
      return std::nullopt;
  }
  return captured;
}

struct Found {
  const Route* route = nullptr;
  Parts captured = {};
  std::string other_methods = {};  // of the same path, when there is no route
};

Found find_route(const ServicePath& service, std::string_view method,
                 std::span<const std::string> path) {
  Found found;
  // HEAD is GET without the body, which the server leaves out.
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  for (const std::span<const Route> routes : service.routes)
    for (const Route& route : routes) {
      auto captured = match(route.pattern, path);
      if (!captured) continue;
      if (route.method == wanted || route.method == method)
        return {.route = &route, .captured = *std::move(captured)};
      if (!found.other_methods.empty()) found.other_methods += ", ";
      found.other_methods += route.method;
    }
  return found;
}

// What OpenStack has and this cloud has not: said in so many words, so that nobody searches for a
// mistake of his own.
struct Absent {
  Service service;
  std::string_view part;  // a part of the path that tells it
  std::string_view what;
};
constexpr std::array kAbsent = {
    Absent{Service::Network, "routers", "routers"},
    Absent{Service::Network, "floatingips", "floating IPs"},
    Absent{Service::Network, "trunks", "trunk ports"},
    Absent{Service::Network, "subnetpools", "subnet pools"},
    Absent{Service::Network, "address-scopes", "address scopes"},
    Absent{Service::Network, "rbac-policies", "RBAC policies"},
    Absent{Service::Network, "qos", "QoS policies"},
    Absent{Service::Network, "lbaas", "load balancers"},
    Absent{Service::Network, "segments", "segments"},
    Absent{Service::Network, "agents", "agents: there are none to list"},
    Absent{Service::Compute, "os-server-groups", "server groups"},
    Absent{Service::Compute, "os-aggregates", "host aggregates"},
    Absent{Service::Compute, "os-hypervisors", "a list of hypervisors"},
    Absent{Service::Compute, "os-services", "a list of services"},
    Absent{Service::Compute, "os-migrations", "migrations"},
    Absent{Service::Volume, "volume", "block storage"},
    Absent{Service::Image, "members", "sharing of images with other projects"},
};

model::Refusal unknown_path(Service service, std::span<const std::string> path,
                            std::string_view target) {
  for (const Absent& absent : kAbsent)
    if (absent.service == service && std::ranges::find(path, absent.part) != path.end())
      return {404, "HTTPNotFound",
              fmt::format("The embedded cloud does not offer {}.", absent.what)};
  return {404, "HTTPNotFound",
          fmt::format("The resource could not be found. The embedded cloud knows no {}.",
                      base::printable(target.substr(0, 200)))};
}

model::Allowed<json::Value> body_of(const http::Request& request) {
  // Image data are no JSON; everything else that has a body is.
  const bool is_data = request.headers.find("Content-Type") == "application/octet-stream";
  if (request.body.empty() || is_data) return json::Value();
  auto body = json::parse(request.body);
  if (body) return *std::move(body);
  return model::bad_request(
      fmt::format("Malformed request body: {}", base::to_string(body.error())));
}

// OpenStack-API-Version: compute 2.47, or X-OpenStack-Nova-API-Version: 2.47.
model::Allowed<int> microversion_of(const http::Request& request) {
  std::string_view wanted = request.headers.find("X-OpenStack-Nova-API-Version");
  const std::vector<std::string> words = base::words(request.headers.find("OpenStack-API-Version"));
  for (std::size_t i = 0; i + 1 < words.size(); ++i)
    if (words[i] == "compute") wanted = words[i + 1];
  if (wanted.empty()) return kLowestMicroversion;
  if (wanted == "latest") return kHighestMicroversion;
  const auto minor =
      wanted.starts_with("2.") ? base::parse_number<int>(wanted.substr(2)) : std::optional<int>();
  if (!minor)
    return model::refuse(400, "InvalidAPIVersionString",
                         fmt::format("API Version String {} is of invalid format. Must be of "
                                     "format MajorNum.MinorNum.",
                                     base::printable(wanted)));
  if (*minor < kLowestMicroversion || *minor > kHighestMicroversion)
    return model::refuse(406, "InvalidGlobalAPIVersion",
                         fmt::format("Version 2.{} is not supported by the API. Minimum is 2.{} "
                                     "and maximum is 2.{}.",
                                     *minor, kLowestMicroversion, kHighestMicroversion));
  return *minor;
}

// Takes as long whatever is wrong with the guess.
bool is_equal(std::string_view a, std::string_view b) {
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    difference |= static_cast<unsigned>(static_cast<unsigned char>(a[i] ^ b[i]));
  return difference == 0;
}

model::Allowed<> authorize(const Route& route, Call& call) {
  call.session = session_of(call.cloud, call.request.headers.find("X-Auth-Token"));
  switch (route.access) {
    case Access::Public:
      return {};
    case Access::Operator: {
      const std::string& token = call.cloud.settings.admin_token;
      if (!token.empty() && is_equal(call.request.headers.find("X-Holdfast-Token"), token))
        return {};
      return model::refuse(401, "Unauthorized",
                           "X-Holdfast-Token must be the admin_token of cloud.json in the state "
                           "directory.");
    }
    case Access::Token:
      break;
  }
  if (call.session) return {};
  return model::refuse(401, "Unauthorized", "The request you have made requires authentication.");
}

void add_headers(http::Response& response, Service service, const Call& call) {
  response.headers.set("X-Openstack-Request-Id", "req-" + new_id());
  if (response.status == 401)
    response.headers.set("WWW-Authenticate",
                         fmt::format("Keystone uri=\"{}/identity\"", call.cloud.settings.base_url));
  if (service == Service::Identity) response.headers.set("Vary", "X-Auth-Token");
  if (service != Service::Compute) return;
  const std::string version = fmt::format("2.{}", call.microversion);
  response.headers.set("OpenStack-API-Version", "compute " + version);
  response.headers.set("X-OpenStack-Nova-API-Version", version);
  response.headers.set("Vary", "OpenStack-API-Version, X-OpenStack-Nova-API-Version");
}

Answer serve(const ServicePath& service, std::span<const std::string> path, Call& call) {
  if (service.service == Service::Compute) {
    auto microversion = microversion_of(call.request);
    if (!microversion) return std::unexpected(microversion.error());
    call.microversion = *microversion;
  }
  Found found = find_route(service, call.request.method, path);
  if (found.route == nullptr) {
    if (found.other_methods.empty())
      return std::unexpected(unknown_path(service.service, path, call.request.target));
    return model::refuse(405, "HTTPMethodNotAllowed",
                         fmt::format("The method {} is not allowed for this resource; {} is.",
                                     base::printable(call.request.method), found.other_methods));
  }
  if (auto allowed = authorize(*found.route, call); !allowed)
    return std::unexpected(allowed.error());
  auto body = body_of(call.request);
  if (!body) return std::unexpected(body.error());
  call.body = *std::move(body);
  call.captured = std::move(found.captured);
  return found.route->handler(call);
}

http::Response list_of_services(const Cloud& cloud) {
  json::Object services_at;
  for (const ServicePath& service : services())
    services_at.set(service.prefix, fmt::format("{}/{}", cloud.settings.base_url, service.prefix));
  return reply(200, json::Object{{"holdfast", "an OpenStack-compatible cloud in one process"},
                                 {"auth_url", cloud.settings.base_url + "/identity/v3"},
                                 {"services", services_at}});
}

}  // namespace

Api::Api(model::State& state, store::Store& store, Hypervisor& hypervisor, Settings settings,
         std::function<void(std::function<void()>)> post)
    : store_(store),
      post_(std::move(post)),
      cloud_{.state = state,
             .hypervisor = hypervisor,
             .settings = std::move(settings),
             .clock = system_time} {
  cloud_.later = [this](std::function<void()> work) { deferred_.push_back(std::move(work)); };
}

base::Result<> Api::bootstrap(const std::string& demo_password, const std::string& admin_password) {
  add_project(cloud_, "admin");
  add_project(cloud_, "demo");
  add_user(cloud_, {"admin", admin_password, "admin", {"admin", "member", "reader"}});
  add_user(cloud_, {"demo", demo_password, "demo", {"member", "reader"}});
  const auto add_flavor = [&](const char* id, const char* name, std::int64_t ram,
                              std::int64_t disk) {
    if (cloud_.state.flavors.contains(id)) return;
    model::Flavor flavor;
    flavor.id = id;
    flavor.name = name;
    flavor.ram = ram;
    flavor.disk = disk;
    flavor.vcpus = ram > 1024 ? 2 : 1;
    cloud_.state.flavors.put(flavor);
  };
  if (cloud_.state.flavors.size() == 0) {
    add_flavor("1", "m1.tiny", 512, 1);
    add_flavor("2", "m1.small", 2048, 20);
    add_flavor("3", "m1.medium", 4096, 40);
  }
  auto saved = store_.save(cloud_.state);
  if (saved) cloud_.state.commit();
  return saved;
}

base::Result<> Api::resume() {
  model::State& state = cloud_.state;
  std::vector<std::string> shells;
  for (const auto& [id, port] : state.ports)
    if (port.device_owner == "holdfast:shell") shells.push_back(id);
  for (const std::string& id : shells) state.ports.erase(id);
  std::vector<model::Server> stopping;
  std::vector<std::string> to_boot;
  for (const auto& [id, server] : state.servers) {
    if (server.task_state == "powering-off")
      stopping.push_back(server);
    else if (server.status != "SHUTOFF" && server.status != "ERROR")
      to_boot.push_back(id);
  }
  for (model::Server& server : stopping) {
    server.status = "SHUTOFF";
    server.task_state.clear();
    mark_ports(cloud_, server, false);
    state.servers.put(server);
  }
  std::vector<std::string> expired;
  for (const auto& [id, token] : state.tokens)
    if (token.expires_at <= cloud_.now()) expired.push_back(id);
  for (const std::string& id : expired) state.tokens.erase(id);
  cloud_.hypervisor.follow(state);
  for (const std::string& id : to_boot) boot_server(cloud_, id);
  if (keep()) return {};
  return base::fail(base::Kind::Io, "the state cannot be stored; the log says why");
}

http::Response Api::handle(const http::Request& request) {
  Call call{.cloud = cloud_, .request = request};
  call.query = http::query_pairs(request.target);
  http::Response response = answer(request, call);
  run_deferred();
  return response;
}

http::Response Api::answer(const http::Request& request, Call& call) {
  Parts path = http::path_parts(request.target);
  if (path.empty()) return list_of_services(cloud_);
  const auto service =
      std::ranges::find(services(), std::string_view(path[0]), &ServicePath::prefix);
  const bool is_known = service != services().end();
  const Service name = is_known ? service->service : Service::Root;
  const std::span<const std::string> rest =
      std::span<const std::string>(path).subspan(is_known && name != Service::Volume ? 1 : 0);
  Answer answer =
      model::refuse(500, "InternalServerError", "The server made a mistake; its log says more.");
  try {
    answer = is_known ? serve(*service, rest, call)
                      : Answer(std::unexpected(unknown_path(name, path, request.target)));
  } catch (const std::exception& failure) {
    base::log::error("api.failed",
                     {{"request", request.method + " " + request.target}, {"why", failure.what()}});
  }
  if (!answer) {
    cloud_.state.rollback();
    deferred_.clear();
  } else if (!keep()) {
    answer = model::refuse(500, "InternalServerError",
                           "The change could not be stored and was undone; the server's log says "
                           "why.");
  }
  http::Response response = answer ? *std::move(answer) : error_reply(name, answer.error());
  add_headers(response, name, call);
  base::log::debug("api.request", {{"method", request.method},
                                   {"target", request.target},
                                   {"status", std::to_string(response.status)}});
  return response;
}

bool Api::keep() {
  const bool concerns_data_plane =
      !cloud_.state.networks.changes().empty() || !cloud_.state.subnets.changes().empty() ||
      !cloud_.state.ports.changes().empty() || !cloud_.state.security_groups.changes().empty() ||
      !cloud_.state.security_group_rules.changes().empty();
  if (auto saved = store_.save(cloud_.state); !saved) {
    base::log::error("api.not-stored", {{"why", base::to_string(saved.error())}});
    cloud_.state.rollback();
    deferred_.clear();
    return false;
  }
  cloud_.state.commit();
  if (concerns_data_plane) cloud_.hypervisor.follow(cloud_.state);
  return true;
}

void Api::run_deferred() {
  if (deferred_.empty()) return;
  const auto run = [this, work = std::exchange(deferred_, {})] {
    for (const auto& each : work) {
      each();
      keep();
    }
    run_deferred();
  };
  if (post_)
    post_(run);
  else
    run();
}

void Api::on_end(const std::string& machine_id) {
  note_end(cloud_, machine_id);
  keep();
  run_deferred();
}

}  // namespace cloud::api
