// Glance v2: images listed, made, shown, changed and deleted.
#include "cloud/api/images.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/text.h"

namespace cloud::api {

namespace {

Answer list_versions(Call& call) {
  const std::string self = call.cloud.settings.base_url + "/image/v2/";
  json::Array versions;
  for (const auto& [id, status] : {std::pair("v2.9", "CURRENT"), std::pair("v2.7", "SUPPORTED"),
                                   std::pair("v2.0", "SUPPORTED")})
    versions.push_back(
        json::Object{{"id", id},
                     {"status", status},
                     {"links", json::Array{json::Object{{"rel", "self"}, {"href", self}}}}});
  return reply(300, json::Object{{"versions", std::move(versions)}});
}

Answer create_image(Call& call) {
  if (call.project().empty()) return model::refuse(403, "Forbidden", "The token has no project.");
  if (call.body.as_object() == nullptr) return bad("The body must be an object.");
  model::Image image;
  image.id = new_id();
  image.project_id = call.project();
  image.created_at = image.updated_at = call.cloud.now();
  for (const auto& [name, value] : *call.body.as_object()) {
    if (name == "id" && value.as_string() != nullptr) {
      image.id = *value.as_string();
      const bool is_uuid =
          image.id.size() == 36 &&
          image.id.find_first_not_of("0123456789abcdefABCDEF-") == std::string::npos;
      if (!is_uuid) return bad("Invalid image id format");
      continue;
    }
    if (auto set = set_attribute(call, image, name, value); !set)
      return std::unexpected(set.error());
  }
  if (call.state().images.contains(image.id))
    return model::refuse(409, "Duplicate", fmt::format("Image ID {} already exists!", image.id));
  call.state().images.put(image);
  http::Response response = reply(201, image_view(image));
  response.headers.set(
      "Location", fmt::format("{}/image/v2/images/{}", call.cloud.settings.base_url, image.id));
  response.headers.set("OpenStack-image-import-methods", "");
  return response;
}

bool matches(const model::Image& image, const model::Query& query) {
  const json::Value view = image_view(image);
  constexpr std::array<std::string_view, 8> kPaging = {
      "limit", "marker", "sort", "sort_key", "sort_dir", "member_status", "os_hidden", "tag"};
  for (const auto& [name, value] : query) {
    if (name == "tag" && std::ranges::find(image.tags, value) == image.tags.end()) return false;
    if (is_one_of(kPaging, name)) continue;
    if (name == "visibility" && value == "all") continue;
    const json::Value& actual = view[name];
    const std::string text =
        actual.as_string() != nullptr ? *actual.as_string() : json::dump(actual);
    if (value.starts_with("in:")) {
      const auto wanted = base::split(std::string_view(value).substr(3), ',');
      if (std::ranges::find(wanted, text) == wanted.end()) return false;
    } else if (!base::equals_ignoring_case(text, value) ||
               (actual.as_string() != nullptr && text != value)) {
      return false;
    }
  }
  const std::string hidden = model::value_of(query, "os_hidden");
  return image.os_hidden == base::equals_ignoring_case(hidden, "true");
}

Answer list_images(Call& call) {
  std::vector<const model::Image*> found;
  for (const auto& [id, image] : call.state().images)
    if (may_see(call, image) && matches(image, call.query)) found.push_back(&image);
  std::ranges::stable_sort(found, std::greater(), &model::Image::created_at);
  json::Array rows;
  for (const model::Image* image : found) rows.push_back(image_view(*image));
  const model::Query paging = {{"limit", model::value_of(call.query, "limit")},
                               {"marker", model::value_of(call.query, "marker")}};
  auto page = model::select(std::move(rows), paging, json::Object{});
  if (!page) return std::unexpected(page.error());
  json::Object document{
      {"images", std::move(page->rows)}, {"first", "/v2/images"}, {"schema", "/v2/schemas/images"}};
  if (!page->next_marker.empty()) {
    std::string next = "/v2/images?";
    for (const auto& [name, value] : call.query)
      if (name != "marker")
        next += fmt::format("{}={}&", http::percent_encode(name), http::percent_encode(value));
    document.set("next", next + "marker=" + page->next_marker);
  }
  return reply(200, document);
}

Answer show_image(Call& call) {
  auto image = find_image(call);
  if (!image) return std::unexpected(image.error());
  return reply(200, image_view(*image));
}

// application/openstack-images-v2.1-json-patch: [{"op": "replace", "path": "/name", "value": …}]
Answer update_image(Call& call) {
  auto image = own_image(call);
  if (!image) return std::unexpected(image.error());
  if (call.body.as_array() == nullptr) return bad("The body must be a list of changes.");
  for (const json::Value& change : *call.body.as_array()) {
    const std::string path = change.text_or("path", "");
    const std::string op = change.text_or("op", "");
    if (!path.starts_with('/') || (op != "add" && op != "replace" && op != "remove"))
      return bad("A change needs an op (add, replace, remove) and a path such as /name.");
    const std::string name = path.substr(1);
    if (op == "remove") {
      if (!image->properties.erase(name))
        return model::refuse(409, "Conflict",
                             fmt::format("Property {} does not exist.", base::printable(name)));
      continue;
    }
    if (auto set = set_attribute(call, *image, name, change["value"]); !set)
      return std::unexpected(set.error());
  }
  image->updated_at = call.cloud.now();
  call.state().images.put(*image);
  return reply(200, image_view(*image));
}

Answer delete_image(Call& call) {
  auto image = own_image(call);
  if (!image) return std::unexpected(image.error());
  if (image->is_protected)
    return model::refuse(403, "Forbidden",
                         fmt::format("Image {} is protected and cannot be deleted.", image->id));
  call.state().images.erase(image->id);
  if (!call.cloud.settings.image_directory.empty())
    call.cloud.later([path = path_of(call, *image)] {
      std::error_code ignored;  // never uploaded
      std::filesystem::remove(path, ignored);
    });
  return reply(204);
}

Answer tag_image(Call& call) {
  auto image = own_image(call);
  if (!image) return std::unexpected(image.error());
  const auto found = std::ranges::find(image->tags, call.captured[1]);
  if (call.request.method == "PUT") {
    if (found == image->tags.end()) image->tags.push_back(call.captured[1]);
  } else if (found == image->tags.end()) {
    return model::refuse(404, "NotFound", "The tag could not be found.");
  } else {
    image->tags.erase(found);
  }
  call.state().images.put(*image);
  return reply(204);
}

// Enough for clients that look at the schema to know which attributes are no plain properties.
Answer show_schema(Call&) {
  json::Object properties;
  for (const auto& [name, value] : image_view(model::Image{}))
    properties.set(name, json::Object{{"is_base", true}});
  return reply(200, json::Object{{"name", "image"},
                                 {"properties", std::move(properties)},
                                 {"additionalProperties", json::Object{{"type", "string"}}}});
}

Answer show_import_methods(Call&) {
  return reply(200, json::Object{{"import-methods",
                                  json::Object{{"description", "Import methods available."},
                                               {"type", "array"},
                                               {"value", json::Array{}}}}});
}

constexpr Route kRoutes[] = {
    {"GET", "", list_versions, Access::Public},
    {"GET", "versions", list_versions, Access::Public},
    {"GET", "v2/images", list_images},
    {"POST", "v2/images", create_image},
    {"GET", "v2/images/{}", show_image},
    {"PATCH", "v2/images/{}", update_image},
    {"DELETE", "v2/images/{}", delete_image},
    {"PUT", "v2/images/{}/tags/{}", tag_image},
    {"DELETE", "v2/images/{}/tags/{}", tag_image},
    {"GET", "v2/schemas/image", show_schema},
    {"GET", "v2/info/import", show_import_methods},
};

}  // namespace

std::span<const Route> image_routes() {
  return kRoutes;
}

}  // namespace cloud::api
