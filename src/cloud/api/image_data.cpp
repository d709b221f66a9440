// Glance v2: the data of images.
#include "cloud/api/images.h"

#include <fmt/format.h>

#include <fstream>

#include "cloud/model/digest.h"

namespace cloud::api {

namespace {

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

constexpr Route kRoutes[] = {
    {"PUT", "v2/images/{}/file", upload},
    {"GET", "v2/images/{}/file", download},
};

}  // namespace

std::string path_of(const Call& call, const model::Image& image) {
  return call.cloud.settings.image_directory + "/" + image.id;
}

std::span<const Route> image_data_routes() {
  return kRoutes;
}

}  // namespace cloud::api
