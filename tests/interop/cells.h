// The matrix: who meets whom, and how they speak. docs/interoperation.md shows the same table.
#pragma once

#include <string>
#include <vector>

#include "net/ip_address.h"

namespace interop {

enum class Kind { Holdfastd, Keepalived, Frr };
std::string name(Kind kind);

enum class Authentication { None, Password, Header, Trailer };

struct Cell {
  std::vector<Kind> nodes;  // two: they take turns; three: the best priority first
  int version = 3;
  net::Family family = net::Family::Ipv4;
  bool unicast = false;
  Authentication authentication = Authentication::None;
  bool our_vmac = false;
  bool their_vmac = false;  // FRR has no other way
  // Version 3 over IPv4: the first router sends checksums without pseudo header.
  bool checksum_of_rfc_9568 = false;
};

std::vector<Cell> cells();

std::string describe(const Cell& cell);  // "keepalived, version 2, IPv4, multicast, PASS"
std::string table();                     // in Markdown

}  // namespace interop
