#include "keepalived/numbers.h"

#include <array>
#include <limits>
#include <utility>
#include <vector>

#include "base/text.h"

namespace keepalived {
namespace {

struct Kind {
  std::string_view file;
  std::uint32_t most;
  std::vector<std::pair<std::string, std::uint32_t>> built_in;
};

// The numbers of rtnetlink(7).
const Kind& kind_of(Named named) {
  constexpr std::uint32_t kByte = 255;
  static const std::array<Kind, 6> kinds = {{
      {"rt_tables",
       std::numeric_limits<std::uint32_t>::max(),
       {{"default", 253}, {"main", 254}, {"local", 255}}},
      {"rt_protos",
       kByte,
       {{"none", 0},
        {"unspec", 0},
        {"redirect", 1},
        {"kernel", 2},
        {"boot", 3},
        {"static", 4},
        {"gated", 8},
        {"ra", 9},
        {"mrt", 10},
        {"zebra", 11},
        {"bird", 12},
        {"dnrouted", 13},
        {"xorp", 14},
        {"ntk", 15},
        {"dhcp", 16},
        {"keepalived", 18},
        {"babel", 42}}},
      {"rt_scopes",
       kByte,
       {{"global", 0},
        {"universe", 0},
        {"site", 200},
        {"link", 253},
        {"host", 254},
        {"nowhere", 255}}},
      {"rt_dsfield", kByte, {}},
      {"rt_realms", kByte, {{"cosmos", 0}}},
      {"group", std::numeric_limits<std::int32_t>::max(), {{"default", 0}}},
  }};
  return kinds.at(static_cast<std::size_t>(named));
}

}  // namespace

std::optional<std::uint64_t> any_base(std::string_view text) {
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text.starts_with('0')) {
    base = 8;
    text.remove_prefix(1);
  }
  return base::parse_number<std::uint64_t>(text, base);
}

const Numbers::Names& Numbers::names(Named named) {
  const auto [found, is_new] = known_.try_emplace(named);
  if (!is_new) return found->second;
  const Kind& kind = kind_of(named);
  for (const auto& [name, value] : kind.built_in) found->second.emplace(name, value);
  if (!files_.contents) return found->second;
  // Lines of "NUMBER NAME"; whoever has no such file has no more names.
  const auto text = files_.contents("/etc/iproute2/" + std::string(kind.file));
  if (!text) return found->second;
  constexpr std::size_t kMostNames = 10'000;
  for (const std::string& line : base::split(*text, '\n')) {
    const std::vector<std::string> words = base::words(line.substr(0, line.find('#')));
    if (words.size() != 2) continue;
    const auto value = any_base(words[0]);
    if (value && *value <= kind.most && found->second.size() < kMostNames)
      found->second.insert_or_assign(words[1], static_cast<std::uint32_t>(*value));
  }
  return found->second;
}

std::optional<std::uint32_t> Numbers::find(Named kind, std::string_view word) {
  if (const auto value = any_base(word)) {
    if (*value > kind_of(kind).most) return std::nullopt;
    return static_cast<std::uint32_t>(*value);
  }
  const Names& known = names(kind);
  const auto found = known.find(word);
  if (found == known.end()) return std::nullopt;
  return found->second;
}

std::optional<std::uint8_t> ip_protocol(std::string_view word) {
  static const std::map<std::string_view, std::uint8_t> names = {
      {"icmp", 1},   {"igmp", 2},      {"tcp", 6},    {"udp", 17},       {"dccp", 33},
      {"gre", 47},   {"esp", 50},      {"ah", 51},    {"ospf", 89},      {"pim", 103},
      {"vrrp", 112}, {"sctp", 132},    {"l2tp", 115}, {"ipv6-icmp", 58}, {"icmpv6", 58},
      {"ipip", 4},   {"udplite", 136},
  };
  const auto found = names.find(base::to_lower(word));
  if (found != names.end()) return found->second;
  return base::parse_number<std::uint8_t>(word);
}

}  // namespace keepalived
