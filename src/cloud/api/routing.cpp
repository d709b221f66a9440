#include "cloud/api/routing.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace cloud::api {

namespace {

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
    Absent{Service::Compute, "os-aggregates", "host aggregates"},
    Absent{Service::Compute, "os-hypervisors", "a list of hypervisors"},
    Absent{Service::Compute, "os-services", "a list of services"},
    Absent{Service::Compute, "os-migrations", "migrations"},
    Absent{Service::Volume, "backups", "backups of volumes"},
    Absent{Service::Volume, "groups", "groups of volumes"},
    Absent{Service::Volume, "os-volume-transfer", "transfers of volumes"},
    Absent{Service::Image, "members", "sharing of images with other projects"},
};

}  // namespace

const std::vector<ServicePath>& services() {
  static const std::vector<ServicePath> table = {
      {Service::Identity,
       "identity",
       {catalog_routes(), token_routes(), project_routes(), user_routes(),
        application_credential_routes()}},
      {Service::Network,
       "network",
       {network_extension_routes(), network_routes(), subnet_routes(), port_routes(),
        security_group_routes()}},
      {Service::Compute,
       "compute",
       {compute_routes(), server_routes(), server_create_routes(), server_metadata_routes(),
        server_attachment_routes(), server_action_routes(), server_group_routes(),
        volume_attachment_routes()}},
      {Service::Image, "image", {image_routes(), image_data_routes()}},
      {Service::Volume,
       "volume",
       {volume_type_routes(), volume_routes(), volume_metadata_routes(), volume_action_routes(),
        volume_snapshot_routes()}},
      {Service::Operator, "holdfast", {operator_routes(), operator_fault_routes()}},
  };
  return table;
}

Service service_of(const http::Request& request) {
  const Parts path = http::path_parts(request.target);
  if (path.empty()) return Service::Root;
  const auto found = std::ranges::find(services(), std::string_view(path[0]), &ServicePath::prefix);
  return found == services().end() ? Service::Root : found->service;
}

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

http::Response list_of_services(const Cloud& cloud) {
  json::Object services_at;
  for (const ServicePath& service : services())
    services_at.set(service.prefix, fmt::format("{}/{}", cloud.settings.base_url, service.prefix));
  return reply(200, json::Object{{"holdfast", "an OpenStack-compatible cloud in one process"},
                                 {"auth_url", cloud.settings.base_url + "/identity/v3"},
                                 {"services", services_at}});
}

}  // namespace cloud::api
