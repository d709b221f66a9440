// Reads back what rules.h counts. Pure.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "cloud/fabric/fabric.h"
#include "cloud/fabric/rules.h"
#include "json/value.h"

namespace cloud::fabric {

using PortOf = std::function<std::optional<PortId>(Number)>;

// `listings` are the JSON texts of "list counters" and "list sets". Ports that port_of() does not
// know are left out.
base::Result<std::vector<Drop>> drops_from(const std::vector<std::string>& listings,
                                           const PortOf& port_of);

// {"port_id", "reason", "packets", "bytes", "details": [{"address", "mac", "protocol",
// "destination_port", "packets", "bytes"}]}: what is not known is absent.
json::Object to_json(const Drop& drop);

}  // namespace cloud::fabric
