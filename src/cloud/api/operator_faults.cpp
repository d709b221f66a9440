// /holdfast/v1/faults and /holdfast/v1/requests: faults on demand, and what was asked.
#include <fmt/format.h>

#include "base/text.h"
#include "cloud/api/cloud.h"
#include "cloud/api/faults.h"

namespace cloud::api {

namespace {

Answer add_fault(Call& call) {
  auto fault = call.cloud.faults.add(call.body, new_id());
  if (!fault) return std::unexpected(fault.error());
  return reply(201, fault_view(*fault));
}

Answer list_faults(Call& call) {
  json::Array rows;
  for (const Fault& fault : call.cloud.faults.all()) rows.push_back(fault_view(fault));
  return reply(200, json::Object{{"faults", std::move(rows)}});
}

Answer clear_faults(Call& call) {
  call.cloud.faults.clear();
  return reply(204);
}

Answer remove_fault(Call& call) {
  if (call.cloud.faults.remove(call.captured[0])) return reply(204);
  return model::refuse(404, "NotFound",
                       fmt::format("no fault {}", base::printable(call.captured[0])));
}

Answer list_requests(Call& call) {
  json::Array rows;
  for (const Asked& asked : call.cloud.faults.asked())
    rows.push_back(
        json::Object{{"method", asked.method},
                     {"target", asked.target},
                     {"status", asked.status == 0 ? json::Value() : json::Value(asked.status)},
                     {"fault", asked.fault.empty() ? json::Value() : json::Value(asked.fault)}});
  return reply(200, json::Object{{"requests", std::move(rows)}});
}

Answer forget_requests(Call& call) {
  call.cloud.faults.forget_asked();
  return reply(204);
}

constexpr Route kRoutes[] = {
    {"GET", "v1/faults", list_faults, Access::Operator},
    {"POST", "v1/faults", add_fault, Access::Operator},
    {"DELETE", "v1/faults", clear_faults, Access::Operator},
    {"DELETE", "v1/faults/{}", remove_fault, Access::Operator},
    {"GET", "v1/requests", list_requests, Access::Operator},
    {"DELETE", "v1/requests", forget_requests, Access::Operator},
};

}  // namespace

std::span<const Route> operator_fault_routes() {
  return kRoutes;
}

}  // namespace cloud::api
