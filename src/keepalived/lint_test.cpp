#include "keepalived/lint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "keepalived/read.h"

namespace keepalived {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string sample(const std::string& name) {
  std::ifstream in(std::string(HOLDFAST_SOURCE_DIR) + "/tests/keepalived/" + name);
  return {std::istreambuf_iterator<char>(in), {}};
}

Config config(const std::string& text) {
  return read_text("k.conf", text).config;
}

Config node(const std::string& lines, const std::string& outside = "") {
  return config(
      "vrrp_instance a {\n interface eth0\n virtual_router_id 1\n"
      " virtual_ipaddress { 10.0.0.1 }\n" +
      lines + "\n}\n" + outside);
}

std::vector<std::string> rules(const std::vector<LintFinding>& found) {
  std::vector<std::string> out;
  out.reserve(found.size());
  for (const LintFinding& one : found) out.emplace_back(one.rule);
  return out;
}

TEST(Lint, HasNothingToSayAboutTheBoshJob) {
  const Config first = config(sample("bosh_bootstrap.conf")),
               other = config(sample("bosh_other.conf"));
  EXPECT_THAT(rules(lint(first)), IsEmpty());
  EXPECT_THAT(rules(lint_pair(first, other)), IsEmpty());
}

TEST(Lint, ShowsThePlaceAndTheRule) {
  const auto found = lint(node("", "global_defs { vrrp_strict\n}\n"));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(text::render(found[0].diagnostic),
            "k.conf:1:15: warning: strict mode makes the addresses of a answer nothing "
            "[strict-accept]\n"
            "1 | vrrp_instance a {\n"
            "  |               ^\n"
            "hint: add `accept`, or take strict mode away\n");
}

TEST(Lint, KnowsWhatOnlyAShellUnderstands) {
  const std::string tracked = "track_script { s }";
  EXPECT_THAT(rules(lint(node(tracked, "vrrp_script s { script \"/c a || /d\"\n}\n"))),
              ElementsAre("script-shell"));
  EXPECT_THAT(rules(lint(node(tracked, "vrrp_script s { script \"/bin/sh -c '/c || /d'\"\n}\n"))),
              IsEmpty());
  EXPECT_THAT(rules(lint(node(tracked, "vrrp_script s { script /c\n timeout 3\n}\n"))),
              ElementsAre("script-timeout"));
}

TEST(Lint, SeesWeightsThatAreCutOff) {
  EXPECT_THAT(rules(lint(node("priority 250\ntrack_interface { eth1 weight 10 }"))),
              ElementsAre("weight-range"));
  EXPECT_THAT(rules(lint(node("priority 100\ntrack_interface { eth1 weight -20 }"))), IsEmpty());
}

TEST(Lint, SeesAnAddressThatTwoInstancesHold) {
  EXPECT_THAT(rules(lint(node("",
                              "vrrp_instance b {\n interface eth0\n virtual_router_id 2\n"
                              " virtual_ipaddress { 10.0.0.1/24 }\n}\n"))),
              ElementsAre("address-twice"));
}

TEST(LintPair, NamesWhatKeepsTheNodesApart) {
  const auto found = [](const std::string& here, const std::string& there) {
    return rules(lint_pair(node("priority 101\n" + here), node(there)));
  };
  EXPECT_THAT(found("", ""), IsEmpty());
  EXPECT_THAT(found("", "priority 101"), ElementsAre("pair-priority"));
  EXPECT_THAT(found("version 3", ""), ElementsAre("pair-version"));
  EXPECT_THAT(found("advert_int 2", ""), ElementsAre("pair-interval"));
  EXPECT_THAT(found("version 3\nadvert_int 2", "version 3"), IsEmpty());
  EXPECT_THAT(found("authentication {\nauth_type PASS\nauth_pass x\n}", ""),
              ElementsAre("pair-authentication"));
  EXPECT_THAT(found("unicast_peer { 10.0.0.9 }", ""), ElementsAre("pair-unicast"));
  EXPECT_THAT(found("virtual_ipaddress { 10.0.0.2 }", ""), ElementsAre("pair-addresses"));
  EXPECT_THAT(rules(lint_pair(node(""), config(""))), ElementsAre("peer-missing"));
}

TEST(LintPair, FindsWeightsThatNeverMoveTheAddress) {
  const std::string script = "vrrp_script s { script /c\n weight 2\n}\n";
  const std::string tracked = "track_script { s }";
  EXPECT_THAT(rules(lint_pair(node("priority 150\n" + tracked, script), node(tracked, script))),
              ElementsAre("weight-never-moves"));
  EXPECT_THAT(rules(lint_pair(node("priority 101\n" + tracked, script), node(tracked, script))),
              IsEmpty());
}

}  // namespace
}  // namespace keepalived
