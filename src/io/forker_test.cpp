#include "io/forker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>

#include "io/forker_protocol.h"

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class ForkerTest : public testing::Test {
 protected:
  ForkerTest() { forker_->attach(loop_); }
  io::Ended run(std::vector<std::string> arguments) {
    std::optional<io::Ended> result;
    const auto child =
        forker_->start({.arguments = std::move(arguments)}, [&](const io::Ended& ended) {
          result = ended;
          loop_.stop();
        });
    loop_.run();
    return result.value();
  }

  io::Loop loop_;
  std::unique_ptr<io::Forker> forker_ = std::move(io::Forker::open().value());
};

TEST_F(ForkerTest, TellsHowAProgramEnded) {
  EXPECT_EQ(run({"/bin/sh", "-c", "exit 3"}).exit.code, 3);
  EXPECT_EQ(run({"/bin/sh", "-c", "kill -9 $$"}).exit.signal, SIGKILL);
  EXPECT_TRUE(run({"true"}).exit.succeeded());
}

TEST_F(ForkerTest, SaysWhyAProgramCouldNotBeStarted) {
  const auto ended = run({"/no/such/program"});
  EXPECT_EQ(ended.exit.code, 127);
  EXPECT_THAT(ended.why_not, HasSubstr("no such file"));
}

TEST_F(ForkerTest, SignalsTheWholeGroup) {
  std::optional<io::Ended> result;
  const auto child =
      forker_->start({.arguments = {"/bin/sh", "-c", "sleep 1000; true"}}, [&](const auto& ended) {
        result = ended;
        loop_.stop();
      });
  io::Timer soon(loop_, [&] { child->send_to_group(SIGKILL); });
  soon.after(50ms);
  loop_.run();
  EXPECT_EQ(result->exit.signal, SIGKILL);
}

TEST_F(ForkerTest, RunsAsAnotherUserWhenItMay) {
  if (geteuid() != 0) GTEST_SKIP() << "only root may become somebody else";
  std::optional<io::Ended> result;
  const io::Order order{
      .arguments = {"/bin/sh", "-c", "test \"$(id -u):$(id -g):$(id -G)\" = '65534:7:7 8'"},
      .runs_as = base::Identity{.user = 65534, .group = 7, .more_groups = {7, 8}}};
  const auto child = forker_->start(order, [&](const auto& ended) {
    result = ended;
    loop_.stop();
  });
  loop_.run();
  EXPECT_TRUE(result->exit.succeeded()) << result->why_not;
}

TEST_F(ForkerTest, WhatShallDieWithUsDoesAndWhatNotGoesOn) {
  const std::string path = testing::TempDir() + "forker_test.out";
  std::remove(path.c_str());
  const auto mark = [&](const std::string& word) {
    return std::vector<std::string>{"/bin/sh", "-c", "sleep 0.3; echo " + word + " >>" + path};
  };
  auto mortal = forker_->start({.arguments = mark("mortal")}, [](const auto&) {});
  auto other = forker_->start({.arguments = mark("other"), .after_us = io::Order::AfterUs::GoesOn},
                              [](const auto&) {});
  io::Timer soon(loop_, [&] { loop_.stop(); });
  soon.after(100ms);
  loop_.run();
  mortal.reset();
  other.reset();
  forker_.reset();  // as when this process is killed: it sees nothing but the end of the socket
  std::string text;
  for (int i = 0; i < 200 && text.empty(); ++i) {
    usleep(20000);
    std::ifstream in(path);
    std::getline(in, text);
  }
  EXPECT_EQ(text, "other");
  std::remove(path.c_str());
}

TEST(ForkerProtocol, KeepsEveryArgumentAndRefusesWhatIsCutShort) {
  const io::forker::Request request{
      .ask = io::forker::Ask::Start,
      .id = 7,
      .order = {.arguments = {"/bin/x", "", "a b"},
                .runs_as = base::Identity{.user = 1, .group = 2, .more_groups = {3, 4}},
                .after_us = io::Order::AfterUs::GoesOn}};
  auto packet = encode(request);
  const auto back = io::forker::decode(packet);
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->id, 7U);
  EXPECT_EQ(back->order.arguments, request.order.arguments);
  EXPECT_EQ(back->order.runs_as, request.order.runs_as);
  EXPECT_EQ(back->order.after_us, request.order.after_us);
  packet.pop_back();
  EXPECT_FALSE(io::forker::decode(packet).has_value());
  EXPECT_FALSE(io::forker::decode(std::span(packet).first(10)).has_value());
}

}  // namespace
