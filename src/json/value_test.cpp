#include "json/value.h"

#include <gtest/gtest.h>

namespace {

std::string problem(std::string_view text) {
  const auto value = json::parse(text);
  return value ? "" : value.error().what;
}

TEST(Json, GoesThroughUnchangedInOrder) {
  const std::string text = R"({"z":1,"a":[true,null,1.5,"x"],"m":{"k":-7}})";
  EXPECT_EQ(json::dump(json::parse(text).value()), text);
}

TEST(Json, MembersAreReachedWithoutChecks) {
  const json::Value value = json::parse(R"({"a":{"b":[{"c":"deep"}]}})").value();
  EXPECT_EQ(*value["a"]["b"].at(0)["c"].as_string(), "deep");
  EXPECT_TRUE(value["x"]["y"].at(9).is_null());
  EXPECT_EQ(value["a"].text_or("b", "none"), "none");
}

TEST(Json, AWholeNumberIsAnIntegerHoweverItWasWritten) {
  EXPECT_EQ(json::parse("13.0")->as_integer(), 13);
  EXPECT_EQ(json::parse("13.5")->as_integer(), std::nullopt);
  EXPECT_EQ(json::parse("9223372036854775807")->as_integer(), 9223372036854775807);
}

TEST(Json, RefusesWhatOtherReadersWouldReadDifferently) {
  EXPECT_EQ(problem(R"({"a":1,"a":2})"), "not valid JSON: the key 'a' occurs twice in one object");
  EXPECT_EQ(problem("{}\n{}"), "not valid JSON: unexpected text at line 2, column 1");
  EXPECT_EQ(problem(std::string(300, '[')), "not valid JSON: nested deeper than 200 levels");
  EXPECT_NE(problem(""), "");
  EXPECT_NE(problem("{\"a\": nope}"), "");
}

TEST(Json, InvalidUtf8IsReplacedOnTheWayOut) {
  EXPECT_EQ(json::dump(json::Value(std::string("a\xff"))), "\"a\xef\xbf\xbd\"");
}

TEST(Json, ObjectsAreEqualWhateverTheirOrder) {
  EXPECT_EQ(json::parse(R"({"a":1,"b":2})").value(), json::parse(R"({"b":2,"a":1})").value());
}

}  // namespace
