#include "cpi/call.h"
#include "cpi/flavor_choice.h"
#include "openstack/compute.h"

namespace cpi {

io::Task<Result<json::Value>> calculate_vm_cloud_properties(const Call& call) {
  const auto needs = read_vm_needs(call.request.argument(0));
  if (!needs) co_return std::unexpected(needs.error());
  const auto flavors = co_await openstack::list_flavors(call.cloud);
  if (!flavors) co_return failed(flavors.error());
  co_return choose_flavor(*needs, *flavors, call.config.boot_from_volume);
}

}  // namespace cpi
