// The demo as a user runs it: whole, interrupted, killed, and with a program missing.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "io/process.h"

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::HasSubstr;

const std::string kHoldfast = HOLDFAST_BIN_DIR "/holdfast";

std::string contents(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

template <typename Condition>
bool eventually(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(10ms);
  }
  return true;
}

class Demo : public testing::Test {
 protected:
  void SetUp() override {
    const auto allowed =
        io::run({.arguments = {"unshare", "--user", "--map-root-user", "--net", "true"}}, "", 20s);
    if (!allowed || !allowed->exit.succeeded())
      GTEST_SKIP() << "this machine does not let a user make network namespaces";
    std::string folder = fs::temp_directory_path() / "demo-test-XXXXXX";
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    setenv("TMPDIR", folder_.c_str(), 1);
  }
  void TearDown() override {
    unsetenv("TMPDIR");
    fs::remove_all(folder_);
  }

  io::Command demo() const {
    return {.arguments = {kHoldfast, "demo", "--report", report()}, .directory = folder_};
  }
  std::string report() const { return folder_ / "report"; }

  // Processes whose command line names this test's folder: all that a demo starts do, but for the
  // guests' jobs.
  int processes() const {
    int count = 0;
    for (const auto& entry : fs::directory_iterator("/proc")) {
      std::error_code gone;
      if (!fs::exists(entry.path() / "cmdline", gone)) continue;
      if (contents(entry.path() / "cmdline").find(folder_) != std::string::npos) ++count;
    }
    return count;
  }
  // Where the demo keeps what it needs while it runs.
  bool has_run_folder() const {
    for (const auto& entry : fs::directory_iterator(folder_))
      if (entry.path().filename().string().starts_with("holdfast-demo-")) return true;
    return false;
  }
  io::Process start_until_guests_run(int output) {
    auto command = demo();
    command.output = output;
    auto process = io::Process::start(command);
    EXPECT_TRUE(process);
    EXPECT_TRUE(eventually([&] {
      return contents(folder_ / "output").find("a new VM") != std::string::npos ||
             contents(folder_ / "output").find("create_vm") != std::string::npos;
    })) << contents(folder_ / "output");
    return std::move(*process);
  }
  io::Descriptor output_file() const {
    return io::Descriptor(creat((folder_ / "output").c_str(), 0600));
  }

  fs::path folder_;
};

TEST_F(Demo, HoldsToTheEndAndLeavesOnlyTheReport) {
  const auto run = io::run(demo(), "", 240s);
  ASSERT_TRUE(run) << run.error().what;
  EXPECT_TRUE(run->exit.succeeded()) << run->output << run->errors;
  EXPECT_THAT(run->output, HasSubstr("everything held"));
  EXPECT_THAT(contents(fs::path(report()) / "index.html"), HasSubstr("power loss of web/0"));
  EXPECT_THAT(contents(fs::path(report()) / "timeline.svg"), HasSubstr("</svg>"));
  EXPECT_FALSE(has_run_folder());
  EXPECT_EQ(processes(), 0);
}

TEST_F(Demo, AnInterruptedRunLeavesNothing) {
  const io::Descriptor output = output_file();
  auto process = start_until_guests_run(output.get());
  process.send(SIGINT);
  const auto exit = process.wait(60s);
  ASSERT_TRUE(exit);
  EXPECT_EQ(exit->code, 128 + SIGINT);
  EXPECT_FALSE(has_run_folder());
  EXPECT_TRUE(eventually([&] { return processes() == 0; }));
}

TEST_F(Demo, AfterAKillTheNextRunClearsUp) {
  {
    const io::Descriptor output = output_file();
    auto process = start_until_guests_run(output.get());
    process.send(SIGKILL);
    ASSERT_TRUE(process.wait(60s));
    EXPECT_TRUE(eventually([&] { return processes() == 0; }))
        << "the kernel ends what the demo had started";
    EXPECT_TRUE(has_run_folder());
  }
  const io::Descriptor output = output_file();
  auto process = start_until_guests_run(output.get());
  EXPECT_THAT(contents(folder_ / "output"), HasSubstr("removed what 1 earlier run(s) had left"));
  process.send(SIGTERM);
  ASSERT_TRUE(process.wait(60s));
  EXPECT_FALSE(has_run_folder());
}

TEST_F(Demo, AMissingProgramIsNamed) {
  fs::copy_file(kHoldfast, folder_ / "holdfast");
  const auto run =
      io::run({.arguments = {folder_ / "holdfast", "demo"}, .directory = folder_}, "", 60s);
  ASSERT_TRUE(run);
  EXPECT_EQ(run->exit.code, 1);
  EXPECT_THAT(run->errors, HasSubstr("holdfast-cloud is not in " + folder_.string()));
}

}  // namespace
