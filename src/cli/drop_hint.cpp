#include "cli/drop_hint.h"

#include <fmt/format.h>

#include <map>

namespace cli {
namespace {

std::string protocol_name(std::int64_t number) {
  static const std::map<std::int64_t, std::string> names{
      {1, "ICMP"}, {2, "IGMP"},    {6, "TCP"},
      {17, "UDP"}, {58, "ICMPv6"}, {112, "protocol 112 (VRRP)"}};
  const auto known = names.find(number);
  return known == names.end() ? fmt::format("protocol {}", number) : known->second;
}

std::string security_group_hint(const json::Value& detail, bool is_ingress) {
  const std::string_view rule = is_ingress ? "ingress" : "egress";
  const auto protocol = detail["protocol"].as_integer();
  if (!protocol) return fmt::format("no {} rule of its security groups lets it pass", rule);
  std::string what = protocol_name(*protocol);
  if (const auto port = detail["destination_port"].as_integer())
    what += fmt::format(" port {}", *port);
  return fmt::format("no {} rule admits {} {} {}", rule, what, is_ingress ? "from" : "to",
                     detail.text_or("address", "there"));
}

}  // namespace

std::string drop_hint(const json::Value& drop, const json::Value& detail) {
  const std::string reason = drop.text_or("reason", "");
  const std::string address = detail.text_or("address", "");
  if (reason == "security-group-ingress") return security_group_hint(detail, true);
  if (reason == "security-group-egress") return security_group_hint(detail, false);
  if (reason == "arp-spoof" || reason == "ip-spoof" || reason == "nd-spoof")
    return fmt::format("{} is not in allowed_address_pairs of this port",
                       address.empty() ? "the sender's address" : address);
  if (reason == "mac-spoof")
    return fmt::format("{} is neither the port's MAC address nor that of a pair",
                       detail.text_or("mac", "the sender"));
  if (reason == "dhcp-server" || reason == "ra")
    return "only with port security off may a server answer DHCP or be a router";
  if (reason == "ethertype") return "only IPv4, IPv6 and ARP pass port security";
  if (reason == "invalid-state") return "it belongs to no connection that could exist";
  return "";
}

}  // namespace cli
