// The last things that happened to each virtual router, for whoever asks later.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "agent/view/snapshot.h"

namespace agent::view {

class History {
 public:
  static constexpr std::size_t kLimit = 12;  // of each kind and router

  void add(vrrp::RouterId id, TransitionSnapshot transition);
  void add(vrrp::RouterId id, NoticeSnapshot notice);
  void forget(vrrp::RouterId id) { of_.erase(id); }
  // The latest first.
  std::vector<TransitionSnapshot> transitions(vrrp::RouterId id) const;
  std::vector<NoticeSnapshot> notices(vrrp::RouterId id) const;

 private:
  struct Past {
    std::vector<TransitionSnapshot> transitions;  // the latest first, as many as there are
    std::vector<NoticeSnapshot> notices;
  };
  std::map<vrrp::RouterId, Past> of_;
};

}  // namespace agent::view
