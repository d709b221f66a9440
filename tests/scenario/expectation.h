// When a backup has to take over, worked out a second time from RFC 9568 section 6.4.2 and from
// what was delivered to it: base + wait. Knows nothing of the router's own timer.
#pragma once

#include "vrrp/router.h"

namespace scenario {

class Expectation {
 public:
  Expectation(const vrrp::RouterConfig& config, bool is_grouped)
      : config_(config), is_grouped_(is_grouped) {}

  void became_backup(const vrrp::Transition& transition, const vrrp::AdvertisementReceived* packet,
                     vrrp::Priority effective, vrrp::Instant now);
  // Whether it was believed to serve, so that all waiting begins anew.
  bool received(const vrrp::AdvertisementReceived& packet, vrrp::Priority effective,
                vrrp::Instant now);
  // The process slept until now, and may wait for one interval more.
  void slept(vrrp::Priority effective, vrrp::Instant now);
  // It stood aside until now, and may wait for a whole down interval more.
  void stood_aside(vrrp::Priority effective, vrrp::Instant now);
  // Whether the waiting begins anew.
  bool reconfigured(const vrrp::RouterConfig& config, vrrp::Priority effective);
  void priority_changed() { is_exact_ = is_exact_ && kind_ != Kind::Short; }

  vrrp::Instant due(vrrp::Priority effective) const;
  // When its timer ends: the same, except for one that followed its group.
  vrrp::Instant timer_end(vrrp::Priority effective) const;
  // Whether due() is the very instant, or only the latest one.
  vrrp::Duration interval() const { return interval_; }
  bool is_exact() const { return is_exact_ && !has_followed_; }

 private:
  enum class Kind { Down, Skew, Short };
  vrrp::Duration skew(vrrp::Priority priority) const;

  vrrp::RouterConfig config_;
  Kind kind_ = Kind::Down;
  bool is_exact_ = true;
  bool is_grouped_;
  bool has_followed_ = false;  // its group, on leaving the active role
  vrrp::Instant base_;
  vrrp::Instant not_before_;
  vrrp::Duration interval_{};
  vrrp::Priority short_priority_ = vrrp::Priority(1);
  bool is_tolerating_ = false;
  vrrp::Instant tolerated_until_;
  // The lower router that is being displaced.
  struct Lower {
    vrrp::Instant heard;
    vrrp::Duration interval{};
  };
  std::optional<Lower> lower_;
};

}  // namespace scenario
