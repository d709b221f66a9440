#include "bosh/addresses.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace bosh {

const AddressRange* AddressSet::find(const net::IpAddress& address) const {
  const auto found = std::ranges::find_if(
      ranges_, [&](const AddressRange& range) { return range.contains(address); });
  return found == ranges_.end() ? nullptr : &*found;
}

base::Result<AddressRange> parse_range(std::string_view text) {
  const auto parts = base::split(text, '-');
  if (parts.size() > 2)
    return base::fail(base::Kind::Invalid, fmt::format("\"{}\" is no range of addresses", text),
                      "write 10.0.0.2, 10.0.0.2-10.0.0.9 or 10.0.0.8/30");
  if (parts.size() == 1) {
    const auto prefix = net::Prefix::parse(base::trim(text));
    if (!prefix) return std::unexpected(prefix.error());
    return AddressRange{prefix->network(), prefix->last()};
  }
  const auto first = net::IpAddress::parse(base::trim(parts[0]));
  if (!first) return std::unexpected(first.error());
  const auto last = net::IpAddress::parse(base::trim(parts[1]));
  if (!last) return std::unexpected(last.error());
  if (first->family() != last->family() || *last < *first)
    return base::fail(base::Kind::Invalid, fmt::format("\"{}\" ends before it begins", text));
  return AddressRange{*first, *last};
}

base::Result<std::vector<net::IpAddress>> expand(const AddressRange& range, std::size_t most) {
  std::vector<net::IpAddress> addresses;
  for (net::IpAddress at = range.first;; at = at.plus(1)) {
    if (addresses.size() == most)
      return base::fail(base::Kind::Invalid,
                        fmt::format("{}-{} has more than {} addresses", to_string(range.first),
                                    to_string(range.last), most));
    addresses.push_back(at);
    if (at == range.last) return addresses;
  }
}

std::optional<net::IpAddress> lowest_free(const AddressRange& range,
                                          const std::vector<const AddressSet*>& taken,
                                          const std::set<net::IpAddress>& used) {
  net::IpAddress at = range.first;
  for (;;) {
    net::IpAddress skipped_to = at;
    for (const AddressSet* set : taken)
      if (const AddressRange* hit = set->find(at)) skipped_to = std::max(skipped_to, hit->last);
    if (skipped_to == at && !used.contains(at) &&
        std::ranges::none_of(taken, [&](const AddressSet* set) { return set->contains(at); }))
      return at;
    if (skipped_to >= range.last) return std::nullopt;
    at = skipped_to.plus(1);
  }
}

}  // namespace bosh
