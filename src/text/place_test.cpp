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

text::Place in_line(std::size_t line, std::string words, std::size_t column, std::size_t length) {
  return {
      .file = "k.conf", .text = std::move(words), .line = line, .column = column, .length = length};
}

TEST(Diagnostic, ShowsTheWayFromWhereItIsWrittenToWhereItCounts) {
  text::Place at = in_line(1, "$PRIO=300", 7, 3);
  text::Place included{.file = "main.conf", .text = "", .line = 3, .column = 1};
  text::Place used = in_line(9, "  priority $PRIO", 12, 5);
  used.use = std::make_shared<text::Use>(text::Use{"included here", included});
  at.use = std::make_shared<text::Use>(text::Use{"$PRIO is used here", used});
  EXPECT_EQ(text::render({.place = at, .what = "300 is too much", .hint = "take 255"}),
            "k.conf:1:7: error: 300 is too much\n"
            "1 | $PRIO=300\n"
            "  |       ^~~\n"
            "k.conf:9:12: note: $PRIO is used here\n"
            "9 |   priority $PRIO\n"
            "  |            ^~~~~\n"
            "main.conf:3:1: note: included here\n"
            "hint: take 255\n");
}

TEST(Diagnostic, ShowsBothPlacesAndTheRule) {
  EXPECT_EQ(text::render({.severity = text::Severity::Warning,
                          .place = in_line(2, "vrid 7", 6, 1),
                          .what = "7 is taken",
                          .notes = {{in_line(1, "vrid 7", 6, 1), "the other one is here"}},
                          .rule = "duplicate-vrid"}),
            "k.conf:2:6: warning: 7 is taken [duplicate-vrid]\n"
            "2 | vrid 7\n"
            "  |      ^\n"
            "k.conf:1:6: note: the other one is here\n"
            "1 | vrid 7\n"
            "  |      ^\n");
}

TEST(Diagnostic, IsColouredOnlyWhereThatIsAskedFor) {
  EXPECT_EQ(text::render({.place = in_line(2, "a b", 3, 1), .what = "no", .hint = "yes"},
                         text::Look::Coloured),
            "\033[1mk.conf:2:3:\033[0m \033[1;31merror:\033[0m \033[1mno\033[0m\n"
            "2 | a b\n"
            "  |   \033[1;32m^\033[0m\n"
            "\033[1mhint:\033[0m yes\n");
}

TEST(Nearest, FindsATypingMistakeAndNothingFarAway) {
  EXPECT_EQ(text::nearest("prioritty", {"interface", "priority"}), "priority");
  EXPECT_EQ(text::nearest("lable", {"scope", "label"}), "label");
  EXPECT_EQ(text::nearest("lvs_id", {"interface", "priority"}), "");
}

}  // namespace
