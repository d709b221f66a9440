// Sets of addresses as cloud-config writes them ("10.0.0.2", "10.0.0.2-10.0.0.9", "10.0.0.8/30"),
// kept as ranges: an IPv6 subnet has more addresses than memory.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "base/error.h"
#include "net/ip_address.h"

namespace bosh {

struct AddressRange {
  net::IpAddress first;
  net::IpAddress last;
  bool contains(const net::IpAddress& address) const { return first <= address && address <= last; }
  bool overlaps(const AddressRange& other) const {
    return first <= other.last && other.first <= last;
  }
  bool operator==(const AddressRange&) const = default;
};

class AddressSet {
 public:
  void add(const AddressRange& range) { ranges_.push_back(range); }
  const std::vector<AddressRange>& ranges() const { return ranges_; }
  // The range that holds the address.
  const AddressRange* find(const net::IpAddress& address) const;
  bool contains(const net::IpAddress& address) const { return find(address) != nullptr; }

 private:
  std::vector<AddressRange> ranges_;
};

base::Result<AddressRange> parse_range(std::string_view text);
// One by one; an error above `most`.
base::Result<std::vector<net::IpAddress>> expand(const AddressRange& range, std::size_t most);
// The lowest address of `range` that is in none of the sets and not in `used`.
std::optional<net::IpAddress> lowest_free(const AddressRange& range,
                                          const std::vector<const AddressSet*>& taken,
                                          const std::set<net::IpAddress>& used);

}  // namespace bosh
