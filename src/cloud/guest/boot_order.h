// What the server tells process 1 of a guest, as JSON; and what the interfaces shall be, from that
// and the user data. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "cloud/guest/user_data.h"
#include "net/ip_address.h"
#include "net/mac_address.h"

namespace cloud::guest {

struct Interface {
  std::string name;  // eth0
  net::MacAddress mac;
  std::vector<net::Prefix> addresses;
  std::vector<net::IpAddress> gateways;  // default routes through this interface

  bool operator==(const Interface&) const = default;
};

struct BootOrder {
  std::string host_name;
  std::vector<Interface> interfaces;  // with the port's addresses
  std::string user_data;
};

std::string to_text(const BootOrder& order);
base::Result<BootOrder> read_boot_order(std::string_view text);

// As a BOSH agent does: a network of the user data belongs to the interface with its MAC address,
// one without a MAC to the next interface that has none. An interface of which they say nothing
// keeps its port's addresses. There is one default gateway a family.
std::vector<Interface> configured(std::vector<Interface> of_ports, const Settings& settings);

// Letters, digits and '-', at most 63: "vm-<uuid>" stays, "web/0" becomes "web-0".
std::string host_name(std::string_view server_name);

}  // namespace cloud::guest
