#include <fmt/format.h>

#include "cpi/call.h"
#include "cpi/metadata.h"
#include "openstack/volume.h"

namespace cpi {

// Merged into what is there: others write metadata as well.
io::Task<Result<json::Value>> set_disk_metadata(const Call& call) {
  const auto id = text_argument(call, 0, "disk_id");
  if (!id) co_return std::unexpected(id.error());
  const auto* given = call.request.argument(1).as_object();
  if (given == nullptr) co_return wrong_arguments("metadata must be a Hash");
  const auto pairs = metadata_pairs(*given);
  if (pairs.empty()) co_return json::Value{};
  const auto set =
      co_await openstack::set_volume_metadata(call.cloud, openstack::VolumeId(*id), pairs);
  if (!set && set.error().status == 404)
    co_return cloud_error(fmt::format("Volume `{}' not found", *id));
  if (!set) co_return failed(set.error());
  co_return json::Value{};
}

}  // namespace cpi
