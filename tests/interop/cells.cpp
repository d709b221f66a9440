#include "interop/cells.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <ranges>

namespace interop {
namespace {

constexpr auto kOurs = Kind::Holdfastd;
constexpr auto kKeepalived = Kind::Keepalived;
constexpr auto kFrr = Kind::Frr;
constexpr auto kIpv6 = net::Family::Ipv6;

std::string version_of(const Cell& cell) {
  return fmt::format("{} over {}", cell.version, net::name(cell.family));
}

std::string authentication_of(const Cell& cell) {
  switch (cell.authentication) {
    case Authentication::None:
      return "";
    case Authentication::Password:
      return "PASS";
    case Authentication::Header:
      return "AH";
    case Authentication::Trailer:
      return "auth_hmac";
  }
  return "";
}

std::string checksum_of(const Cell& cell) {
  if (cell.version == 2) return "RFC 3768";
  if (cell.family == net::Family::Ipv6) return "RFC 9568";
  return cell.checksum_of_rfc_9568 ? "one without pseudo header, one with" : "with pseudo header";
}

std::string vmac_of(const Cell& cell) {
  if (cell.our_vmac && cell.their_vmac) return "both";
  if (cell.our_vmac) return "holdfastd";
  return cell.their_vmac ? "the peer" : "";
}

std::string nodes_of(const Cell& cell) {
  std::vector<std::string> names;
  for (const Kind kind : cell.nodes) names.push_back(name(kind));
  return fmt::format("{}", fmt::join(names, cell.nodes.size() == 2 ? " and " : " > "));
}

}  // namespace

std::string name(Kind kind) {
  switch (kind) {
    case Kind::Holdfastd:
      return "holdfastd";
    case Kind::Keepalived:
      return "keepalived";
    case Kind::Frr:
      return "FRR";
  }
  return "?";
}

std::vector<Cell> cells() {
  using enum Authentication;
  return {
      // Those with intervals of a second take longest and so begin first.
      {.nodes = {kOurs, kKeepalived}, .version = 2},
      {.nodes = {kOurs, kKeepalived}, .version = 2, .authentication = Password},
      {.nodes = {kOurs, kKeepalived}, .version = 2, .unicast = true},
      {.nodes = {kOurs, kKeepalived}, .version = 2, .unicast = true, .authentication = Password},
      {.nodes = {kOurs, kKeepalived}, .version = 2, .authentication = Header},
      {.nodes = {kOurs, kKeepalived}, .version = 2, .unicast = true, .authentication = Header},
      {.nodes = {kOurs, kKeepalived}, .version = 2, .their_vmac = true},
      {.nodes = {kOurs, kKeepalived}, .version = 2, .our_vmac = true},
      {.nodes = {kOurs, kFrr}, .version = 2, .their_vmac = true},
      {.nodes = {kKeepalived, kOurs, kKeepalived}, .version = 2},
      {.nodes = {kOurs, kKeepalived}},
      {.nodes = {kOurs, kKeepalived}, .unicast = true},
      {.nodes = {kOurs, kKeepalived}, .their_vmac = true},
      {.nodes = {kOurs, kKeepalived}, .our_vmac = true},
      {.nodes = {kOurs, kKeepalived}, .our_vmac = true, .their_vmac = true},
      {.nodes = {kOurs, kKeepalived}, .family = kIpv6},
      {.nodes = {kOurs, kKeepalived}, .family = kIpv6, .unicast = true},
      {.nodes = {kOurs, kKeepalived}, .family = kIpv6, .their_vmac = true},
      {.nodes = {kOurs, kKeepalived}, .family = kIpv6, .our_vmac = true},
      {.nodes = {kOurs, kFrr}, .their_vmac = true},
      {.nodes = {kOurs, kFrr}, .our_vmac = true, .their_vmac = true},
      {.nodes = {kOurs, kOurs}, .checksum_of_rfc_9568 = true},
      {.nodes = {kOurs, kOurs}, .authentication = Trailer},
      {.nodes = {kOurs, kOurs}, .family = kIpv6, .unicast = true, .authentication = Trailer},
      {.nodes = {kOurs, kFrr}, .family = kIpv6, .their_vmac = true},
      {.nodes = {kOurs, kKeepalived, kOurs}},
      {.nodes = {kKeepalived, kOurs, kFrr}, .their_vmac = true},
      {.nodes = {kFrr, kOurs, kKeepalived}, .family = kIpv6},
  };
}

std::string describe(const Cell& cell) {
  std::string out = fmt::format("{}, version {}, {}", nodes_of(cell), version_of(cell),
                                cell.unicast ? "unicast" : "multicast");
  for (const std::string& more : {authentication_of(cell), vmac_of(cell)})
    if (!more.empty()) out += ", " + more + (more == vmac_of(cell) ? " with vmac" : "");
  if (cell.checksum_of_rfc_9568) out += ", one checksum without pseudo header";
  return out;
}

std::string table() {
  std::string out =
      "| routers | version | cast | authentication | virtual MAC | checksum "
      "|\n|---|---|---|---|---|---|\n";
  for (const Cell& cell : cells())
    out += fmt::format("| {} | {} | {} | {} | {} | {} |\n", nodes_of(cell), version_of(cell),
                       cell.unicast ? "unicast" : "multicast", authentication_of(cell),
                       vmac_of(cell), checksum_of(cell));
  return out;
}

}  // namespace interop
