#include "text/place.h"

#include <gtest/gtest.h>

namespace {

TEST(Diagnostic, ShowsThePlaceWithACaret) {
  const text::Diagnostic wrong{
      .severity = text::Severity::Error,
      .place = {.file = "k.conf", .text = "  priority 300", .line = 12, .column = 12, .length = 3},
      .what = "priority 300 is outside 1..255",
      .hint = "100 is the default"};
  EXPECT_EQ(text::render(wrong),
            "k.conf:12:12: error: priority 300 is outside 1..255\n"
            "12 |   priority 300\n"
            "   |            ^~~\n"
            "hint: 100 is the default\n");
}

TEST(Diagnostic, NamesOnlyTheFileWhenNoLineIsMeant) {
  EXPECT_EQ(text::render({.place = {.file = "k.conf", .text = "", .line = 0},
                          .what = "cannot read k.conf: no such file or directory"}),
            "k.conf: error: cannot read k.conf: no such file or directory\n");
}

TEST(Diagnostic, LeavesALineAwayThatNobodyCouldRead) {
  EXPECT_EQ(text::render({.place = {.file = "k.conf", .text = std::string(5000, 'x'), .column = 9},
                          .what = "no"}),
            "k.conf:1:9: error: no\n");
}

TEST(Nearest, FindsATypingMistakeAndNothingFarAway) {
  EXPECT_EQ(text::nearest("prioritty", {"interface", "priority"}), "priority");
  EXPECT_EQ(text::nearest("lvs_id", {"interface", "priority"}), "");
}

}  // namespace
