#include "agent/track/script.h"

#include <gtest/gtest.h>

namespace {

using agent::track::ScriptVerdict;
using namespace std::chrono_literals;

TEST(ScriptVerdict, OneResultIsEnoughAtTheStart) {
  EXPECT_EQ(ScriptVerdict(3, 3, false).add(true), true);
  EXPECT_EQ(ScriptVerdict(3, 3, false).add(false), false);
}

TEST(ScriptVerdict, ChangesAfterRiseOrFallResultsInARow) {
  ScriptVerdict verdict(2, 3, false);
  EXPECT_EQ(verdict.add(true), true);
  EXPECT_EQ(verdict.add(false), std::nullopt);
  EXPECT_EQ(verdict.add(false), std::nullopt);
  EXPECT_EQ(verdict.add(true), std::nullopt);  // starts the count anew
  EXPECT_EQ(verdict.add(false), std::nullopt);
  EXPECT_EQ(verdict.add(false), std::nullopt);
  EXPECT_EQ(verdict.add(false), false);
  EXPECT_EQ(verdict.add(true), std::nullopt);
  EXPECT_EQ(verdict.add(true), true);
}

TEST(ScriptVerdict, WithInitFailRisesLikeAnyOther) {
  ScriptVerdict verdict(2, 1, true);
  EXPECT_EQ(verdict.is_up(), false);
  EXPECT_EQ(verdict.add(true), std::nullopt);
  EXPECT_EQ(verdict.add(true), true);
}

keepalived::Script script(std::vector<std::string> argv) {
  return {.name = "check", .command = {.argv = std::move(argv)}, .interval = 10ms, .timeout = 50ms};
}

TEST(ScriptRunner, TellsTheFirstResult) {
  for (const auto& [program, expected] :
       {std::pair{"/bin/true", true}, {"/bin/false", false}, {"/no/such/program", false}}) {
    io::Loop loop;
    const auto forker = std::move(io::Forker::open().value());
    forker->attach(loop);
    std::optional<bool> result;
    agent::track::ScriptRunner runner(loop, *forker, script({program}),
                                      [&](bool is_up, const std::string&) {
                                        result = is_up;
                                        loop.stop();
                                      });
    loop.post([&] { runner.start(); });
    loop.run();
    EXPECT_EQ(result, expected) << program;
  }
}

TEST(ScriptRunner, EndsAScriptThatTakesTooLong) {
  io::Loop loop;
  const auto forker = std::move(io::Forker::open().value());
  forker->attach(loop);
  std::string why;
  agent::track::ScriptRunner runner(loop, *forker, script({"/bin/sleep", "1000"}),
                                    [&](bool is_up, const std::string& reason) {
                                      EXPECT_FALSE(is_up);
                                      why = reason;
                                      loop.stop();
                                    });
  runner.start();
  loop.run();
  EXPECT_EQ(why, "no result within the timeout");
}

}  // namespace
