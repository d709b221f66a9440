#include "agent/owners/owner_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using namespace agent::owners;
using What = OwnerNews::What;
using testing::ElementsAre;
using testing::IsEmpty;

const WatchedAddress kAddress{{2}, net::IpAddress::v4(0x0a000032)};
const net::MacAddress kOne({2, 0, 0, 0, 0, 1});
const net::MacAddress kTwo({2, 0, 0, 0, 0, 2});
constexpr vrrp::RouterId kRouter{7};
constexpr vrrp::Instant kStart(1000s);

class OwnerBookTest : public testing::Test {
 protected:
  void hold(bool is_held) { book_.watch(kRouter, {kAddress}, is_held, now_); }
  OwnerActions hear(const net::MacAddress& mac, bool is_announcement) {
    OwnerActions actions;
    book_.hear({kAddress, mac, is_announcement}, false, now_, actions);
    return actions;
  }
  // Until then, at every deadline; who answers is asked.
  OwnerActions wait(vrrp::Duration duration, std::vector<net::MacAddress> answering = {}) {
    OwnerActions all;
    const vrrp::Instant end = now_ + duration;
    while (book_.deadline() && *book_.deadline() <= end) {
      now_ = std::max(now_, *book_.deadline());
      OwnerActions actions;
      book_.advance(now_, actions);
      if (count<AskForOwner>(actions) > 0)
        for (const auto& mac : answering) book_.hear({kAddress, mac, false}, false, now_, actions);
      all.insert(all.end(), actions.begin(), actions.end());
    }
    now_ = end;
    return all;
  }
  template <typename T>
  static std::size_t count(const OwnerActions& actions) {
    return static_cast<std::size_t>(std::ranges::count_if(
        actions, [](const auto& action) { return std::holds_alternative<T>(action); }));
  }
  static std::vector<What> news(const OwnerActions& actions) {
    std::vector<What> out;
    for (const auto& action : actions)
      if (const auto* said = std::get_if<OwnerNews>(&action)) out.push_back(said->what);
    return out;
  }

  OwnerBook book_;
  vrrp::Instant now_ = kStart;
};

TEST_F(OwnerBookTest, AForeignAnnouncementOfAHeldAddressIsAnsweredAtOnceAndTold) {
  hold(true);
  wait(5s);
  const auto actions = hear(kOne, true);
  EXPECT_EQ(count<DefendAddress>(actions), 1U);
  EXPECT_THAT(news(actions), ElementsAre(What::Foreign));
  const auto owners = book_.owners(kRouter, now_);
  ASSERT_EQ(owners.size(), 1U);
  EXPECT_EQ(owners[0].mac, kOne);
  EXPECT_FALSE(owners[0].is_expected);
}

TEST_F(OwnerBookTest, ABurstIsAnsweredAtItsBeginningAndOnceAfterIt) {
  hold(true);
  wait(5s);
  std::size_t defences = 0;
  for (int packet = 0; packet < 5; ++packet) defences += count<DefendAddress>(hear(kOne, true));
  EXPECT_EQ(defences, 1U);
  EXPECT_EQ(count<DefendAddress>(wait(100ms)), 1U) << "the last word is ours";
  EXPECT_EQ(count<DefendAddress>(wait(60s)), 0U);
}

TEST_F(OwnerBookTest, TwoThatAnswerEachOtherDoNotStorm) {
  hold(true);
  OwnerBook other;
  other.watch(kRouter, {kAddress}, true, now_);
  now_ += 5s;
  OwnerActions first;
  other.hear({kAddress, kTwo, true}, false, now_, first);
  std::size_t said = 1;
  // Each hears at once what the other says.
  const auto exchange = [&](OwnerActions actions, bool is_others) {
    while (count<DefendAddress>(actions) > 0) {
      ++said;
      OwnerActions next;
      (is_others ? book_ : other).hear({kAddress, kOne, true}, false, now_, next);
      actions = next;
      is_others = !is_others;
    }
  };
  exchange(first, true);
  for (const vrrp::Instant end = now_ + 60s; now_ < end; now_ += 10ms)
    for (OwnerBook* book : {&book_, &other}) {
      OwnerActions actions;
      book->advance(now_, actions);
      exchange(actions, book == &other);
    }
  EXPECT_LT(said, 30U) << "in a minute";
}

TEST_F(OwnerBookTest, AnAnswerToAQuestionIsToldAndNotCountered) {
  hold(true);
  const auto actions = wait(2s, {kOne});
  EXPECT_EQ(count<DefendAddress>(actions), 0U);
  EXPECT_THAT(news(actions), ElementsAre(What::Foreign));
  EXPECT_THAT(news(wait(60s, {kOne})), IsEmpty()) << "once";
  EXPECT_THAT(news(wait(60s)), ElementsAre(What::Gone));
  EXPECT_THAT(book_.owners(kRouter, now_), IsEmpty());
}

TEST_F(OwnerBookTest, TheLastWordsOfThePreviousOwnerAreNoConflict) {
  hold(true);
  EXPECT_THAT(news(hear(kOne, false)), IsEmpty());
  EXPECT_THAT(book_.owners(kRouter, now_), IsEmpty());
}

TEST_F(OwnerBookTest, AResigningRouterLeavesTheAddressToItsSuccessor) {
  hold(true);
  wait(5s);
  OwnerActions actions;
  book_.hear({kAddress, kOne, true}, true, now_, actions);
  EXPECT_EQ(count<DefendAddress>(actions), 0U);
  EXPECT_THAT(news(actions), testing::Not(testing::Contains(What::Foreign)));
}

TEST_F(OwnerBookTest, ABackupKnowsWhoAnswersAndSeesAFailoverAsAChange) {
  hold(false);
  EXPECT_THAT(news(wait(30s, {kOne})), ElementsAre(What::Changed));
  EXPECT_THAT(news(hear(kTwo, true)), ElementsAre(What::Changed));
  EXPECT_THAT(news(wait(60s, {kTwo})), IsEmpty());
  const auto owners = book_.owners(kRouter, now_);
  ASSERT_EQ(owners.size(), 1U);
  EXPECT_EQ(owners[0].mac, kTwo);
  EXPECT_TRUE(owners[0].is_expected);
}

TEST_F(OwnerBookTest, ABackupSeesASplitBrain) {
  hold(false);
  wait(30s, {kOne});
  EXPECT_THAT(news(wait(30s, {kOne, kTwo})), ElementsAre(What::Changed, What::Two));
  const auto owners = book_.owners(kRouter, now_);
  EXPECT_EQ(owners.size(), 2U);
  for (const auto& owner : owners) EXPECT_FALSE(owner.is_expected);
}

TEST_F(OwnerBookTest, AsksForAThousandAddressesInTurnAndNotFasterThanTwentyASecond) {
  std::vector<WatchedAddress> many;
  for (std::uint32_t host = 0; host < 1000; ++host)
    many.push_back({{2}, net::IpAddress::v4(0x0a010000 + host)});
  book_.watch(kRouter, many, true, now_);
  EXPECT_LE(count<AskForOwner>(wait(11s)), 201U);
  EXPECT_GE(count<AskForOwner>(wait(50s)), 990U);
}

TEST_F(OwnerBookTest, RemembersAFewOwnersOfAnAddressAndForgetsWithTheRouter) {
  hold(true);
  wait(5s);
  for (std::uint8_t number = 0; number < 200; ++number)
    hear(net::MacAddress({2, 0, 0, 0, 1, number}), true);
  EXPECT_LE(book_.owners(kRouter, now_).size(), 4U);
  book_.forget(kRouter);
  EXPECT_THAT(book_.watched(), IsEmpty());
  EXPECT_EQ(book_.deadline(), std::nullopt);
}

}  // namespace
