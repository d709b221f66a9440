// Neutron v2.0: how a subnet is shown, and what may be set on it.
#pragma once

#include "cloud/api/neutron.h"

namespace cloud::api {

json::Object subnet_view(const model::Subnet& subnet);

// What may be set at any time. A mistake is noted in the attributes.
void read_subnet(Attributes& attributes, model::Subnet& subnet);
// What is set when the subnet is made, for good.
model::Allowed<net::Prefix> read_cidr(Attributes& attributes);

}  // namespace cloud::api
