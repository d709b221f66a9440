#include "bosh/variables.h"

#include "bosh/testing.h"

namespace {

struct Filled {
  std::string json;
  std::string said;
};

Filled fill(std::string_view document, const std::vector<std::string>& assignments,
            std::string_view file = "") {
  bosh::Report report;
  bosh::Variables variables;
  for (const std::string& assignment : assignments) variables.assign(assignment, report);
  if (!file.empty()) variables.add_file(bosh::testing::parse(file, "vars.yml"), report);
  yaml::Node node = bosh::testing::parse(document, "doc.yml");
  bosh::interpolate(node, variables, report);
  return {json::dump(yaml::to_json(node)), report.render()};
}

TEST(Variables, KeepTheirTypeWhenTheyAreTheWholeValue) {
  EXPECT_EQ(
      fill("[((n)), (( t )), ((!b)), ((l))]", {"n=5", "t='010'", "b=yes", "l=[a, {x: 1}]"}).json,
      R"([5,"010",true,["a",{"x":1}]])");
}

TEST(Variables, StandWithinTextAndKeys) {
  const auto filled = fill("{\"((a))-key\": \"net ((a)) of ((n))\"}", {"a=x", "n=7"});
  EXPECT_EQ(filled.json, R"({"x-key":"net x of 7"})");
  EXPECT_EQ(filled.said, "");
}

TEST(Variables, OfMinusVWinOverFilesAndReachInside) {
  EXPECT_EQ(fill("[((net.id)), ((net.tags.1)), ((vip))]", {"vip=10.0.0.50"},
                 "{vip: other, net: {id: abc, tags: [a, b]}}")
                .json,
            R"(["abc","b","10.0.0.50"])");
  EXPECT_EQ(fill("((a))", {"a.b=1", "a.c=2"}).json, R"({"b":1,"c":2})");
}

TEST(Variables, ThatAreUnknownAreShownWithTheNearest) {
  EXPECT_EQ(fill("net_id: ((net_id))\n", {"netid=5"}).said,
            "doc.yml:1:9: error: the variable \"net_id\" has no value\n"
            "1 | net_id: ((net_id))\n"
            "  |         ^~~~~~~~~~\n"
            "hint: \"netid\" has one\n");
  EXPECT_EQ(fill("((vip))", {}).said,
            "doc.yml:1:1: error: the variable \"vip\" has no value\n"
            "1 | ((vip))\n"
            "  | ^~~~~~~\n"
            "hint: give it with -v vip=…, or in a file with -l\n");
}

TEST(Variables, ThatAreMapsCannotStandWithinText) {
  EXPECT_EQ(fill("a ((m))", {"m={x: 1}"}).said,
            "doc.yml:1:1: error: the variable \"m\" is a map and cannot stand within text\n"
            "1 | a ((m))\n"
            "  | ^~~~~~~\n");
}

TEST(Variables, WantANameAndAValue) {
  EXPECT_EQ(fill("{}", {"nothing="}).said,
            "-v nothing:1:1: error: -v takes NAME=VALUE, both not empty\n");
}

TEST(Variables, ThatLookLikeOneAreText) {
  EXPECT_EQ(fill("[\"((not a name))\", \"((open\"]", {}).json, R"y(["((not a name))","((open"])y");
}

}  // namespace
