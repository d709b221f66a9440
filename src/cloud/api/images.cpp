// Glance v2: images and their data.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include "base/text.h"
#include "cloud/api/cloud.h"
#include "cloud/model/digest.h"

namespace cloud::api {

namespace {

std::unexpected<model::Refusal> bad(std::string message) {
  return model::refuse(400, "BadRequest", std::move(message));
}

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

json::Value or_null(const std::string& text) {
  return text.empty() ? json::Value() : json::Value(text);
}

json::Object image_view(const model::Image& image) {
  json::Object view = image.properties;
  view.set("id", image.id);
  view.set("name", image.name);
  view.set("owner", image.project_id);
  view.set("status", image.status);
  view.set("visibility", image.visibility);
  view.set("disk_format", or_null(image.disk_format));
  view.set("container_format", or_null(image.container_format));
  view.set("min_disk", image.min_disk);
  view.set("min_ram", image.min_ram);
  view.set("protected", image.is_protected);
  view.set("os_hidden", image.os_hidden);
  view.set("size", image.size ? json::Value(*image.size) : json::Value());
  view.set("virtual_size", nullptr);
  view.set("checksum", or_null(image.checksum));
  view.set("os_hash_algo", image.sha512.empty() ? json::Value() : json::Value("sha512"));
  view.set("os_hash_value", or_null(image.sha512));
  view.set("tags", texts(image.tags));
  view.set("created_at", iso_time(image.created_at));
  view.set("updated_at", iso_time(image.updated_at));
  view.set("self", "/v2/images/" + image.id);
  view.set("file", fmt::format("/v2/images/{}/file", image.id));
  view.set("schema", "/v2/schemas/image");
  return view;
}

bool may_see(const Call& call, const model::Image& image) {
  return image.visibility == "public" || image.visibility == "community" ||
         call.may_see(image.project_id);
}

model::Allowed<model::Image> find_image(Call& call) {
  const model::Image* image = call.state().images.find(call.captured[0]);
  if (image == nullptr || !may_see(call, *image))
    return model::refuse(
        404, "ImageNotFound",
        fmt::format("No image found with ID {}", base::printable(call.captured[0])));
  return *image;
}

model::Allowed<model::Image> own_image(Call& call) {
  auto image = find_image(call);
  if (image && !call.may_see(image->project_id))
    return model::refuse(403, "Forbidden", "You are not permitted to modify this image.");
  return image;
}

constexpr std::array<std::string_view, 12> kReadOnly = {
    "owner",      "status", "checksum", "size",   "virtual_size", "created_at",
    "updated_at", "self",   "file",     "schema", "os_hash_algo", "os_hash_value"};

template <std::size_t Size>
bool is_one_of(const std::array<std::string_view, Size>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}
constexpr std::array<std::string_view, 11> kDiskFormats = {
    "ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "iso", "ploop"};
constexpr std::array<std::string_view, 7> kContainerFormats = {"ami", "ari", "aki",   "bare",
                                                               "ovf", "ova", "docker"};
constexpr std::array<std::string_view, 4> kVisibilities = {"public", "private", "shared",
                                                           "community"};

model::Allowed<> set_number(std::int64_t& into, std::string_view name, const json::Value& value) {
  const auto number = value.as_integer();
  if (!number || *number < 0) return bad(fmt::format("{} must be an integer of at least 0.", name));
  into = *number;
  return {};
}

model::Allowed<> set_word(std::string& into, std::string_view name, const json::Value& value,
                          bool is_known) {
  if (value.is_null()) {
    into.clear();
    return {};
  }
  if (value.as_string() == nullptr || !is_known)
    return bad(fmt::format("Invalid value '{}' for {}", json::dump(value), name));
  into = *value.as_string();
  return {};
}

// One attribute of an image, by POST or PATCH.
model::Allowed<> set_attribute(Call& call, model::Image& image, std::string_view name,
                               const json::Value& value) {
  const std::string text = value.as_string() == nullptr ? "" : *value.as_string();
  if (is_one_of(kReadOnly, name))
    return model::refuse(403, "ReadonlyProperty",
                         fmt::format("Attribute '{}' is read-only.", name));
  if (name == "name") return set_word(image.name, name, value, true);
  if (name == "disk_format")
    return set_word(image.disk_format, name, value, is_one_of(kDiskFormats, text));
  if (name == "container_format")
    return set_word(image.container_format, name, value, is_one_of(kContainerFormats, text));
  if (name == "min_disk") return set_number(image.min_disk, name, value);
  if (name == "min_ram") return set_number(image.min_ram, name, value);
  if (name == "protected" || name == "os_hidden") {
    if (value.as_bool() == nullptr) return bad(fmt::format("{} must be true or false.", name));
    (name == "protected" ? image.is_protected : image.os_hidden) = *value.as_bool();
    return {};
  }
  if (name == "visibility") {
    if (text == "public" && !call.session->is_admin)
      return model::refuse(403, "Forbidden",
                           "You are not authorized to complete publicize_image action.");
    return set_word(image.visibility, name, value, is_one_of(kVisibilities, text));
  }
  if (name == "tags") {
    image.tags.clear();
    if (value.as_array() == nullptr) return bad("tags must be a list.");
    for (const json::Value& tag : *value.as_array())
      if (tag.as_string() != nullptr) image.tags.push_back(*tag.as_string());
    return {};
  }
  if (value.as_string() == nullptr)
    return bad(
        fmt::format("Provided object does not match schema 'image': {} is not of type "
                    "'string'",
                    base::printable(name)));
  constexpr std::size_t kMostProperties = 128;
  if (image.properties.size() >= kMostProperties)
    return model::refuse(413, "ImagePropertyLimitExceeded",
                         fmt::format("The limit has been exceeded on the number of allowed image "
                                     "properties. Maximum: {}",
                                     kMostProperties));
  image.properties.set(name, value);
  return {};
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

std::string path_of(const Call& call, const model::Image& image) {
  return call.cloud.settings.image_directory + "/" + image.id;
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

Answer upload(Call& call) {
  auto image = own_image(call);
  if (!image) return std::unexpected(image.error());
  if (call.request.headers.find("Content-Type") != "application/octet-stream")
    return model::refuse(415, "HTTPUnsupportedMediaType",
                         "Image data are sent with Content-Type: application/octet-stream.");
  if (image->status != "queued")
    return model::refuse(
        409, "InvalidImageStatusTransition",
        fmt::format("Image status transition from {} to saving is not allowed", image->status));
  if (image->disk_format.empty() || image->container_format.empty())
    return bad("disk_format and container_format must be set before data are uploaded.");
  const std::string& data = call.request.body;
  if (!call.cloud.settings.image_directory.empty()) {
    std::ofstream file(path_of(call, *image), std::ios::binary | std::ios::trunc);
    file.write(data.data(), static_cast<std::streamsize>(data.size()));
    file.close();
    if (!file)
      return model::refuse(413, "StorageFull",
                           "The image data could not be stored; is the disk full?");
  }
  image->size = static_cast<std::int64_t>(data.size());
  image->checksum = model::md5_hex(data);
  image->sha512 = model::sha512_hex(data);
  image->status = "active";
  image->updated_at = call.cloud.now();
  call.state().images.put(*image);
  return reply(204);
}

Answer download(Call& call) {
  auto image = find_image(call);
  if (!image) return std::unexpected(image.error());
  if (image->status != "active" || call.cloud.settings.image_directory.empty()) return reply(204);
  std::ifstream file(path_of(call, *image), std::ios::binary);
  http::Response response = reply(200);
  response.headers.set("Content-Type", "application/octet-stream");
  response.headers.set("Content-MD5", image->checksum);
  response.body.assign(std::istreambuf_iterator<char>(file), {});
  return response;
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
    {"PUT", "v2/images/{}/file", upload},
    {"GET", "v2/images/{}/file", download},
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
