// Who was heard on a virtual router's number, and why some were not listened to: for people who ask
// why two routers are active, or none.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "net/ip_address.h"
#include "vrrp/packet.h"
#include "vrrp/types.h"

namespace vrrp {

struct Heard {
  net::IpAddress address;
  // Of the last packet that was listened to; nothing if there was none.
  struct Accepted {
    Priority priority;
    Duration interval{};
    Instant time;

    bool operator==(const Accepted&) const = default;
  };
  std::optional<Accepted> accepted = {};
  std::uint64_t accepted_count = 0;
  struct Refused {
    RejectReason reason = RejectReason::OwnPacket;
    Instant time;

    bool operator==(const Refused&) const = default;
  };
  std::optional<Refused> refused = {};
  std::uint64_t refused_count = 0;

  Instant last() const;
  bool operator==(const Heard&) const = default;
};

// Of a limited number of senders. A flood of made-up ones pushes out other refused ones only: who
// was listened to stays.
class Hearing {
 public:
  static constexpr std::size_t kLimit = 16;

  void accept(const net::IpAddress& source, Priority priority, Duration interval, Instant now);
  void refuse(const net::IpAddress& source, RejectReason reason, Instant now);
  const std::vector<Heard>& all() const { return heard_; }  // in no order

 private:
  // Nothing if there is no room for one who is only refused.
  Heard* entry(const net::IpAddress& source, bool is_accepted);

  std::vector<Heard> heard_;
};

}  // namespace vrrp
