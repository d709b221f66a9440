// One call of a method: what it was asked, how it is configured, and its way into the cloud.
#pragma once

#include <optional>
#include <utility>

#include "cpi/config.h"
#include "cpi/error.h"
#include "cpi/request.h"
#include "io/task.h"
#include "openstack/session.h"

namespace cpi {

struct Call {
  const Request& request;
  const Config& config;
  openstack::Session& cloud;
};

// A method of the CPI: one file each. The call outlives it.
using Method = io::Task<Result<json::Value>> (*)(const Call& call);

io::Task<Result<json::Value>> info(const Call& call);
io::Task<Result<json::Value>> create_stemcell(const Call& call);
io::Task<Result<json::Value>> delete_stemcell(const Call& call);
io::Task<Result<json::Value>> create_vm(const Call& call);
io::Task<Result<json::Value>> delete_vm(const Call& call);
io::Task<Result<json::Value>> has_vm(const Call& call);
io::Task<Result<json::Value>> reboot_vm(const Call& call);
io::Task<Result<json::Value>> set_vm_metadata(const Call& call);
io::Task<Result<json::Value>> calculate_vm_cloud_properties(const Call& call);
io::Task<Result<json::Value>> create_disk(const Call& call);
io::Task<Result<json::Value>> delete_disk(const Call& call);
io::Task<Result<json::Value>> has_disk(const Call& call);
io::Task<Result<json::Value>> attach_disk(const Call& call);
io::Task<Result<json::Value>> detach_disk(const Call& call);
io::Task<Result<json::Value>> get_disks(const Call& call);
io::Task<Result<json::Value>> resize_disk(const Call& call);
io::Task<Result<json::Value>> update_disk(const Call& call);
io::Task<Result<json::Value>> set_disk_metadata(const Call& call);
io::Task<Result<json::Value>> snapshot_disk(const Call& call);
io::Task<Result<json::Value>> delete_snapshot(const Call& call);

// Nothing when the method is known to Directors but not offered here.
Method find_method(std::string_view name);

// A text argument that must not be empty.
Result<std::string> text_argument(const Call& call, std::size_t index, std::string_view name);

// Puts a task's result where it can be read after io::all().
template <typename T>
io::Task<> into(std::optional<T>& slot, io::Task<T> task) {
  slot.emplace(co_await std::move(task));
}

}  // namespace cpi
