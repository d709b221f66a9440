// How often a thing that changes its state is looked at: quickly at first, since it may be done in
// milliseconds; later a look every two seconds is enough. Internal to this module.
#pragma once

#include <algorithm>
#include <chrono>

#include "io/loop.h"

namespace openstack {

class Pace {
 public:
  io::Duration next() {
    const auto now = delay_;
    delay_ = std::min<io::Duration>(delay_ * 3 / 2, std::chrono::seconds(2));
    return now;
  }

 private:
  io::Duration delay_ = std::chrono::milliseconds(20);
};

}  // namespace openstack
