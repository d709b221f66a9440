#include "cloud/fabric/rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cloud/fabric/sources.h"

namespace cloud::fabric {
namespace {

// The protocols whose header starts with two port numbers: TCP, UDP, DCCP, SCTP, UDP-Lite.
constexpr std::string_view kWithPorts = "{ 6, 17, 33, 132, 136 }";

class Script {
 public:
  template <typename... Args>
  Script& line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
    text_ += '\n';
    return *this;
  }
  std::string text() && { return std::move(text_); }

 private:
  std::string text_;
};

// One chain of a port, emptied and filled anew within the transaction.
class Chain {
 public:
  Chain(Script& script, std::string_view family, std::string name)
      : script_(script), name_(fmt::format("{} {} {}", family, kTable, name)) {
    script_.line("add chain {}", name_).line("flush chain {}", name_);
  }
  template <typename... Args>
  void rule(fmt::format_string<Args...> format, Args&&... args) {
    script_.line("add rule {} {}", name_, fmt::format(format, std::forward<Args>(args)...));
  }

 private:
  Script& script_;
  std::string name_;
};

template <typename Items>
std::string elements(const Items& items) {
  std::vector<std::string> texts;
  texts.reserve(items.size());
  for (const auto& item : items) texts.push_back(to_string(item));
  return "{ " + base::join(texts, ", ") + " }";
}

bool is_seen_by_inet(Reason reason) {
  return reason == Reason::SecurityGroupEgress || reason == Reason::SecurityGroupIngress ||
         reason == Reason::InvalidState;
}

std::string hex(const net::IpAddress& address) {
  return "0x" + base::to_hex(address.bytes());
}

// A neighbour advertisement's target; nft 1.0.6 has no name for these bits (RFC 4861 4.4).
std::string target_is(const net::Prefix& prefix) {
  if (prefix.is_host()) return fmt::format("@th,64,128 {}", hex(prefix.address()));
  return fmt::format("@th,64,128 & {} == {}", hex(prefix.netmask()), hex(prefix.network()));
}

// One rule an address and no anonymous sets: libnftables reads all sets of the table before each
// change, so a few a port would make a hundred ports slow.
void accept_sources(Chain& chain, std::string_view pattern, const std::vector<Source>& sources,
                    std::vector<net::Prefix> Source::*addresses) {
  for (const Source& source : sources)
    for (const net::Prefix& prefix : source.*addresses)
      chain.rule("{}",
                 fmt::format(fmt::runtime(pattern), to_string(source.mac), to_string(prefix)));
}

void arp_rules(Chain& chain, Number number, const std::vector<Source>& sources) {
  accept_sources(chain, "ether saddr {0} arp saddr ether {0} arp saddr ip {1} accept", sources,
                 &Source::ipv4);
  chain.rule("ether type arp update @arp-seen {{ meta mark . arp saddr ip counter }}");
  chain.rule("ether type arp counter name {} drop", counter_name(number, Reason::ArpSpoof));
}

void ipv4_rules(Chain& chain, Number number, const std::vector<Source>& sources) {
  chain.rule("ether type ip udp sport 67 udp dport 68 counter name {} drop",
             counter_name(number, Reason::DhcpServer));
  accept_sources(chain, "ether saddr {} ip saddr {} accept", sources, &Source::ipv4);
  chain.rule("ether type ip update @ip4-seen {{ meta mark . ip saddr counter }}");
  chain.rule("ether type ip counter name {} drop", counter_name(number, Reason::IpSpoof));
}

void ipv6_rules(Chain& chain, Number number, const std::vector<Source>& sources) {
  chain.rule("ether type ip6 icmpv6 type nd-router-advert counter name {} drop",
             counter_name(number, Reason::RouterAdvertisement));
  chain.rule("ether type ip6 udp sport 547 udp dport 546 counter name {} drop",
             counter_name(number, Reason::DhcpServer));
  accept_sources(chain, fmt::format("ether saddr {{}} ip6 saddr {{}} goto nd{}", number), sources,
                 &Source::ipv6);
  chain.rule("ether type ip6 update @ip6-seen {{ meta mark . ip6 saddr counter }}");
  chain.rule("ether type ip6 counter name {} drop", counter_name(number, Reason::IpSpoof));
}

// For IPv6 packets from a permitted source: what they claim about their own address.
void neighbour_rules(Chain chain, Number number, const std::vector<Source>& sources) {
  for (const Source& source : sources)
    for (const net::Prefix& prefix : source.ipv6)
      chain.rule("ether saddr {} icmpv6 type nd-neighbor-advert {} accept", to_string(source.mac),
                 target_is(prefix));
  chain.rule("icmpv6 type nd-neighbor-advert counter name {} drop",
             counter_name(number, Reason::NdSpoof));
}

void anti_spoofing(Chain& chain, Number number, const std::vector<Source>& sources) {
  std::vector<net::MacAddress> macs;
  macs.reserve(sources.size());
  for (const Source& source : sources) macs.push_back(source.mac);
  const std::string known = macs.size() == 1 ? to_string(macs[0]) : elements(macs);
  chain.rule("ether saddr != {} update @mac-seen {{ meta mark . ether saddr counter }}", known);
  chain.rule("ether saddr != {} counter name {} drop", known,
             counter_name(number, Reason::MacSpoof));
  chain.rule("jump without-address");
  arp_rules(chain, number, sources);
  ipv4_rules(chain, number, sources);
  ipv6_rules(chain, number, sources);
  chain.rule("counter name {} drop", counter_name(number, Reason::EtherType));
}

// What a security group's rule matches, as words of nft.
std::string match(const Rule& rule, const SetNumber& set_number) {
  const bool is_v4 = rule.family == net::Family::Ipv4;
  std::string out = fmt::format("meta nfproto {} ", is_v4 ? "ipv4" : "ipv6");
  const std::string remote = fmt::format("{} {} ", is_v4 ? "ip" : "ip6",
                                         rule.direction == Direction::Ingress ? "saddr" : "daddr");
  if (const auto* prefix = std::get_if<net::Prefix>(&rule.remote); prefix && prefix->length() > 0)
    out += remote + to_string(net::Prefix::from(prefix->network(), prefix->length()).value()) + " ";
  if (const auto* set = std::get_if<AddressSetId>(&rule.remote))
    out += remote + fmt::format("@group{}-{} ", set_number(*set), is_v4 ? 4 : 6);
  if (!rule.protocol) return out;
  const int protocol = *rule.protocol;
  if (protocol == 1 || protocol == 58) {
    const char* word = protocol == 1 ? "icmp" : "icmpv6";
    out += fmt::format("meta l4proto {} ", protocol);
    if (rule.port_min) out += fmt::format("{} type {} ", word, *rule.port_min);
    if (rule.port_min && rule.port_max) out += fmt::format("{} code {} ", word, *rule.port_max);
    return out;
  }
  out += fmt::format("meta l4proto {} ", protocol);
  if (rule.port_min)
    out += fmt::format("th dport {}-{} ", *rule.port_min, rule.port_max.value_or(*rule.port_min));
  return out;
}

// An unknown family mix (a v4 prefix in a v6 rule) matches nothing; nft would refuse the text.
bool is_consistent(const Rule& rule) {
  const auto* prefix = std::get_if<net::Prefix>(&rule.remote);
  return prefix == nullptr || prefix->address().family() == rule.family;
}

void group_chain(Chain chain, Direction direction, Number number, const PortSpec& port,
                 const SetNumber& set_number) {
  if (!port.port_security_enabled) return;
  const bool is_egress = direction == Direction::Egress;
  // A chain of the sender hands on to the receiver's; the receiver's word is the last.
  const std::string_view pass = is_egress ? "return" : "accept";
  chain.rule("ct state invalid counter name {} drop", counter_name(number, Reason::InvalidState));
  if (is_egress) chain.rule("ip saddr 0.0.0.0 udp sport 68 udp dport 67 return");
  for (const Rule& rule : port.rules)
    if (rule.direction == direction && is_consistent(rule))
      chain.rule("{}{}", match(rule, set_number), pass);
  chain.rule("jump {}-seen", is_egress ? "egress" : "ingress");
  chain.rule(
      "counter name {} drop",
      counter_name(number, is_egress ? Reason::SecurityGroupEgress : Reason::SecurityGroupIngress));
}

// What a guest may send before it has an address: a DHCP client's question (RFC 2131 4.1),
// duplicate address detection and the like (RFC 4862 5.4).
void without_address(Script& script) {
  Chain chain(script, "bridge", "without-address");
  chain.rule("ip saddr 0.0.0.0 ip daddr 255.255.255.255 udp sport 68 udp dport 67 accept");
  chain.rule(
      "ip6 saddr :: ip6 daddr ff02::/16 icmpv6 type {{ mld-listener-report, mld2-listener-report, "
      "nd-neighbor-solicit, nd-router-solicit }} accept");
}

void seen_set(Script& script, std::string_view family, std::string_view name,
              std::string_view key) {
  script.line(
      "add set {} {} {} {{ type mark . {}; flags dynamic,timeout; timeout 1h; size 512; counter; "
      "}}",
      family, kTable, name, key);
}

// What is about to be dropped by a security group, for the details of read_drops().
void note_seen(Script& script, std::string_view side) {
  Chain chain(script, "inet", fmt::format("{}-seen", side));
  const bool is_egress = side == "egress";
  // Membership reports are for routers; that a host does not get them is no loss worth counting.
  if (!is_egress) chain.rule("ip daddr 224.0.0.22 meta l4proto igmp drop");
  for (const int family : {4, 6}) {
    const std::string key = fmt::format("meta mark . {} {} . meta l4proto",
                                        family == 4 ? "ip" : "ip6", is_egress ? "daddr" : "saddr");
    chain.rule("meta l4proto {} update @{}{}-seen {{ {} . th dport counter }}", kWithPorts, side,
               family, key);
    chain.rule("meta l4proto != {} update @{}{}-seen-no-port {{ {} counter }}", kWithPorts, side,
               family, key);
  }
}

}  // namespace

std::string bridge_name(Number network) {
  return fmt::format("net{}", network);
}
std::string port_name(Number port) {
  return fmt::format("port{}", port);
}

std::string base_script() {
  Script script;
  for (const std::string_view family : {"bridge", "inet"})
    script.line("add table {0} {1}\ndelete table {0} {1}\nadd table {0} {1}", family, kTable);
  script.line("add map bridge {} from-port {{ type ifname : verdict; }}", kTable);
  script.line("add map bridge {} to-port {{ type ifname : verdict; }}", kTable);
  seen_set(script, "bridge", "mac-seen", "ether_addr");
  seen_set(script, "bridge", "arp-seen", "ipv4_addr");
  seen_set(script, "bridge", "ip4-seen", "ipv4_addr");
  seen_set(script, "bridge", "ip6-seen", "ipv6_addr");
  without_address(script);
  // Before br_netfilter (priority 0) lets the inet hooks see the packet.
  script.line("add chain bridge {} prerouting {{ type filter hook prerouting priority -300; }}",
              kTable);
  script.line("add rule bridge {} prerouting iifname vmap @from-port", kTable);
  script.line("add chain bridge {} forward {{ type filter hook forward priority -10; }}", kTable);
  script.line("add rule bridge {} forward oifname vmap @to-port", kTable);

  for (const std::string_view side : {"egress", "ingress"}) {
    script.line("add map inet {} {} {{ type mark : verdict; }}", kTable, side);
    for (const int family : {4, 6}) {
      seen_set(script, "inet", fmt::format("{}{}-seen", side, family),
               fmt::format("ipv{}_addr . inet_proto . inet_service", family));
      seen_set(script, "inet", fmt::format("{}{}-seen-no-port", side, family),
               fmt::format("ipv{}_addr . inet_proto", family));
    }
  }
  for (const std::string_view side : {"egress", "ingress"}) note_seen(script, side);
  script.line("add map inet {} zones {{ type ifname : verdict; }}", kTable);
  script.line("add chain inet {} prerouting {{ type filter hook prerouting priority raw; }}",
              kTable);
  script.line("add rule inet {} prerouting iifname vmap @zones", kTable);
  script.line("add chain inet {} forward {{ type filter hook forward priority filter; }}", kTable);
  script.line("add rule inet {} forward ct state established,related accept", kTable);
  // Neighbour discovery and multicast listeners: addresses are judged by anti-spoofing, and without
  // them there is no IPv6 at all.
  script.line(
      "add rule inet {} forward icmpv6 type {{ mld-listener-query, mld-listener-report, "
      "mld-listener-done, mld2-listener-report, nd-router-solicit, nd-router-advert, "
      "nd-neighbor-solicit, nd-neighbor-advert }} accept",
      kTable);
  script.line("add rule inet {} forward meta mark & 0x0000ffff vmap @egress", kTable);
  script.line("add rule inet {} forward meta mark & 0xffff0000 vmap @ingress", kTable);
  return std::move(script).text();
}

std::string add_network_script(Number network) {
  Script script;
  Chain(script, "inet", fmt::format("zone{}", network)).rule("ct zone set {}", network);
  script.line("add element inet {} zones {{ {} : goto zone{} }}", kTable, bridge_name(network),
              network);
  return std::move(script).text();
}

std::string remove_network_script(Number network) {
  Script script;
  script.line("delete element inet {} zones {{ {} }}", kTable, bridge_name(network));
  script.line("delete chain inet {} zone{}", kTable, network);
  return std::move(script).text();
}

std::string port_script(Number number, const PortSpec& port, const SetNumber& set_number) {
  Script script;
  for (const Reason reason : all_reasons())
    script.line("add counter {} {} {}", is_seen_by_inet(reason) ? "inet" : "bridge", kTable,
                counter_name(number, reason));
  const std::vector<Source> sources = permitted_sources(port);
  neighbour_rules(Chain(script, "bridge", fmt::format("nd{}", number)), number, sources);
  Chain from(script, "bridge", fmt::format("from{}", number));
  from.rule("meta mark set {:#x}", number);
  if (port.port_security_enabled) anti_spoofing(from, number, sources);
  Chain to(script, "bridge", fmt::format("to{}", number));
  to.rule("meta mark set meta mark & 0x0000ffff | {:#x}", std::uint32_t{number} << 16);
  for (const auto& [side, direction] :
       {std::pair("egress", Direction::Egress), std::pair("ingress", Direction::Ingress)})
    group_chain(Chain(script, "inet", fmt::format("{}{}", side, number)), direction, number, port,
                set_number);
  const std::string name = port_name(number);
  script.line("add element bridge {} from-port {{ {} : goto from{} }}", kTable, name, number);
  script.line("add element bridge {} to-port {{ {} : goto to{} }}", kTable, name, number);
  script.line("add element inet {} egress {{ {:#x} : jump egress{} }}", kTable, number, number);
  script.line("add element inet {} ingress {{ {:#x} : goto ingress{} }}", kTable,
              std::uint32_t{number} << 16, number);
  return std::move(script).text();
}

std::string remove_port_script(Number number) {
  Script script;
  const std::string name = port_name(number);
  script.line("delete element bridge {} from-port {{ {} }}", kTable, name);
  script.line("delete element bridge {} to-port {{ {} }}", kTable, name);
  script.line("delete element inet {} egress {{ {:#x} }}", kTable, number);
  script.line("delete element inet {} ingress {{ {:#x} }}", kTable, std::uint32_t{number} << 16);
  for (const auto& [family, chain] :
       {std::pair("bridge", "from"), std::pair("bridge", "nd"), std::pair("bridge", "to"),
        std::pair("inet", "egress"), std::pair("inet", "ingress")})
    script.line("delete chain {} {} {}{}", family, kTable, chain, number);
  return std::move(script).text();
}

std::string remove_counters_script(Number number) {
  Script script;
  for (const Reason reason : all_reasons())
    script.line("delete counter {} {} {}", is_seen_by_inet(reason) ? "inet" : "bridge", kTable,
                counter_name(number, reason));
  return std::move(script).text();
}

std::string add_set_script(Number set) {
  Script script;
  for (const int family : {4, 6})
    script.line("add set inet {} group{}-{} {{ type ipv{}_addr; flags interval; }}", kTable, set,
                family, family);
  return std::move(script).text();
}

std::string change_set_script(Number set, const std::vector<net::Prefix>& from,
                              const std::vector<net::Prefix>& to) {
  Script script;
  const auto change = [&](std::string_view verb, const auto& these, const auto& without) {
    for (const bool is_v4 : {true, false}) {
      std::vector<net::Prefix> changed;
      std::ranges::set_difference(these, without, std::back_inserter(changed));
      std::erase_if(changed, [&](const auto& p) { return p.address().is_v4() != is_v4; });
      if (!changed.empty())
        script.line("{} element inet {} group{}-{} {}", verb, kTable, set, is_v4 ? 4 : 6,
                    elements(changed));
    }
  };
  change("delete", from, to);
  change("add", to, from);
  return std::move(script).text();
}

std::string remove_set_script(Number set) {
  Script script;
  for (const int family : {4, 6}) script.line("delete set inet {} group{}-{}", kTable, set, family);
  return std::move(script).text();
}

std::string counter_name(Number port, Reason reason) {
  return fmt::format("port{}-{}", port, name(reason));
}

const std::vector<Reason>& all_reasons() {
  static const std::vector<Reason> reasons{Reason::MacSpoof,
                                           Reason::IpSpoof,
                                           Reason::ArpSpoof,
                                           Reason::NdSpoof,
                                           Reason::DhcpServer,
                                           Reason::RouterAdvertisement,
                                           Reason::EtherType,
                                           Reason::SecurityGroupIngress,
                                           Reason::SecurityGroupEgress,
                                           Reason::InvalidState};
  return reasons;
}

std::string_view name(Reason reason) {
  switch (reason) {
    case Reason::MacSpoof:
      return "mac-spoof";
    case Reason::IpSpoof:
      return "ip-spoof";
    case Reason::ArpSpoof:
      return "arp-spoof";
    case Reason::NdSpoof:
      return "nd-spoof";
    case Reason::DhcpServer:
      return "dhcp-server";
    case Reason::RouterAdvertisement:
      return "ra";
    case Reason::EtherType:
      return "ethertype";
    case Reason::SecurityGroupIngress:
      return "security-group-ingress";
    case Reason::SecurityGroupEgress:
      return "security-group-egress";
    case Reason::InvalidState:
      return "invalid-state";
  }
  return "unknown";
}

}  // namespace cloud::fabric
