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
    EXPECT_TRUE(keyword.type == Type::Name ||
                (keyword.type == Type::Choice) == !keyword.choices.empty())
        << keyword.name;
    EXPECT_TRUE(seen.emplace(keyword.block, keyword.name).second) << keyword.name;
  }
}

TEST(Help, ExplainsOneKeywordInAllItsBlocks) {
  EXPECT_EQ(help("init_fail").value(),
            "vrrp_script\n"
            "  init_fail\n"
            "      it has failed until it succeeds\n");
  EXPECT_EQ(help("priority").value(),
            "vrrp_instance\n"
            "  priority 1..255\n"
            "      the highest wins; 255 owns the addresses, and is what `state MASTER` without a "
            "priority gets (default: 100)\n"
            "\n"
            "a route\n"
            "  priority 0..4294967295\n"
            "      as metric\n"
            "\n"
            "a rule\n"
            "  priority 0..4294967295\n"
            "      as preference\n");
  EXPECT_EQ(help("wait"), std::nullopt);
}

TEST(Help, NamesEveryBlockAndSaysWhatIsNotSupported) {
  EXPECT_THAT(help(), testing::StartsWith("outside every block\n  global_defs { … }\n"));
  EXPECT_THAT(help("use_ipvlan").value(), testing::HasSubstr("[accepted, not supported yet]"));
}

}  // namespace
}  // namespace keepalived
