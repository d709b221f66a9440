#include "base/text.h"

#include <gtest/gtest.h>

namespace {

using Parts = std::vector<std::string>;

TEST(Text, SplitKeepsEmptyParts) {
  EXPECT_EQ(base::split("a,,b", ','), (Parts{"a", "", "b"}));
  EXPECT_EQ(base::split("", ','), (Parts{""}));
}

TEST(Text, WordsDropsWhiteSpace) {
  EXPECT_EQ(base::words("  a\t b\n"), (Parts{"a", "b"}));
  EXPECT_TRUE(base::words(" \t").empty());
}

TEST(Text, ANumberIsTheWholeText) {
  EXPECT_EQ(base::parse_number<int>("-7"), -7);
  EXPECT_EQ(base::parse_number<unsigned>("7 "), std::nullopt);
  EXPECT_EQ(base::parse_number<std::uint8_t>("256"), std::nullopt);
  EXPECT_EQ(base::parse_number<int>(""), std::nullopt);
}

TEST(Text, HexGoesBothWays) {
  EXPECT_EQ(base::to_hex(base::from_hex("21:01 ff").value()), "2101ff");
  EXPECT_EQ(base::from_hex("2 1"), std::nullopt);
  EXPECT_EQ(base::from_hex("2g"), std::nullopt);
}

TEST(Text, PrintableKeepsTextAndEscapesWhatBreaksATerminal) {
  EXPECT_EQ(base::printable("Zürich\x1b[2J"), "Zürich\\x1b[2J");
  EXPECT_EQ(base::printable("\xff\xc0\x80"), "\\xff\\xc0\\x80");
  EXPECT_EQ(base::printable("cut \xe2\x82"), "cut \\xe2\\x82");
}

}  // namespace
