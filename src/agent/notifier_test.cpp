#include "agent/notifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using agent::notify_commands;
using testing::ElementsAre;
using testing::IsEmpty;
using Words = std::vector<std::string>;

keepalived::Command command(Words argv) {
  return {.argv = std::move(argv)};
}

TEST(NotifyCommands, AreTheSpecificScriptAndThenTheGenericOneWithItsArguments) {
  const keepalived::Notify notify{.master = command({"/m", "x"}), .any = command({"/any", "y"})};
  EXPECT_THAT(
      notify_commands(notify, "VI_1", vrrp::State::Active, vrrp::Priority(101)),
      ElementsAre(Words{"/m", "x"}, Words{"/any", "y", "INSTANCE", "VI_1", "MASTER", "101"}));
  EXPECT_THAT(notify_commands(notify, "VI_1", vrrp::State::Fault, vrrp::Priority(101)),
              ElementsAre(Words{"/any", "y", "INSTANCE", "VI_1", "FAULT", "101"}));
}

TEST(NotifyCommands, OfAGroupSayGroupAndPriorityZero) {
  const keepalived::Notify notify{.any = command({"/any"})};
  EXPECT_THAT(agent::group_notify_commands(notify, "G", vrrp::State::Active),
              ElementsAre(Words{"/any", "GROUP", "G", "MASTER", "0"}));
}

TEST(NotifyCommands, AreNoneWhereNothingIsConfigured) {
  EXPECT_THAT(notify_commands({}, "VI_1", vrrp::State::Backup, vrrp::Priority(100)), IsEmpty());
}

TEST(Notifier, RunsCommandsOfAnInstanceOneAfterTheOther) {
  io::Loop loop;
  agent::Notifier notifier(loop);
  const std::string path = testing::TempDir() + "notifier_test.out";
  std::remove(path.c_str());
  const auto append = [&](std::string_view word, std::string_view pause) {
    return Words{"/bin/sh", "-c",
                 "sleep " + std::string(pause) + "; echo " + std::string(word) + " >> " + path};
  };
  notifier.on_idle([&] { loop.stop(); });
  notifier.tell("VI_1", {append("first", "0.05"), append("second", "0")});
  loop.run();
  EXPECT_TRUE(notifier.is_idle());
  std::FILE* file = std::fopen(path.c_str(), "r");
  ASSERT_NE(file, nullptr);
  std::array<char, 64> text{};
  const std::size_t size = std::fread(text.data(), 1, text.size(), file);
  std::fclose(file);
  std::remove(path.c_str());
  EXPECT_EQ(std::string_view(text.data(), size), "first\nsecond\n");
}

}  // namespace
