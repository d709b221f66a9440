#include "cli/demo/observation.h"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using cli::demo::Micros;

cli::demo::Observation seen(std::string_view text) {
  return cli::demo::parse_probe_output(text).value();
}

TEST(ProbeOutput, EveryKindOfFactIsRead) {
  const auto facts = seen(
      "probe 1000 1200 web/0\nprobe 2000 - -\nadvert 2500 10.0.0.11 2 1 101\n"
      "garp 2600 10.0.0.50 fa:16:3e:00:00:01\nprobe 3000 31");  // the last line is cut off
  ASSERT_EQ(facts.probes.size(), 2U);
  EXPECT_EQ(facts.probes[0].answered, 1200us);
  EXPECT_EQ(facts.probes[0].instance, "web/0");
  EXPECT_FALSE(facts.probes[1].answered);
  ASSERT_EQ(facts.adverts.size(), 1U);
  EXPECT_EQ(facts.adverts[0].priority, 101);
  EXPECT_EQ(to_string(facts.announcements.at(0).mac), "fa:16:3e:00:00:01");
}

TEST(ProbeOutput, ABrokenLineIsShown) {
  const auto facts = cli::demo::parse_probe_output("probe 1 2 a\nprobe x\n");
  ASSERT_FALSE(facts);
  EXPECT_EQ(facts.error().what, "line 2 of the probe's output is broken: probe x");
}

TEST(Outage, IsTheLongestTimeWithoutAnAnswer) {
  const auto facts = seen(
      "probe 1000 1100 web/0\nprobe 2000 2100 web/0\nprobe 3000 - -\nprobe 4000 - -\n"
      "probe 5000 5300 web/1\nprobe 6000 6100 web/1\n");
  const auto outage = cli::demo::longest_outage(facts, 0us, 10ms);
  ASSERT_TRUE(outage);
  EXPECT_EQ(outage->silence, 3200us);
  EXPECT_EQ(outage->before, "web/0");
  EXPECT_EQ(outage->after, "web/1");
  EXPECT_EQ(outage->lost, 2U);
  EXPECT_FALSE(cli::demo::longest_outage(facts, 2500us, 5400us)) << "one answer ends no silence";
  EXPECT_EQ(cli::demo::last_answered_by(facts, 0us), "web/1");
  EXPECT_EQ(cli::demo::last_answered_by(facts, 7000us), "");
  EXPECT_EQ(cli::demo::first_answer_by(facts, "web/1", 0us), 5300us);
  EXPECT_EQ(cli::demo::first_answer_by(facts, "web/0", 2500us), std::nullopt);
}

TEST(Console, TransitionsAreFoundAmongOtherLines) {
  const auto found = cli::demo::parse_console(
      "[5.000001] web: listening\n"
      "[6.250000] keepalived: info vrrp.transition instance=VI from=backup to=active "
      "reason=\"silence of \\\"web/0\\\"\"\n"
      "[x] keepalived: info vrrp.transition from=a to=b\n");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].at, 6250000us);
  EXPECT_EQ(found[0].to, "active");
  EXPECT_EQ(found[0].reason, "silence of \"web/0\"");
}

}  // namespace
