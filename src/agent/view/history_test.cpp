#include "agent/view/history.h"

#include <gtest/gtest.h>

namespace {

using agent::view::History;

constexpr vrrp::RouterId kOne{1}, kTwo{2};

TEST(History, KeepsTheLatestOfEachRouterFirst) {
  History history;
  for (std::size_t i = 0; i < 2 * History::kLimit; ++i)
    history.add(kOne, agent::view::TransitionSnapshot{.reason = std::to_string(i)});
  history.add(kTwo, agent::view::NoticeSnapshot{.what = "other"});
  const auto transitions = history.transitions(kOne);
  ASSERT_EQ(transitions.size(), History::kLimit);
  EXPECT_EQ(transitions.front().reason, std::to_string(2 * History::kLimit - 1));
  EXPECT_TRUE(history.notices(kOne).empty());
  EXPECT_EQ(history.notices(kTwo).size(), 1U);
}

TEST(History, GoesWithTheRouter) {
  History history;
  history.add(kOne, agent::view::TransitionSnapshot{});
  history.forget(kOne);
  EXPECT_TRUE(history.transitions(kOne).empty());
}

}  // namespace
