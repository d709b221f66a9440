#include "agent/view/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "json/value.h"

namespace {

using namespace std::chrono_literals;
using agent::view::MetricsText;
using agent::view::RouterMetrics;
using agent::view::RouterSnapshot;
using agent::view::Snapshot;
using testing::HasSubstr;
using testing::Not;

RouterSnapshot router(const std::string& name) {
  return {.id = {0},
          .name = name,
          .interface_name = "eth0",
          .config = {.interface = {2}, .vrid = vrrp::VirtualRouterId::from(51).value()},
          .state = vrrp::State::Active};
}

std::string text_of(const Snapshot& outline, const std::vector<RouterSnapshot>& routers) {
  MetricsText making(outline, {});
  for (const auto& each : routers) making.add(RouterMetrics(each, outline));
  std::string out;
  while (making.append(out)) continue;
  return out;
}

std::string contents(const std::string& path) {
  std::ifstream in(std::string(HOLDFAST_SOURCE_DIR) + "/" + path);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::set<std::string> names() {
  std::set<std::string> out;
  for (const auto& family : agent::view::metric_families()) out.emplace(family.name);
  return out;
}

std::set<std::string> names_in(const std::string& text) {
  static const std::regex name(R"((holdfast|process)_[a-z_]*[a-z])");
  return {std::regex_token_iterator(text.begin(), text.end(), name), std::sregex_token_iterator()};
}

TEST(Metrics, OfAFamilyStandTogetherBehindItsHelpAndType) {
  const std::string text = text_of({}, {router("VI_1"), router("VI_2")});
  EXPECT_THAT(
      text,
      HasSubstr(
          "# TYPE holdfast_instance_state gauge\n"
          R"(holdfast_instance_state{vrrp_instance="VI_1",interface="eth0",vrid="51",family="ipv4"} 2)"
          "\n"
          R"(holdfast_instance_state{vrrp_instance="VI_2",interface="eth0",vrid="51",family="ipv4"} 2)"
          "\n# HELP holdfast_instance_priority "));
  EXPECT_THAT(text, Not(HasSubstr("nan")));
}

TEST(Metrics, CountWhatWasRefusedByReason) {
  RouterSnapshot refusing = router("VI_1");
  refusing.counters[vrrp::RejectReason::Checksum] = 7;
  EXPECT_THAT(text_of({}, {refusing}), HasSubstr(R"(family="ipv4",reason="checksum"} 7)"));
}

TEST(Metrics, EscapeNames) {
  EXPECT_THAT(text_of({}, {router("a\"b\\c\nd")}), HasSubstr(R"(vrrp_instance="a\"b\\c\nd")"));
}

TEST(Metrics, OfThousandsComeInPartsOfWholeLines) {
  std::vector<RouterSnapshot> many(3000, router("VI"));
  MetricsText making({}, {});
  for (const auto& each : many) making.add(RouterMetrics(each, {}));
  std::size_t parts = 0;
  std::string out;
  for (std::string part; making.append(part); part.clear()) {
    ASSERT_TRUE(part.empty() || part.back() == '\n');
    EXPECT_LT(part.size(), 100'000U);
    out += part;
    ++parts;
  }
  EXPECT_GT(parts, 100U);
  EXPECT_EQ(out, text_of({}, many));
}

// What people build on must be there, and what is there must be described.
TEST(Metrics, OfTheDocumentationAreThoseThatThereAre) {
  EXPECT_EQ(names_in(contents("docs/metrics.md")), names());
}

TEST(Metrics, OfTheDashboardAndTheAlertRulesExist) {
  const std::string dashboard = contents("packaging/grafana/holdfast.json");
  const auto parsed = json::parse(dashboard);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_GT((*parsed)["panels"].as_array()->size(), 10U);
  std::string queries;
  for (const json::Value& panel : *(*parsed)["panels"].as_array())
    for (const json::Value& target : *panel["targets"].as_array())
      queries += target.text_or("expr", "") + "\n";
  for (const std::string& text : {queries, contents("packaging/prometheus/holdfast.rules.yml")}) {
    const auto used = names_in(text);
    EXPECT_GT(used.size(), 5U);
    for (const std::string& name : used)
      EXPECT_TRUE(names().contains(name) || name == "holdfast_rules") << name;
  }
}

}  // namespace
