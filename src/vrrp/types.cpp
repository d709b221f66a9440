#include "vrrp/types.h"

#include <fmt/format.h>

namespace vrrp {

base::Result<VirtualRouterId> VirtualRouterId::from(int value) {
  if (value >= 1 && value <= 255) return VirtualRouterId(static_cast<std::uint8_t>(value));
  return base::fail(base::Kind::Invalid,
                    fmt::format("virtual router id {} is outside 1..255", value));
}

base::Result<Priority> Priority::from(int value) {
  if (value >= 1 && value <= 255) return Priority(static_cast<std::uint8_t>(value));
  return base::fail(base::Kind::Invalid, fmt::format("priority {} is outside 1..255", value));
}

std::string_view name(State state) {
  switch (state) {
    case State::Initialize:
      return "initialize";
    case State::Backup:
      return "backup";
    case State::Active:
      return "active";
    case State::Fault:
      return "fault";
  }
  return "?";
}

std::string_view name(ChecksumForm form) {
  switch (form) {
    case ChecksumForm::WithPseudoHeader:
      return "with-pseudo-header";
    case ChecksumForm::WithoutPseudoHeader:
      return "without-pseudo-header";
    case ChecksumForm::WithGroupPseudoHeader:
      return "with-group-pseudo-header";
  }
  return "?";
}

Duration skew_time(Version version, Priority priority, Duration interval) {
  const Duration unit = version == Version::V2 ? std::chrono::seconds(1) : interval;
  // To the microsecond, as keepalived counts.
  return std::chrono::duration_cast<std::chrono::microseconds>(unit * (256 - priority.value()) /
                                                               256);
}

Duration down_interval(Version version, Priority priority, Duration interval, int adverts) {
  return interval * adverts + skew_time(version, priority, interval);
}

}  // namespace vrrp
