// allowed_address_pairs: what else than its fixed addresses a port may send from.
#pragma once

#include <vector>

#include "cloud/model/records.h"
#include "cloud/model/refusal.h"
#include "json/value.h"

namespace cloud::model {

// The default of Neutron's max_allowed_address_pair, which clients cannot discover.
inline constexpr std::size_t kMaxAddressPairs = 10;

// The pairs that a client sent (null is none), with the port's MAC where none is given.
Allowed<std::vector<AddressPair>> read_address_pairs(const json::Value& sent,
                                                     const net::MacAddress& port_mac);

// A port without port security has no use for pairs: AddressPairAndPortSecurityRequired.
Allowed<> check_pairs_against_port_security(const Port& port);

// The addresses of a pair that read_address_pairs() let pass.
net::Prefix prefix_of(const AddressPair& pair);

}  // namespace cloud::model
