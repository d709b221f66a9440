// Numbers that have names: routing tables, protocols, scopes, type of service, realms, groups of
// interfaces. The names are those of iproute2, built in and from its files below /etc/iproute2.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "keepalived/read.h"

namespace keepalived {

enum class Named { Table, Protocol, Scope, Tos, Realm, Group };

class Numbers {
 public:
  // `files` must outlive this. A file is read once, when the first name is not built in.
  explicit Numbers(const Files& files) : files_(files) {}

  // Decimal, 0x… or 0…, or a name; nothing for what is neither or too large.
  std::optional<std::uint32_t> find(Named kind, std::string_view word);

 private:
  using Names = std::map<std::string, std::uint32_t, std::less<>>;
  const Names& names(Named kind);

  const Files& files_;
  std::map<Named, Names> known_;
};

// As strtoul reads it with base 0: decimal, 0x… or 0….
std::optional<std::uint64_t> any_base(std::string_view text);
// The number of an IP protocol: "udp", "17".
std::optional<std::uint8_t> ip_protocol(std::string_view word);

}  // namespace keepalived
