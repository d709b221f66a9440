#include "agent/track/process_match.h"

#include <gtest/gtest.h>

namespace {

using agent::track::matches;
using keepalived::TrackedProcess;
using namespace std::chrono_literals;
using namespace std::string_view_literals;

constexpr auto kLine = "/usr/sbin/haproxy\0-f\0/etc/haproxy.cfg\0"sv;

TEST(ProcessMatch, ComparesTheNameOrTheCommand) {
  EXPECT_TRUE(matches({.name = "p", .argv = {"haproxy"}}, "haproxy", kLine));
  EXPECT_FALSE(matches({.name = "p", .argv = {"haprox"}}, "haproxy", kLine));
  EXPECT_TRUE(matches({.name = "p", .argv = {"a-name-that-is-longer"}}, "a-name-that-is-", ""));
  EXPECT_TRUE(
      matches({.name = "p", .argv = {"/usr/sbin/haproxy"}, .full_command = true}, "x", kLine));
  EXPECT_FALSE(matches({.name = "p", .argv = {"haproxy"}, .full_command = true}, "haproxy", kLine));
}

TEST(ProcessMatch, ComparesParametersWhollyOrFromTheBeginning) {
  using Match = TrackedProcess::Match;
  const auto match = [](std::vector<std::string> parameters, Match how) {
    parameters.insert(parameters.begin(), "haproxy");
    return matches({.name = "p", .argv = parameters, .match = how}, "haproxy", kLine);
  };
  EXPECT_TRUE(match({"-f", "/etc/haproxy.cfg"}, Match::Exact));
  EXPECT_FALSE(match({"-f"}, Match::Exact));
  EXPECT_TRUE(match({"-f"}, Match::Partial));
  EXPECT_FALSE(match({"-f", "/etc/"}, Match::Partial));
  EXPECT_TRUE(match({"-f", "/etc/"}, Match::Initial));
  EXPECT_FALSE(match({"/etc/haproxy.cfg"}, Match::Initial));
  EXPECT_TRUE(match({}, Match::Initial));
  EXPECT_FALSE(match({}, Match::Exact));
}

constexpr vrrp::Instant kStart{};

TEST(Quorum, IsUpBetweenItsLimits) {
  agent::track::Quorum quorum({.name = "p", .quorum = 2, .quorum_max = 3});
  EXPECT_EQ(quorum.is_up(), std::nullopt);
  for (const auto& [count, up] : {std::pair{0U, false},
                                  {1U, false},
                                  {2U, true},
                                  {3U, true},
                                  {4U, false},
                                  {3U, true},
                                  {1U, false}}) {
    quorum.set_count(count, kStart);
    EXPECT_EQ(quorum.is_up(), up) << count;
  }
}

TEST(Quorum, WaitsAndForgetsWhatDoesNotLast) {
  agent::track::Quorum quorum({.name = "p", .fork_delay = 2s, .terminate_delay = 5s});
  quorum.set_count(1, kStart);
  EXPECT_EQ(quorum.is_up(), true);
  quorum.set_count(0, kStart + 1s);
  EXPECT_EQ(quorum.deadline(), kStart + 6s);
  quorum.set_count(1, kStart + 2s);  // was restarted
  EXPECT_EQ(quorum.deadline(), std::nullopt);
  quorum.set_count(0, kStart + 3s);
  quorum.advance(kStart + 8s);
  EXPECT_EQ(quorum.is_up(), false);
  quorum.set_count(1, kStart + 9s);
  EXPECT_EQ(quorum.is_up(), false);
  quorum.advance(kStart + 11s);
  EXPECT_EQ(quorum.is_up(), true);
}

}  // namespace
