#include "openstack/image.h"

#include "openstack/reading.h"

namespace openstack {
namespace {

constexpr auto kGlance = Service::Image;

Image read_image(const Reading& from) {
  return {.id = ImageId(from.text("id")),
          .name = from.text_or_empty("name"),
          .status = from.text("status"),
          .size = from.integer("size")};
}

std::string image_path(const ImageId& id) {
  return "/images/" + http::percent_encode(id.value());
}

}  // namespace

io::Task<Result<std::vector<Image>>> list_images(Session& session, Filters filters) {
  return list_of(session, kGlance, "/images", "images", std::move(filters), read_image);
}

io::Task<Result<Image>> show_image(Session& session, ImageId id) {
  return one(session, kGlance, "GET", image_path(id), "", {}, read_image);
}

io::Task<Result<Image>> create_image(Session& session, NewImage image) {
  json::Object body{{"name", image.name},
                    {"disk_format", image.disk_format},
                    {"container_format", image.container_format},
                    {"visibility", image.visibility}};
  for (const auto& [key, value] : image.properties) body.set(key, value);
  return one(session, kGlance, "POST", "/images", "", std::move(body), read_image);
}

io::Task<Result<>> upload_image(Session& session, ImageId id, std::string content) {
  http::Request request{.method = "PUT",
                        .target = image_path(id) + "/file",
                        .headers = {{"Content-Type", "application/octet-stream"}},
                        .body = std::move(content)};
  const auto answer = co_await session.send(kGlance, std::move(request));
  if (!answer) co_return std::unexpected(answer.error());
  co_return Result<>{};
}

io::Task<Result<>> delete_image(Session& session, ImageId id) {
  return remove(session, kGlance, image_path(id));
}

}  // namespace openstack
