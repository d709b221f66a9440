#include "cpi/call.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cpi {
namespace {

struct Entry {
  std::string_view name;
  Method method;
};

constexpr std::array kMethods = {
    Entry{"info", info},
    Entry{"create_stemcell", create_stemcell},
    Entry{"delete_stemcell", delete_stemcell},
    Entry{"create_vm", create_vm},
    Entry{"delete_vm", delete_vm},
    Entry{"has_vm", has_vm},
    Entry{"reboot_vm", reboot_vm},
    Entry{"set_vm_metadata", set_vm_metadata},
    Entry{"calculate_vm_cloud_properties", calculate_vm_cloud_properties},
    Entry{"create_disk", create_disk},
    Entry{"delete_disk", delete_disk},
    Entry{"has_disk", has_disk},
    Entry{"attach_disk", attach_disk},
    Entry{"detach_disk", detach_disk},
    Entry{"get_disks", get_disks},
    Entry{"resize_disk", resize_disk},
    Entry{"update_disk", update_disk},
    Entry{"set_disk_metadata", set_disk_metadata},
    Entry{"snapshot_disk", snapshot_disk},
    Entry{"delete_snapshot", delete_snapshot},
};

}  // namespace

Method find_method(std::string_view name) {
  const auto found = std::ranges::find(kMethods, name, &Entry::name);
  return found == kMethods.end() ? nullptr : found->method;
}

Result<std::string> text_argument(const Call& call, std::size_t index, std::string_view name) {
  const auto* text = call.request.argument(index).as_string();
  if (text == nullptr || text->empty())
    return wrong_arguments(fmt::format("{} must be a non-empty String", name));
  return *text;
}

}  // namespace cpi
