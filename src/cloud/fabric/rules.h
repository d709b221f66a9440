// Port security as nftables scripts. Pure: the texts are handed to the kernel by nft.h, each in one
// transaction.
//
// Bridged frames are seen twice. In the `bridge` family, before anything else, the port that a
// frame came from is known by its interface: spoofed frames are dropped there, and the port's
// number goes into the low half of the mark. The bridge's forward hook writes the receiving port's
// number into the high half. Then br_netfilter shows IP packets to the `inet` forward hook, where
// connections are tracked but bridge ports are invisible: security groups judge there, by the mark.
// (A kernel without nf_conntrack_bridge refuses `ct state` in the bridge family.)
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "cloud/fabric/fabric.h"

namespace cloud::fabric {

// Numbers stand for ids in the kernel: marks and zones have 16 bits. 0 is never used.
using Number = std::uint16_t;

std::string bridge_name(Number network);
std::string port_name(Number port);

// Tables, hooks and the maps that lead to the chains of ports; replaces what was there.
std::string base_script();

// Tenants may use the same addresses: every network is a conntrack zone.
std::string add_network_script(Number network);
std::string remove_network_script(Number network);

// The number of an address set that exists (made by add_set_script()).
using SetNumber = std::function<Number(const AddressSetId&)>;
// Whatever the port's chains were before, they are this afterwards.
std::string port_script(Number number, const PortSpec& port, const SetNumber& set_number);
std::string remove_port_script(Number number);  // leaves the counters
std::string remove_counters_script(Number number);

std::string add_set_script(Number set);
// Only the difference, so that a group of many ports changes fast. Both without overlaps.
std::string change_set_script(Number set, const std::vector<net::Prefix>& from,
                              const std::vector<net::Prefix>& to);
std::string remove_set_script(Number set);

// Names that drops.cpp reads back.
inline constexpr std::string_view kTable = "holdfast";
std::string counter_name(Number port, Reason reason);
const std::vector<Reason>& all_reasons();

}  // namespace cloud::fabric
