#include "keepalived/keywords.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace keepalived {
namespace {

TEST(Keywords, AreExplainedAndUnique) {
  std::set<std::pair<Block, std::string_view>> seen;
  for (const Keyword& keyword : keywords()) {
    EXPECT_FALSE(keyword.sentence.empty()) << keyword.name;
    EXPECT_LE(keyword.least, keyword.most) << keyword.name;
    EXPECT_EQ(keyword.type == Type::Choice, !keyword.choices.empty()) << keyword.name;
    EXPECT_TRUE(seen.emplace(keyword.block, keyword.name).second) << keyword.name;
  }
}

TEST(Help, ExplainsOneKeywordInAllItsBlocks) {
  EXPECT_EQ(help("weight").value(),
            "vrrp_script\n"
            "  weight -253..253 [reverse]\n"
            "      added to priorities; 0: failure is a fault (default: 0)\n"
            "\n"
            "track_file\n"
            "  weight -2147483647..2147483647 [reverse]\n"
            "      factor of the number in it; 0: any other number is a fault (default: 1)\n"
            "\n"
            "vrrp_track_process\n"
            "  weight -254..254 [reverse]\n"
            "      added to priorities; 0: failure is a fault (default: 0)\n");
  EXPECT_EQ(help("wait"), std::nullopt);
}

TEST(Help, NamesEveryBlockAndSaysWhatIsNotSupported) {
  EXPECT_THAT(help(), testing::StartsWith("outside every block\n  global_defs { … }\n"));
  EXPECT_THAT(help("use_vmac").value(), testing::HasSubstr("[accepted, not supported yet]"));
}

}  // namespace
}  // namespace keepalived
