#include "openstack/token.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"

namespace openstack {
namespace {

using base::Kind;

json::Value domain(const std::string& name, const std::string& id) {
  if (!id.empty()) return json::Object{{"id", id}};
  return json::Object{{"name", name.empty() ? std::string("Default") : name}};
}

json::Value scope(const Credentials& credentials) {
  if (!credentials.project_id.empty())
    return json::Object{{"project", json::Object{{"id", credentials.project_id}}}};
  return json::Object{{"project", json::Object{{"name", credentials.project_name},
                                               {"domain", domain(credentials.project_domain_name,
                                                                 credentials.project_domain_id)}}}};
}

// The names a service goes by, the better first.
std::vector<std::string_view> types(Service service) {
  switch (service) {
    case Service::Identity:
      return {"identity"};
    case Service::Compute:
      return {"compute"};
    case Service::Network:
      return {"network"};
    case Service::Image:
      return {"image"};
    case Service::Volume:
      return {"volumev3", "block-storage", "block-store", "volume"};
    case Service::LoadBalancer:
      return {"load-balancer"};
  }
  return {};
}

// Catalogs give some services without their version.
std::string_view version(Service service) {
  switch (service) {
    case Service::Network:
      return "/v2.0";
    case Service::Image:
    case Service::LoadBalancer:
      return "/v2";
    case Service::Identity:
      return "/v3";
    case Service::Compute:
    case Service::Volume:
      return "";
  }
  return "";
}

bool has_version(std::string_view url) {
  const auto slash = url.rfind('/');
  return slash != std::string_view::npos && url.size() > slash + 2 && url[slash + 1] == 'v' &&
         url[slash + 2] >= '0' && url[slash + 2] <= '9';
}

std::string names_of_regions(const Token& token, const std::vector<std::string_view>& names) {
  std::set<std::string> regions;
  for (const Endpoint& endpoint : token.catalog)
    if (std::ranges::find(names, endpoint.type) != names.end()) regions.insert(endpoint.region);
  const std::vector<std::string> list(regions.begin(), regions.end());
  return base::join(list, ", ");
}

}  // namespace

std::string_view name(Service service) {
  return types(service).front();
}

base::Result<std::string> identity_root(std::string_view auth_url) {
  auto url = http::Url::parse(auth_url);
  if (!url) return base::in_context("auth_url", url.error());
  if (url->path.find("/v2.0") != std::string::npos)
    return base::fail(Kind::Unsupported, "auth_url: version 2.0 of Keystone is not supported",
                      "give the URL of version 3, ending in /v3");
  const auto at = url->path.find("/v3");
  if (at != std::string::npos) url->path.resize(at);
  while (url->path.ends_with('/')) url->path.pop_back();
  url->path += "/v3";
  return http::to_string(*url);
}

json::Value token_request(const Credentials& credentials) {
  if (!credentials.application_credential_id.empty()) {
    const json::Object secret{{"id", credentials.application_credential_id},
                              {"secret", credentials.application_credential_secret}};
    // An application credential carries its own scope.
    return json::Object{
        {"auth",
         json::Object{{"identity", json::Object{{"methods", json::Array{"application_credential"}},
                                                {"application_credential", secret}}}}}};
  }
  const json::Object user{
      {"name", credentials.username},
      {"domain", domain(credentials.user_domain_name, credentials.user_domain_id)},
      {"password", credentials.password}};
  return json::Object{
      {"auth", json::Object{{"identity", json::Object{{"methods", json::Array{"password"}},
                                                      {"password", json::Object{{"user", user}}}}},
                            {"scope", scope(credentials)}}}};
}

base::Result<Token> read_token(std::string id, const json::Value& body) {
  Token token;
  token.id = std::move(id);
  if (token.id.empty())
    return base::fail(Kind::Invalid, "Keystone's answer has no X-Subject-Token");
  const json::Value& content = body["token"];
  token.project_id = content["project"].text_or("id", "");
  const json::Array* services = content["catalog"].as_array();
  if (services == nullptr)
    return base::fail(Kind::Invalid, "Keystone's answer has no catalog",
                      "the credentials must name a project that the user has a role in");
  for (const json::Value& service : *services) {
    const json::Array* endpoints = service["endpoints"].as_array();
    if (endpoints == nullptr) continue;
    for (const json::Value& endpoint : *endpoints) {
      std::string region = endpoint.text_or("region_id", endpoint.text_or("region", ""));
      std::string interface = endpoint.text_or("interface", "");
      if (interface.ends_with("URL")) interface.resize(interface.size() - 3);
      token.catalog.push_back({.type = service.text_or("type", ""),
                               .interface = std::move(interface),
                               .region = std::move(region),
                               .url = endpoint.text_or("url", "")});
    }
  }
  return token;
}

base::Result<std::string> find_endpoint(const Token& token, Service service,
                                        std::string_view interface, std::string_view region) {
  const auto names = types(service);
  for (const std::string_view type : names)
    for (const Endpoint& endpoint : token.catalog) {
      if (endpoint.type != type || endpoint.interface != interface) continue;
      if (!region.empty() && endpoint.region != region) continue;
      std::string url = endpoint.url;
      while (url.ends_with('/')) url.pop_back();
      if (!version(service).empty() && !has_version(url)) url += version(service);
      return url;
    }
  const std::string regions = names_of_regions(token, names);
  return base::fail(
      Kind::NotFound,
      fmt::format("the catalog has no {} endpoint {} for the service {}", interface,
                  region.empty() ? "in any region" : fmt::format("in region {}", region),
                  names.front()),
      regions.empty() ? "the cloud does not offer this service to the project"
                      : fmt::format("it is offered in: {}", regions));
}

}  // namespace openstack
