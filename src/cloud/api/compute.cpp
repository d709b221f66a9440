// Nova 2.1: versions, flavors, key pairs, zones and limits.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cloud/api/nova.h"
#include "cloud/model/digest.h"

namespace cloud::api {

namespace {

json::Object version_view(const Call& call) {
  return json::Object{
      {"id", "v2.1"},
      {"status", "CURRENT"},
      {"version", fmt::format("2.{}", kHighestMicroversion)},
      {"min_version", fmt::format("2.{}", kLowestMicroversion)},
      {"updated", "2013-07-23T11:33:21Z"},
      {"links", json::Array{json::Object{{"rel", "self"}, {"href", compute_url(call, "")}}}},
      {"media-types",
       json::Array{json::Object{{"base", "application/json"},
                                {"type", "application/vnd.openstack.compute+json;version=2.1"}}}}};
}

Answer list_versions(Call& call) {
  return reply(200, json::Object{{"versions", json::Array{version_view(call)}}});
}

Answer show_version(Call& call) {
  return reply(200, json::Object{{"version", version_view(call)}});
}

// ---- flavors

json::Object flavor_view(const Call& call, const model::Flavor& flavor, bool in_detail) {
  json::Object view{
      {"id", flavor.id},
      {"name", flavor.name},
      {"links", json::Array{json::Object{{"rel", "self"},
                                         {"href", compute_url(call, "flavors/" + flavor.id)}}}}};
  if (call.microversion >= 55)
    view.set("description",
             flavor.description.empty() ? json::Value() : json::Value(flavor.description));
  if (!in_detail) return view;
  view.set("ram", flavor.ram);
  view.set("disk", flavor.disk);
  view.set("vcpus", flavor.vcpus);
  // No swap is written as an empty text before 2.75.
  view.set("swap", flavor.swap == 0 ? json::Value("") : json::Value(flavor.swap));
  view.set("OS-FLV-EXT-DATA:ephemeral", flavor.ephemeral);
  view.set("OS-FLV-DISABLED:disabled", false);
  view.set("os-flavor-access:is_public", flavor.is_public);
  view.set("rxtx_factor", 1.0);
  if (call.microversion >= 61) {
    json::Object specs;
    for (const auto& [key, value] : flavor.extra_specs) specs.set(key, value);
    view.set("extra_specs", std::move(specs));
  }
  return view;
}

Answer flavors(Call& call, bool in_detail) {
  const auto at_least = [&](const char* name) {
    return base::parse_number<std::int64_t>(model::value_of(call.query, name)).value_or(0);
  };
  const std::int64_t ram = at_least("minRam");
  const std::int64_t disk = at_least("minDisk");
  json::Array rows;
  for (const auto& [id, flavor] : call.state().flavors)
    if (flavor.ram >= ram && flavor.disk >= disk)
      rows.push_back(flavor_view(call, flavor, in_detail));
  const model::Query paging = {{"limit", model::value_of(call.query, "limit")},
                               {"marker", model::value_of(call.query, "marker")}};
  auto page = model::select(std::move(rows), paging, json::Object{});
  if (!page) return std::unexpected(page.error());
  json::Object document{{"flavors", std::move(page->rows)}};
  if (!page->next_marker.empty())
    document.set(
        "flavors_links",
        json::Array{json::Object{
            {"rel", "next"},
            {"href", compute_url(call, fmt::format("flavors{}?limit={}&marker={}",
                                                   in_detail ? "/detail" : "", paging[0].second,
                                                   page->next_marker))}}});
  return reply(200, document);
}

Answer list_flavors(Call& call) {
  return flavors(call, false);
}
Answer list_flavors_in_detail(Call& call) {
  return flavors(call, true);
}

model::Allowed<model::Flavor> find_flavor(Call& call) {
  const model::Flavor* flavor = call.state().flavors.find(call.captured[0]);
  if (flavor == nullptr)
    return model::refuse(
        404, "FlavorNotFound",
        fmt::format("Flavor {} could not be found.", base::printable(call.captured[0])));
  return *flavor;
}

Answer show_flavor(Call& call) {
  auto flavor = find_flavor(call);
  if (!flavor) return std::unexpected(flavor.error());
  return reply(200, json::Object{{"flavor", flavor_view(call, *flavor, true)}});
}

std::unexpected<model::Refusal> for_admins(std::string_view rule) {
  return model::refuse(403, "Forbidden",
                       fmt::format("Policy doesn't allow {} to be performed.", rule));
}

Answer create_flavor(Call& call) {
  if (!call.session->is_admin) return for_admins("os_compute_api:os-flavor-manage:create");
  const json::Value& sent = call.body["flavor"];
  model::Flavor flavor;
  flavor.name = sent.text_or("name", "");
  flavor.id = sent.text_or("id", "");
  if (flavor.id.empty() || flavor.id == "auto") flavor.id = new_id();
  flavor.description = sent.text_or("description", "");
  flavor.ram = sent["ram"].as_integer().value_or(0);
  flavor.vcpus = sent["vcpus"].as_integer().value_or(0);
  flavor.disk = sent["disk"].as_integer().value_or(0);
  flavor.ephemeral = sent["OS-FLV-EXT-DATA:ephemeral"].as_integer().value_or(0);
  flavor.swap = sent["swap"].as_integer().value_or(0);
  if (flavor.name.empty() || flavor.ram <= 0 || flavor.vcpus <= 0 || flavor.disk < 0)
    return model::refuse(400, "BadRequest",
                         "A flavor needs a name, ram and vcpus of at least 1, and a disk of at "
                         "least 0.");
  for (const auto& [id, other] : call.state().flavors)
    if (id == flavor.id || other.name == flavor.name)
      return model::refuse(409, "FlavorExists",
                           fmt::format("Flavor with name {} already exists.", flavor.name));
  call.state().flavors.put(flavor);
  return reply(200, json::Object{{"flavor", flavor_view(call, flavor, true)}});
}

Answer delete_flavor(Call& call) {
  if (!call.session->is_admin) return for_admins("os_compute_api:os-flavor-manage:delete");
  auto flavor = find_flavor(call);
  if (!flavor) return std::unexpected(flavor.error());
  call.state().flavors.erase(flavor->id);
  return reply(202);
}

Answer show_extra_specs(Call& call) {
  auto flavor = find_flavor(call);
  if (!flavor) return std::unexpected(flavor.error());
  json::Object specs;
  for (const auto& [key, value] : flavor->extra_specs) specs.set(key, value);
  return reply(200, json::Object{{"extra_specs", std::move(specs)}});
}

// ---- key pairs

json::Object keypair_view(const Call& call, const model::Keypair& keypair, bool in_detail) {
  json::Object view{{"name", keypair.name},
                    {"public_key", keypair.public_key},
                    {"fingerprint", keypair.fingerprint}};
  if (call.microversion >= 2) view.set("type", keypair.type);
  if (!in_detail) return view;
  view.set("user_id", keypair.user_id);
  view.set("id", 1);
  view.set("created_at", iso_time(keypair.created_at).substr(0, 19) + ".000000");
  view.set("deleted", false);
  view.set("deleted_at", nullptr);
  view.set("updated_at", nullptr);
  return view;
}

Answer list_keypairs(Call& call) {
  json::Array rows;
  for (const auto& [id, keypair] : call.state().keypairs)
    if (keypair.user_id == call.session->user.id)
      rows.push_back(json::Object{{"keypair", keypair_view(call, keypair, false)}});
  return reply(200, json::Object{{"keypairs", std::move(rows)}});
}

Answer create_keypair(Call& call) {
  const json::Value& sent = call.body["keypair"];
  model::Keypair keypair;
  keypair.name = sent.text_or("name", "");
  keypair.type = sent.text_or("type", "ssh");
  keypair.public_key = sent.text_or("public_key", "");
  keypair.user_id = call.session->user.id;
  keypair.id = keypair.user_id + "/" + keypair.name;
  keypair.created_at = call.cloud.now();
  if (keypair.name.empty() || keypair.name.size() > 255)
    return model::refuse(400, "BadRequest",
                         "Invalid input for field/attribute name. A key pair needs a name of 1 to "
                         "255 characters.");
  if (keypair.type != "ssh")
    return model::refuse(501, "NotImplemented", "Only key pairs of type ssh are offered.");
  if (keypair.public_key.empty())
    return model::refuse(501, "NotImplemented",
                         "The embedded cloud does not generate keys; give a public_key (ssh-keygen "
                         "makes one).");
  const auto fingerprint = model::ssh_fingerprint(keypair.public_key);
  if (!fingerprint)
    return model::refuse(400, "InvalidKeypair",
                         "Keypair data is invalid: failed to generate fingerprint");
  keypair.fingerprint = *fingerprint;
  if (call.state().keypairs.contains(keypair.id))
    return model::refuse(409, "KeyPairExists",
                         fmt::format("Key pair '{}' already exists.", keypair.name));
  call.state().keypairs.put(keypair);
  json::Object view = keypair_view(call, keypair, false);
  view.set("user_id", keypair.user_id);
  return reply(call.microversion >= 2 ? 201 : 200, json::Object{{"keypair", std::move(view)}});
}

model::Allowed<model::Keypair> find_keypair(Call& call) {
  const model::Keypair* keypair =
      call.state().keypairs.find(call.session->user.id + "/" + call.captured[0]);
  if (keypair == nullptr)
    return model::refuse(404, "KeypairNotFound",
                         fmt::format("Keypair {} not found for user {}",
                                     base::printable(call.captured[0]), call.session->user.id));
  return *keypair;
}

Answer show_keypair(Call& call) {
  auto keypair = find_keypair(call);
  if (!keypair) return std::unexpected(keypair.error());
  return reply(200, json::Object{{"keypair", keypair_view(call, *keypair, true)}});
}

Answer delete_keypair(Call& call) {
  auto keypair = find_keypair(call);
  if (!keypair) return std::unexpected(keypair.error());
  call.state().keypairs.erase(keypair->id);
  return reply(call.microversion >= 2 ? 204 : 202);
}

// ---- zones, limits, extensions

Answer list_zones(Call&) {
  return reply(
      200, json::Object{{"availabilityZoneInfo",
                         json::Array{json::Object{{"zoneName", "nova"},
                                                  {"zoneState", json::Object{{"available", true}}},
                                                  {"hosts", nullptr}}}}});
}

Answer show_limits(Call& call) {
  json::Object absolute;
  for (const char* name :
       {"maxTotalInstances", "maxTotalCores", "maxTotalRAMSize", "maxServerMeta", "maxImageMeta",
        "maxTotalKeypairs", "maxServerGroups", "maxServerGroupMembers"})
    absolute.set(name, -1);
  std::int64_t instances = 0;
  std::int64_t cores = 0;
  std::int64_t ram = 0;
  for (const auto& [id, server] : call.state().servers) {
    const model::Flavor* flavor = call.state().flavors.find(server.flavor_id);
    if (server.project_id != call.project()) continue;
    ++instances;
    cores += flavor == nullptr ? 0 : flavor->vcpus;
    ram += flavor == nullptr ? 0 : flavor->ram;
  }
  absolute.set("totalInstancesUsed", instances);
  absolute.set("totalCoresUsed", cores);
  absolute.set("totalRAMUsed", ram);
  absolute.set("totalServerGroupsUsed", 0);
  return reply(200, json::Object{{"limits", json::Object{{"rate", json::Array{}},
                                                         {"absolute", std::move(absolute)}}}});
}

Answer list_extensions(Call&) {
  return reply(200, json::Object{{"extensions", json::Array{}}});
}

constexpr Route kRoutes[] = {
    {"GET", "", list_versions, Access::Public},
    {"GET", "v2.1", show_version, Access::Public},
    {"GET", "v2.1/extensions", list_extensions},
    {"GET", "v2.1/flavors", list_flavors},
    {"POST", "v2.1/flavors", create_flavor},
    {"GET", "v2.1/flavors/detail", list_flavors_in_detail},
    {"GET", "v2.1/flavors/{}", show_flavor},
    {"DELETE", "v2.1/flavors/{}", delete_flavor},
    {"GET", "v2.1/flavors/{}/os-extra_specs", show_extra_specs},
    {"GET", "v2.1/os-keypairs", list_keypairs},
    {"POST", "v2.1/os-keypairs", create_keypair},
    {"GET", "v2.1/os-keypairs/{}", show_keypair},
    {"DELETE", "v2.1/os-keypairs/{}", delete_keypair},
    {"GET", "v2.1/os-availability-zone", list_zones},
    {"GET", "v2.1/limits", show_limits},
};

}  // namespace

std::span<const Route> compute_routes() {
  return kRoutes;
}

}  // namespace cloud::api
