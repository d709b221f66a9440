// Nova 2.1, POST /servers: what a server boots from, an image or a volume.
#include <fmt/format.h>

#include "base/text.h"
#include "cloud/api/server_order.h"
#include "cloud/api/volumes.h"

namespace cloud::api {

namespace {

model::Allowed<const model::Image*> usable_image(Call& call, const std::string& wanted,
                                                 const model::Flavor& flavor) {
  const model::Image* image = call.state().images.find(wanted.substr(wanted.rfind('/') + 1));
  const bool may_use =
      image != nullptr && (image->visibility == "public" || image->visibility == "community" ||
                           call.may_see(image->project_id));
  if (!may_use) return bad("Can not find requested image");
  if (image->status != "active") return bad(fmt::format("Image {} is not active.", image->id));
  if (image->min_ram > flavor.ram) return bad("Flavor's memory is too small for requested image.");
  return image;
}

model::Allowed<> boot_from_image(Call& call, Order& order, const model::Flavor& flavor) {
  const auto image = usable_image(call, order.sent.text_or("imageRef", ""), flavor);
  if (!image) return std::unexpected(image.error());
  if ((*image)->min_disk > flavor.disk)
    return bad("Flavor's disk is smaller than the minimum size specified in image metadata.");
  if (flavor.disk == 0)
    return model::refuse(403, "BootFromVolumeRequiredForZeroDiskFlavor",
                         "Only volume-backed servers are allowed for flavors with zero disk.");
  order.server.image_id = (*image)->id;
  return {};
}

// A number, or a text of digits, as clients send both.
std::optional<std::int64_t> number(const json::Value& value) {
  if (const auto integer = value.as_integer()) return integer;
  return value.as_string() == nullptr ? std::nullopt
                                      : base::parse_number<std::int64_t>(*value.as_string());
}
bool flag(const json::Value& value) {
  if (const bool* is_set = value.as_bool()) return *is_set;
  const std::string* text = value.as_string();
  return text != nullptr && (*text == "1" || base::equals_ignoring_case(*text, "true"));
}

model::Allowed<> new_volume(Call& call, Order& order, const model::Flavor& flavor,
                            const json::Value& device) {
  const auto image = usable_image(call, device.text_or("uuid", ""), flavor);
  if (!image) return std::unexpected(image.error());
  model::Volume volume;
  volume.id = new_id();
  volume.project_id = call.project();
  volume.user_id = call.session->user.id;
  volume.created_at = volume.updated_at = call.cloud.now();
  volume.image_id = (*image)->id;
  volume.size = number(device["volume_size"]).value_or(0);
  if (volume.size < 1 || volume.size < (*image)->min_disk)
    return bad(
        fmt::format("Block Device Mapping is Invalid: volume_size must be at least {} GiB for "
                    "this image.",
                    std::max<std::int64_t>(1, (*image)->min_disk)));
  auto type = find_volume_type(call, device.text_or("volume_type", ""));
  if (!type) return std::unexpected(type.error());
  volume.volume_type = *std::move(type);
  volume.availability_zone = order.server.availability_zone;
  order.root_volume = std::move(volume);
  return {};
}

model::Allowed<> own_volume(Call& call, Order& order, const json::Value& device) {
  const auto volume = find_volume(call, device.text_or("uuid", ""));
  if (!volume)
    return bad(fmt::format("Block Device Mapping is Invalid: failed to get volume {}.",
                           base::printable(device.text_or("uuid", ""))));
  if (volume->status != "available")
    return bad(fmt::format("Invalid volume: Volume {} status must be available, but it is {}.",
                           volume->id, volume->status));
  if (volume->image_id.empty())
    return bad(fmt::format("Block Device {} is not bootable.", volume->id));
  order.root_volume = *volume;
  return {};
}

}  // namespace

model::Allowed<> choose_boot_source(Call& call, Order& order, const model::Flavor& flavor) {
  const json::Array* devices = order.sent["block_device_mapping_v2"].as_array();
  if (devices == nullptr || devices->empty()) return boot_from_image(call, order, flavor);
  if (devices->size() > 1)
    return model::refuse(501, "NotImplemented",
                         "The embedded cloud takes one block device at boot, the root device; "
                         "attach further volumes afterwards.");
  const json::Value& device = devices->front();
  const std::string source = device.text_or("source_type", "");
  const std::string destination = device.text_or("destination_type", "");
  if (number(device["boot_index"]).value_or(-1) != 0)
    return bad(
        "Block Device Mapping is Invalid: Boot sequence for the instance and image/block "
        "device mapping combination is not valid.");
  order.deletes_root_volume = flag(device["delete_on_termination"]);
  if (source == "image" && destination == "local") {
    if (order.sent.text_or("imageRef", "").empty())
      return bad("Block Device Mapping is Invalid: a local image needs imageRef.");
    return boot_from_image(call, order, flavor);
  }
  if (source == "image" && destination == "volume") return new_volume(call, order, flavor, device);
  if (source == "volume" && destination == "volume") return own_volume(call, order, device);
  return model::refuse(
      501, "NotImplemented",
      fmt::format("The embedded cloud does not boot from a block device with source_type {} and "
                  "destination_type {}: image to volume and volume to volume are there.",
                  base::printable(source), base::printable(destination)));
}

}  // namespace cloud::api
