#include "cpi/port_mark.h"

#include <gtest/gtest.h>

namespace {

using std::chrono::system_clock;

const cpi::PortMark kOurs{.vm_name = "vm-2", .agent_id = "agent-2", .director = "director"};

// 2026-11-20T12:00:00Z
const auto kNoon = system_clock::from_time_t(1795176000);

openstack::Port port(std::string description, std::string created, std::string device = "") {
  return {.id = openstack::PortId("P"),
          .network = openstack::NetworkId("N"),
          .name = "vm-1",
          .description = std::move(description),
          .device_id = std::move(device),
          .mac = std::nullopt,
          .created_at = std::move(created)};
}

std::string of_agent(const char* agent, const char* director = "director") {
  return cpi::to_description({.vm_name = "vm-1", .agent_id = agent, .director = director});
}

TEST(PortMark, IsReadAsItWasWritten) {
  EXPECT_EQ(cpi::read_mark(cpi::to_description(kOurs)), kOurs);
}

TEST(PortMark, IsNotInAStrangersDescription) {
  for (const char* text : {"", "VRRP address of web", "holdfast-cpi", "holdfast-cpi vm=a agent=b"})
    EXPECT_FALSE(cpi::read_mark(text)) << text;
}

TEST(PortMark, SurvivesAnAgentIdWithSpaces) {
  EXPECT_TRUE(cpi::read_mark(cpi::to_description({"vm", "a b\nc", ""})));
}

TEST(LeftOver, IsAPortOfAnEarlierAttemptForTheSameAgent) {
  EXPECT_TRUE(cpi::is_left_over(port(of_agent("agent-2"), "2026-11-20T12:00:00Z"), kOurs, kNoon));
}

TEST(LeftOver, IsAnOldPortOfAnotherAgentButNotAYoungOne) {
  EXPECT_TRUE(cpi::is_left_over(port(of_agent("x"), "2026-11-20T11:49:00Z"), kOurs, kNoon));
  EXPECT_FALSE(cpi::is_left_over(port(of_agent("x"), "2026-11-20T11:51:00Z"), kOurs, kNoon));
  EXPECT_FALSE(cpi::is_left_over(port(of_agent("x"), "no time"), kOurs, kNoon));
}

TEST(LeftOver, IsNeverAReservationNorAnotherDirectorsNorOneInUse) {
  constexpr auto kOld = "2026-11-19T12:00:00Z";
  EXPECT_FALSE(cpi::is_left_over(port("", kOld), kOurs, kNoon));
  EXPECT_FALSE(cpi::is_left_over(port("VRRP reservation", kOld), kOurs, kNoon));
  EXPECT_FALSE(cpi::is_left_over(port(of_agent("agent-2", "other"), kOld), kOurs, kNoon));
  EXPECT_FALSE(cpi::is_left_over(port(of_agent("agent-2"), kOld, "server"), kOurs, kNoon));
}

}  // namespace
