#include "yaml/parse.h"

#include <gtest/gtest.h>

namespace {

yaml::Node read(std::string_view text) {
  auto node = yaml::parse(text, "test.yml");
  EXPECT_TRUE(node) << (node ? "" : text::render(node.error()[0]));
  return node.value_or(yaml::Node());
}

std::string problems(std::string_view text, const yaml::Limits& limits = {}) {
  const auto node = yaml::parse(text, "test.yml", limits);
  std::string out;
  if (!node)
    for (const auto& problem : node.error()) out += text::render(problem);
  return out;
}

std::string as_json(std::string_view text) {
  return json::dump(yaml::to_json(read(text)));
}

TEST(Yaml, ReadsScalarsAsTheDirectorDoes) {
  EXPECT_EQ(as_json("[yes, On, TRUE, no, off, y, n, yEs]"),
            R"([true,true,true,false,false,"y","n","yEs"])");
  EXPECT_EQ(as_json("[010, 0o17, 08, 50_000, 0x1f, 0b101, -7, +7]"),
            R"([8,"0o17","08",50000,31,5,-7,7])");
  EXPECT_EQ(as_json("[1.10, -.5, 1e3, 1.5e+3, 1.2.3, 1:30, 2024-01-02]"),
            R"([1.1,-0.5,1000.0,1500.0,"1.2.3","1:30","2024-01-02"])");
  EXPECT_EQ(as_json("[~, null, '', \"010\", 'yes', !!str 010, -, +, .]"),
            R"([null,null,"","010","yes","010","-","+","."])");
  EXPECT_EQ(as_json("[10.0.0.50, 10.0.0.0/24, 10.0.0.2-10.0.0.9, ((vip))]"),
            R"y(["10.0.0.50","10.0.0.0/24","10.0.0.2-10.0.0.9","((vip))"])y");
}

TEST(Yaml, AnEmptyFileIsNull) {
  EXPECT_TRUE(read("").is_null());
  EXPECT_TRUE(read("# nothing\n").is_null());
  EXPECT_EQ(as_json("--- {}"), "{}");
}

TEST(Yaml, EveryKeyAndValueKnowsItsPlace) {
  const yaml::Node root = read("name: lb\nazs:\n- name: 'z1'\n");
  EXPECT_EQ(
      root.find("name")->place(),
      (text::Place{.file = "test.yml", .text = "name: lb", .line = 1, .column = 7, .length = 2}));
  const yaml::Node& zone = root.find("azs")->as_list()->front();
  EXPECT_EQ(zone.find("name")->place(),
            (text::Place{
                .file = "test.yml", .text = "- name: 'z1'", .line = 3, .column = 9, .length = 4}));
  EXPECT_EQ(root.as_map()->back().mark.line, 2u);
}

TEST(Yaml, RefusesAKeyGivenTwice) {
  EXPECT_EQ(problems("vip: 1\nazs: []\nvip: 2\n"),
            "test.yml:3:1: error: the key \"vip\" stands twice in this map\n"
            "3 | vip: 2\n"
            "  | ^~~\n"
            "hint: it was given first at test.yml:1:1\n");
}

TEST(Yaml, ShowsWhereASyntaxErrorIs) {
  EXPECT_EQ(problems("a: [1, 2\nb: 3\n"),
            "test.yml:2:2: error: this is not YAML: end of sequence flow not found\n"
            "2 | b: 3\n"
            "  |  ^\n");
}

TEST(Yaml, ExpandsAliasesAndMergeKeys) {
  EXPECT_EQ(as_json("base: &b {x: 1, y: 2}\none: {<<: *b, y: 3}\ntwo: *b\n"),
            R"({"base":{"x":1,"y":2},"one":{"y":3,"x":1},"two":{"x":1,"y":2}})");
  EXPECT_EQ(as_json("[&a {x: 1}, &b {x: 2, z: 3}, {<<: [*a, *b]}]"),
            R"([{"x":1},{"x":2,"z":3},{"x":1,"z":3}])");
}

TEST(Yaml, StopsWhatWouldExpandWithoutEnd) {
  std::string bomb = "a0: &a0 [lol, lol, lol]\n";
  for (int i = 1; i < 30; ++i) {
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 9; ++j) bomb += "*a" + std::to_string(i - 1) + ", ";
    bomb += "]\n";
  }
  EXPECT_NE(problems(bomb).find("expand to too much"), std::string::npos);
  EXPECT_NE(problems(std::string(300, '[') + std::string(300, ']'))
                .find("nested more than 100 levels deep"),
            std::string::npos);
  EXPECT_NE(problems("a: &a [*a]").find("this alias refers to the value it stands in"),
            std::string::npos);
  EXPECT_NE(problems("a: 12345", {.bytes = 4}).find("the file is larger than 4 bytes"),
            std::string::npos);
}

TEST(Yaml, RefusesWhatTheDirectorCouldNotMean) {
  EXPECT_EQ(problems("a: !ruby/object:Gem {}\n"),
            "test.yml:1:4: error: the tag !ruby/object:Gem does not fit here or is not supported\n"
            "1 | a: !ruby/object:Gem {}\n"
            "  |    ^\n"
            "hint: leave it away, or put the value in quotes if a text is meant\n");
  EXPECT_NE(problems("a: .inf").find(".inf has no counterpart in JSON"), std::string::npos);
  EXPECT_NE(problems("a: 1\n--- \nb: 2\n").find("a second document in one file"),
            std::string::npos);
  EXPECT_NE(problems("? [a]\n: 1\n").find("a key must be a scalar"), std::string::npos);
}

TEST(Yaml, KeysAreTextAsInJson) {
  EXPECT_EQ(as_json("{80: a, on: b}"), R"({"80":"a","true":"b"})");
}

}  // namespace
