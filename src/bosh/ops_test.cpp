#include "bosh/ops.h"

#include "bosh/testing.h"

namespace {

std::string said;

// The document after the operations; what was said about them is in `said`.
std::string patch(std::string_view document, std::string_view ops) {
  bosh::Report report;
  yaml::Node node = bosh::testing::parse(document, "doc.yml");
  bosh::apply_ops(node, bosh::testing::parse(ops, "ops.yml"), report);
  said = report.render();
  return json::dump(yaml::to_json(node));
}

std::string path(std::string_view document, const std::string& where) {
  return patch(document, "[{type: replace, path: \"" + where + "\", value: V}]");
}

TEST(Ops, ReplaceKeysIndexesAndMatches) {
  EXPECT_EQ(path("{a: {b: 1}}", "/a/b"), R"({"a":{"b":"V"}})");
  EXPECT_EQ(path("{a: {b: 1}}", "/a/new"), R"({"a":{"b":1,"new":"V"}})");
  EXPECT_EQ(path("{a: [1, 2, 3]}", "/a/1"), R"({"a":[1,"V",3]})");
  EXPECT_EQ(path("{a: [1, 2, 3]}", "/a/-1"), R"({"a":[1,2,"V"]})");
  EXPECT_EQ(path("{a: [1]}", "/a/-"), R"({"a":[1,"V"]})");
  EXPECT_EQ(path("[{name: x, v: 1}, {name: y, v: 2}]", "/name=y/v"),
            R"([{"name":"x","v":1},{"name":"y","v":"V"}])");
  EXPECT_EQ(path("{\"a/b\": 1}", "/a~1b"), R"({"a/b":"V"})");
  EXPECT_EQ(path("{a: 1}", "/"), R"("V")");
  EXPECT_EQ(said, "");
}

TEST(Ops, MakeWhatIsOptional) {
  EXPECT_EQ(path("{}", "/a?/b/c"), R"({"a":{"b":{"c":"V"}}})");
  EXPECT_EQ(path("{}", "/a?/-"), R"({"a":["V"]})");
  EXPECT_EQ(path("{a: []}", "/a/name=x?/v"), R"({"a":[{"name":"x","v":"V"}]})");
  EXPECT_EQ(said, "");
}

TEST(Ops, PutBesideAnItem) {
  EXPECT_EQ(path("[{n: a}, {n: b}]", "/n=b:before"), R"([{"n":"a"},"V",{"n":"b"}])");
  EXPECT_EQ(path("[{n: a}, {n: b}]", "/n=a:after"), R"([{"n":"a"},"V",{"n":"b"}])");
  EXPECT_EQ(path("[{n: a}, {n: b}]", "/n=a:next"), R"([{"n":"a"},"V"])");
  EXPECT_EQ(said, "");
}

TEST(Ops, Remove) {
  EXPECT_EQ(patch("{a: {b: 1, c: 2}, d: [1, 2]}",
                  "[{type: remove, path: /a/b}, {type: remove, path: /d/0}, "
                  "{type: remove, path: \"/none?/x\"}]"),
            R"({"a":{"c":2},"d":[2]})");
  EXPECT_EQ(said, "");
}

TEST(Ops, Test) {
  patch("{a: 1}", "[{type: test, path: /a, value: 1}, {type: test, path: /b, absent: true}]");
  EXPECT_EQ(said, "");
  patch("{a: 1}", "[{type: test, path: /a, value: 2}]");
  EXPECT_EQ(said,
            "ops.yml:1:21: error: the test failed: another value is there\n"
            "1 | [{type: test, path: /a, value: 2}]\n"
            "  |                     ^~\n");
}

TEST(Ops, SayWhatIsNotThere) {
  EXPECT_EQ(path("{a: 1}", "/b/c"), R"({"a":1})");
  EXPECT_EQ(said,
            "ops.yml:1:24: error: there is no key \"b\"; \"b?\" would make it\n"
            "1 | [{type: replace, path: \"/b/c\", value: V}]\n"
            "  |                        ^~~~~~\n");
  path("[{n: a}, {n: a}]", "/n=a");
  EXPECT_NE(said.find("2 items have n=a; exactly one must"), std::string::npos);
  path("[1]", "/3");
  EXPECT_NE(said.find("\"3\" is outside a list of 1"), std::string::npos);
  path("[1]", "x");
  EXPECT_NE(said.find("the path \"x\" must begin with /"), std::string::npos);
  patch("{}", "[{type: move, path: /a}, {type: replace, path: /a}, 7]");
  EXPECT_NE(said.find("\"move\" is no type of operation"), std::string::npos);
  EXPECT_NE(said.find("a replace needs a \"value\" other than null"), std::string::npos);
  EXPECT_NE(said.find("an operation is a map with a \"type\" and a \"path\""), std::string::npos);
}

}  // namespace
