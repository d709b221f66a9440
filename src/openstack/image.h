// Glance: images.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "openstack/ids.h"
#include "openstack/session.h"

namespace openstack {

struct Image {
  ImageId id;
  std::string name;
  std::string status;  // queued, saving, active, …
  std::int64_t size = 0;
};

struct NewImage {
  std::string name;
  std::string disk_format = "raw";
  std::string container_format = "bare";
  std::string visibility = "private";
  std::vector<std::pair<std::string, std::string>> properties = {};
};

io::Task<Result<std::vector<Image>>> list_images(Session& session, Filters filters = {});
io::Task<Result<Image>> show_image(Session& session, ImageId id);
io::Task<Result<Image>> create_image(Session& session, NewImage image);
// For small images: the whole content is in memory.
io::Task<Result<>> upload_image(Session& session, ImageId id, std::string content);
io::Task<Result<>> delete_image(Session& session, ImageId id);  // gone already is a success

}  // namespace openstack
