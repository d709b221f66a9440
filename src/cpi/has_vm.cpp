#include "cpi/call.h"
#include "openstack/compute.h"

namespace cpi {

io::Task<Result<json::Value>> has_vm(const Call& call) {
  const auto id = text_argument(call, 0, "server_id");
  if (!id) co_return std::unexpected(id.error());
  const auto server = co_await openstack::show_server(call.cloud, openstack::ServerId(*id));
  if (!server && server.error().status == 404) co_return json::Value(false);
  if (!server) co_return failed(server.error());
  const std::string& status = server->status;
  co_return json::Value(status != "DELETED" && status != "SOFT_DELETED" && status != "TERMINATED");
}

}  // namespace cpi
