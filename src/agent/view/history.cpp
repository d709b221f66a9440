#include "agent/view/history.h"

#include <utility>

namespace agent::view {
namespace {

template <typename T>
void push(std::vector<T>& past, T what) {
  if (past.size() == History::kLimit) past.pop_back();
  past.insert(past.begin(), std::move(what));
}

}  // namespace

void History::add(vrrp::RouterId id, TransitionSnapshot transition) {
  push(of_[id].transitions, std::move(transition));
}

void History::add(vrrp::RouterId id, NoticeSnapshot notice) {
  push(of_[id].notices, std::move(notice));
}

std::vector<TransitionSnapshot> History::transitions(vrrp::RouterId id) const {
  const auto past = of_.find(id);
  if (past == of_.end()) return {};
  return past->second.transitions;
}

std::vector<NoticeSnapshot> History::notices(vrrp::RouterId id) const {
  const auto past = of_.find(id);
  if (past == of_.end()) return {};
  return past->second.notices;
}

}  // namespace agent::view
