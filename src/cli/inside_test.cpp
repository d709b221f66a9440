#include "cli/inside.h"

#include <gmock/gmock.h>

namespace {

using cli::parse_inside;
using testing::ElementsAre;

constexpr cli::InsideWords kWords{.program = "holdfast cloud exec",
                                  .about = "about",
                                  .what = "SERVER",
                                  .help = "help",
                                  .footer = ""};

TEST(ParseInside, OptionsOfTheCommandAreTheCommands) {
  int status = 0;
  const auto request =
      parse_inside(kWords, {"--state", "/s", "web/0", "ls", "-l", "--state", "x"}, status);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->state_folder, "/s");
  EXPECT_EQ(request->what, "web/0");
  EXPECT_THAT(request->command, ElementsAre("ls", "-l", "--state", "x"));
}

TEST(ParseInside, TwoDashesMayStandBeforeTheCommand) {
  int status = 0;
  const auto request = parse_inside(kWords, {"web/0", "--", "ls"}, status);
  ASSERT_TRUE(request);
  EXPECT_THAT(request->command, ElementsAre("ls"));
}

TEST(ParseInside, WithoutACommandItIsAShell) {
  int status = 0;
  const auto request = parse_inside(kWords, {"web/0"}, status);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->command.size(), 1u);
}

TEST(ParseInside, WithoutAServerItIsAMistake) {
  int status = 0;
  EXPECT_FALSE(parse_inside(kWords, {}, status));
  EXPECT_EQ(status, cli::kUsage);
}

}  // namespace
