// Who is due first: one deadline an owner, moved in logarithmic time, without allocation once the
// owners are known. A binary heap that knows each owner's place.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "vrrp/types.h"

namespace vrrp {

class TimerQueue {
 public:
  using Owner = std::uint32_t;  // small numbers: they index a table

  void set(Owner owner, std::optional<Instant> at);
  bool empty() const { return heap_.empty(); }
  Instant first_deadline() const { return heap_.front().at; }
  Owner first_owner() const { return heap_.front().owner; }

 private:
  struct Entry {
    Instant at;
    Owner owner;
    // Same instant: the smaller number first, so that a run can be repeated.
    friend bool operator<(const Entry& a, const Entry& b) {
      return a.at != b.at ? a.at < b.at : a.owner < b.owner;
    }
  };
  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

  void put(std::size_t place, Entry entry);
  void sift_up(std::size_t place);
  void sift_down(std::size_t place);

  std::vector<Entry> heap_;
  std::vector<std::size_t> place_of_;
};

}  // namespace vrrp
