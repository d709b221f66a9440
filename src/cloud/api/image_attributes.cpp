// Glance v2: how an image is shown, and what may be set on it.
#include "cloud/api/images.h"

#include <fmt/format.h>

#include <array>

#include "base/text.h"

namespace cloud::api {

namespace {

json::Value or_null(const std::string& text) {
  return text.empty() ? json::Value() : json::Value(text);
}

constexpr std::array<std::string_view, 12> kReadOnly = {
    "owner",      "status", "checksum", "size",   "virtual_size", "created_at",
    "updated_at", "self",   "file",     "schema", "os_hash_algo", "os_hash_value"};

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

}  // namespace

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

}  // namespace cloud::api
