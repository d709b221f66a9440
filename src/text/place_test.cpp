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

TEST(Place, OfALongLineHoldsWhatIsNearTheWord) {
  std::string line(10000, 'x');
  line.replace(5000, 4, " bad");
  const text::Diagnostic wrong{.severity = text::Severity::Warning,
                               .place = text::place_in_line("k.conf", line, 7, 5002, 3),
                               .what = "bad"};
  EXPECT_EQ(text::render(wrong), "k.conf:7:5002: warning: bad\n7 | " + std::string(119, 'x') +
                                     " bad" + std::string(117, 'x') + "\n  | " +
                                     std::string(120, ' ') + "^~~\n");
}

TEST(Diagnostic, ACaretEndsWithItsLine) {
  const text::Diagnostic wrong{
      .place = {.file = "k.conf", .text = "a {", .line = 1, .column = 3, .length = 900},
      .what = "never closed"};
  EXPECT_EQ(text::render(wrong), "k.conf:1:3: error: never closed\n1 | a {\n  |   ^\n");
}

TEST(Nearest, FindsATypingMistakeAndNothingFarAway) {
  EXPECT_EQ(text::nearest("prioritty", {"interface", "priority"}), "priority");
  EXPECT_EQ(text::nearest("lable", {"scope", "label"}), "label");
  EXPECT_EQ(text::nearest("lvs_id", {"interface", "priority"}), "");
}

}  // namespace
