// A cloud-config with its references resolved to names, checked in the Director's order and with
// its codes (bosh's cloud_manifest_parser). What holdfast cannot do is refused, never ignored.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bosh/addresses.h"
#include "bosh/report.h"
#include "json/value.h"
#include "yaml/node.h"

namespace bosh {

// A name with cloud properties: an availability zone, a VM type, a VM extension.
struct Properties {
  std::string name;
  json::Object cloud_properties;
  yaml::Mark mark;  // of the name
};

struct Subnet {
  net::Prefix range;  // host bits cleared
  std::optional<net::IpAddress> gateway;
  std::vector<net::IpAddress> dns;
  AddressSet reserved;
  AddressSet fixed;              // `static`: only for instance groups that ask for them
  AddressSet unusable;           // first, last and gateway
  std::vector<std::string> azs;  // empty: the network has no zones
  json::Object cloud_properties;
  yaml::Mark mark;
};

enum class NetworkType { Manual, Dynamic };

struct Network {
  std::string name;
  NetworkType type = NetworkType::Manual;
  std::vector<Subnet> subnets;      // manual
  std::vector<net::IpAddress> dns;  // dynamic
  json::Object cloud_properties;    // dynamic
  yaml::Mark mark;
};

struct CloudConfig {
  std::vector<Properties> azs;
  std::vector<Network> networks;
  std::vector<Properties> vm_types;
  std::vector<Properties> vm_extensions;
};

CloudConfig read_cloud_config(const yaml::Node& root, Report& report);

const Properties* find(const std::vector<Properties>& list, std::string_view name);
const Network* find(const std::vector<Network>& list, std::string_view name);

// Lower case, `_` as `-`, other characters dropped: names that DNS would not tell apart.
std::string canonical(std::string_view name);

}  // namespace bosh
