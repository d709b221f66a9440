#include "cli/status_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using cli::render_status;
using testing::HasSubstr;
using testing::Not;

json::Value parse(std::string_view text) {
  return json::parse(text).value();
}

const json::Value kAgent = parse(
    R"({"version":"1.0","pid":7,"router_id":"lb-a","config":"/etc/k.conf","up_s":250.4,
        "resources":{"late_turns":0,"reloads_refused":2}})");
const json::Value kActive = parse(
    R"({"name":"VI_1","interface":"eth0","vrid":51,"family":"ipv4","version":3,"state":"active",
        "why":"active because: nothing heard for 3.410 s","problems":[],"priority":152,
        "base_priority":150,"interval_s":1.0,"source":"10.0.0.11","for_s":2.6,
        "addresses":[{"address":"10.0.0.50/24","interface":"eth0","present":true,"excluded":false}],
        "peers":[],"tracked":[{"name":"script check","weight":2,"reverse":false,"state":"up"}],
        "transitions":[{"s_ago":2.6,"from":"backup","to":"active","reason":"nothing heard"}]})");
const json::Value kBackup = parse(
    R"({"name":"VI_2","interface":"eth0","vrid":52,"family":"ipv4","version":2,"state":"backup",
        "why":"backup: 10.0.0.12 is active","problems":["10.0.0.13 is heard and refused: why"],
        "priority":100,"base_priority":100,"interval_s":1.0,"drained":true,
        "addresses":[{"address":"10.0.0.60/24"},{"address":"10.0.0.61/24"}],
        "peers":[{"address":"10.0.0.12","priority":150,"interval_s":1.0,"heard_s_ago":0.3,
                  "is_active":true},
                 {"address":"10.0.0.13","refused":4,"refused_s_ago":1.5,"refused_because":"type",
                  "refused_what":"why"}]})");

TEST(StatusView, ShowsATableAndThenEachOfAFew) {
  const json::Value both[] = {kActive, kBackup};
  EXPECT_EQ(render_status(kAgent, both, {}),
            R"(holdfastd 1.0 on lb-a  pid 7, up 4 min 10 s, /etc/k.conf
  since the start: 2 reloads refused

  INSTANCE  STATE             PRIORITY  FOR    ADDRESSES        ACTIVE ROUTER
● VI_1      active            152 (+2)  2.6 s  10.0.0.50/24     this node
! VI_2      backup (drained)  100       -      10.0.0.60/24 +1  10.0.0.12 (150), 0.3 s ago

VI_1  active on eth0, VRID 51, VRRP version 3 over IPv4, every 1 s, from 10.0.0.11
  why      active because: nothing heard for 3.410 s
  address  10.0.0.50/24 on eth0, here
  peers    nobody was heard
  tracks   script check  up  weight +2
  history  2.6 s ago  backup → active  nothing heard

VI_2  backup (drained) on eth0, VRID 52, VRRP version 2 over IPv4, every 1 s
  why      backup: 10.0.0.12 is active
  problem  10.0.0.13 is heard and refused: why
  address  10.0.0.60/24 on , not here
           10.0.0.61/24 on , not here
  peers    10.0.0.12        priority 150, every 1 s, heard 0.3 s ago
           10.0.0.13        refused 4 times, 1.5 s ago: why
)");
}

TEST(StatusView, OfManyExplainsOnlyThoseThatNeedALook) {
  std::vector<json::Value> many(20, kActive);
  many.push_back(kBackup);
  const std::string text = render_status(kAgent, many, {});
  EXPECT_THAT(text, HasSubstr("\nVI_2  backup (drained) on eth0"));
  EXPECT_THAT(text, Not(HasSubstr("\nVI_1  active on")));
  EXPECT_THAT(text, HasSubstr("`holdfast status INSTANCE` tells all about one"));
}

TEST(StatusView, WrapsSentencesAtTheWidthOfTheTerminal) {
  const std::string text = render_status(kAgent, {&kActive, 1}, {.width = 45});
  EXPECT_THAT(text, HasSubstr("  why      active because: nothing heard for\n"
                              "           3.410 s\n"));
}

TEST(StatusView, TakesAnyAnswerAndLetsNothingReachTheTerminal) {
  const json::Value odd =
      parse(R"({"name":"\u001b[2J","state":7,"why":"\u0007","peers":{},"addresses":[3]})");
  const std::string text = render_status(parse("[]"), {&odd, 1}, {});
  EXPECT_EQ(text.find('\033'), std::string::npos);
  EXPECT_EQ(text.find('\a'), std::string::npos);
}

}  // namespace
