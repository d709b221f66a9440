#include <fmt/format.h>

#include "cpi/call.h"
#include "openstack/image.h"

namespace cpi {
namespace {

std::unexpected<Error> no_active_image(const std::string& id) {
  return cloud_error(fmt::format(
      "No active image with id '{}' referenced by light stemcell found in OpenStack.", id));
}

}  // namespace

io::Task<Result<json::Value>> create_stemcell(const Call& call) {
  const json::Value& properties = call.request.argument(1);
  if (!properties.is_object()) co_return wrong_arguments("cloud_properties must be a Hash");
  const std::string id = properties.text_or("image_id", "");
  if (id.empty())
    co_return not_supported(
        "Uploading a stemcell is not supported yet; use a light stemcell: upload the image with "
        "'openstack image create' and give its id as the cloud property 'image_id'");
  const auto image = co_await openstack::show_image(call.cloud, openstack::ImageId(id));
  if (!image && image.error().status == 404) co_return no_active_image(id);
  if (!image) co_return failed(image.error());
  if (image->status != "active") co_return no_active_image(id);
  co_return json::Value(id + " light");
}

}  // namespace cpi
