// Cinder v3: its version, volume types, and what clients ask before they make a volume.
#include <fmt/format.h>

#include "base/text.h"
#include "cloud/api/volumes.h"

namespace cloud::api {

namespace {

constexpr std::string_view kDefaultType = "__DEFAULT__";  // Cinder's own name for it

Answer list_versions(Call& call) {
  return reply(
      300,
      json::Object{{"versions",
                    json::Array{json::Object{
                        {"id", "v3.0"},
                        {"status", "CURRENT"},
                        {"version", ""},
                        {"min_version", ""},
                        {"updated", "2018-07-17T00:00:00Z"},
                        {"links", json::Array{json::Object{{"rel", "self"},
                                                           {"href", call.cloud.settings.base_url +
                                                                        "/volume/v3/"}}}}}}}});
}

json::Object type_view(const model::VolumeType& type) {
  return json::Object{{"id", type.id},
                      {"name", type.name},
                      {"description", type.description},
                      {"is_public", type.is_public},
                      {"os-volume-type-access:is_public", type.is_public},
                      {"extra_specs", json::Object{}},
                      {"qos_specs_id", nullptr}};
}

Answer list_types(Call& call) {
  json::Array rows;
  for (const auto& [id, type] : call.state().volume_types)
    if (type.is_public || call.session->is_admin) rows.push_back(type_view(type));
  return reply(200, json::Object{{"volume_types", std::move(rows)}});
}

Answer show_type(Call& call) {
  const model::VolumeType* type = call.state().volume_types.find(call.captured[1]);
  if (call.captured[1] == "default")
    for (const auto& [id, each] : call.state().volume_types)
      if (each.name == kDefaultType) type = &each;
  if (type == nullptr || (!type->is_public && !call.session->is_admin))
    return model::refuse(
        404, "VolumeTypeNotFound",
        fmt::format("Volume type {} could not be found.", base::printable(call.captured[1])));
  return reply(200, json::Object{{"volume_type", type_view(*type)}});
}

Answer create_type(Call& call) {
  if (!call.session->is_admin)
    return model::refuse(403, "Forbidden",
                         "Policy doesn't allow volume_extension:type_create to be performed.");
  const json::Value& sent = call.body["volume_type"];
  model::VolumeType type;
  type.id = new_id();
  type.name = sent.text_or("name", "");
  type.description = sent.text_or("description", "");
  if (type.name.empty() || type.name.size() > 255)
    return bad("Invalid input for field/attribute name. A volume type needs a name.");
  for (const auto& [id, each] : call.state().volume_types)
    if (each.name == type.name)
      return model::refuse(409, "VolumeTypeExists",
                           fmt::format("Volume Type {} already exists.", type.name));
  call.state().volume_types.put(type);
  return reply(200, json::Object{{"volume_type", type_view(type)}});
}

Answer list_zones(Call&) {
  return reply(
      200,
      json::Object{{"availabilityZoneInfo",
                    json::Array{json::Object{{"zoneName", "nova"},
                                             {"zoneState", json::Object{{"available", true}}}}}}});
}

constexpr Route kRoutes[] = {
    {"GET", "", list_versions, Access::Public}, {"GET", "v3", list_versions, Access::Public},
    {"GET", "v3/{}/types", list_types},         {"GET", "v3/{}/types/{}", show_type},
    {"POST", "v3/{}/types", create_type},       {"GET", "v3/{}/os-availability-zone", list_zones},
};

}  // namespace

model::Allowed<std::string> find_volume_type(Call& call, const std::string& wanted) {
  if (wanted.empty()) return std::string(kDefaultType);
  for (const auto& [id, type] : call.state().volume_types)
    if (id == wanted || type.name == wanted) return type.name;
  return model::refuse(
      404, "VolumeTypeNotFoundByName",
      fmt::format("Volume type with name {} could not be found.", base::printable(wanted)));
}

void add_volume_types(Cloud& cloud) {
  if (cloud.state.volume_types.size() != 0) return;
  for (const std::string_view name : {kDefaultType, std::string_view("ssd")}) {
    model::VolumeType type;
    type.id = new_id();
    type.name = name;
    type.description = name == kDefaultType ? "Default Volume Type" : "";
    cloud.state.volume_types.put(std::move(type));
  }
}

std::span<const Route> volume_type_routes() {
  return kRoutes;
}

}  // namespace cloud::api
