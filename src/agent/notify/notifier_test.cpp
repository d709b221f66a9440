#include "agent/notify/notifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "agent/notify/notifications.h"

namespace {

using agent::notify::notify_orders;
using agent::notify::Subject;
using agent::notify::Told;
using testing::ElementsAre;
using testing::IsEmpty;
using Words = std::vector<std::string>;

keepalived::Command command(Words argv) {
  return {.argv = std::move(argv)};
}

std::vector<Words> words(const std::vector<io::Order>& orders) {
  std::vector<Words> out;
  for (const io::Order& order : orders) out.push_back(order.arguments);
  return out;
}

const Subject kInstance{.name = "VI_1", .priority = 101};

TEST(NotifyOrders, AreTheSpecificScriptAndThenTheGenericOneWithItsArguments) {
  const keepalived::Notify notify{.master = command({"/m", "x"}), .any = command({"/any", "y"})};
  EXPECT_THAT(
      words(notify_orders(notify, kInstance, Told::Master)),
      ElementsAre(Words{"/m", "x"}, Words{"/any", "y", "INSTANCE", "VI_1", "MASTER", "101"}));
  EXPECT_THAT(words(notify_orders(notify, kInstance, Told::Fault)),
              ElementsAre(Words{"/any", "y", "INSTANCE", "VI_1", "FAULT", "101"}));
}

TEST(NotifyOrders, OfAGroupSayGroupAndPriorityZero) {
  const keepalived::Notify notify{.any = command({"/any"})};
  const Subject group{.kind = Subject::Kind::Group, .name = "G"};
  EXPECT_THAT(words(notify_orders(notify, group, Told::Master)),
              ElementsAre(Words{"/any", "GROUP", "G", "MASTER", "0"}));
}

TEST(NotifyOrders, AreNoneWhereNothingIsConfigured) {
  EXPECT_THAT(notify_orders({}, kInstance, Told::Backup), IsEmpty());
}

TEST(NotifyOrders, RunAsTheCommandsUser) {
  keepalived::Notify notify{.master = command({"/m"})};
  notify.master->runs_as = base::Identity{.user = 7, .group = 8};
  EXPECT_EQ(notify_orders(notify, kInstance, Told::Master).at(0).runs_as->user, 7U);
}

TEST(FifoLine, IsAsKeepalivedWritesIt) {
  EXPECT_EQ(agent::notify::fifo_line(kInstance, "MASTER"), "INSTANCE \"VI_1\" MASTER 101\n");
  EXPECT_EQ(agent::notify::fifo_line({.kind = Subject::Kind::Group, .name = "G"}, "FAULT"),
            "GROUP \"G\" FAULT 0\n");
}

class NotifierTest : public testing::Test {
 protected:
  NotifierTest() {
    forker_->attach(loop_);
    std::remove(path_.c_str());
    notifier_.on_idle([this] { loop_.stop(); });
  }
  ~NotifierTest() override { std::remove(path_.c_str()); }
  io::Order append(std::string_view word, std::string_view pause) const {
    return {.arguments = {
                "/bin/sh", "-c",
                "sleep " + std::string(pause) + "; echo " + std::string(word) + " >> " + path_}};
  }
  std::string told() const {
    std::ifstream in(path_);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  const std::string path_ = testing::TempDir() + "notifier_test." + std::to_string(getpid());
  io::Loop loop_;
  std::unique_ptr<io::Forker> forker_ = std::move(io::Forker::open().value());
  agent::notify::Notifier notifier_{*forker_};
};

TEST_F(NotifierTest, RunsOrdersOfAnInstanceOneAfterTheOther) {
  notifier_.tell("VI_1", {append("first", "0.05"), append("second", "0")});
  loop_.run();
  EXPECT_TRUE(notifier_.is_idle());
  EXPECT_EQ(told(), "first\nsecond\n");
}

TEST_F(NotifierTest, LeavesOutWhatHasPassedAndTellsTheLatest) {
  notifier_.tell("VI_1", {append("backup", "0.05")});
  notifier_.tell("VI_1", {append("master", "0")});
  notifier_.tell("VI_1", {append("fault", "0")});
  loop_.run();
  EXPECT_EQ(told(), "backup\nfault\n");
}

}  // namespace
