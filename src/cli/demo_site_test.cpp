#include "cli/demo_site.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace {

namespace fs = std::filesystem;

class DemoSite : public testing::Test {
 protected:
  void SetUp() override {
    std::string folder = fs::temp_directory_path() / "demo-site-test-XXXXXX";
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    setenv("TMPDIR", folder_.c_str(), 1);
  }
  void TearDown() override {
    unsetenv("TMPDIR");
    fs::remove_all(folder_);
  }
  fs::path folder_;
};

TEST_F(DemoSite, TwoRunsAtOnceDoNotDisturbEachOther) {
  auto first = cli::DemoSite::open();
  auto second = cli::DemoSite::open();
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->folder(), second->folder());
  EXPECT_EQ(second->removed(), 0);
  first->clear();
  second->clear();
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(DemoSite, WhatAKilledRunLeftIsRemovedByTheNext) {
  const pid_t child = fork();
  if (child == 0) {
    const auto site = cli::DemoSite::open();
    if (site) std::ofstream(site->folder() + "/cloud.json") << "{}";
    kill(getpid(), SIGKILL);
  }
  waitpid(child, nullptr, 0);
  auto site = cli::DemoSite::open();
  ASSERT_TRUE(site) << site.error().what;
  EXPECT_EQ(site->removed(), 1);
  site->clear();
}

TEST_F(DemoSite, AFolderThatOthersMayWriteIsRefused) {
  const std::string common = folder_ / ("holdfast-demo-" + std::to_string(getuid()));
  fs::create_directory(common);
  fs::permissions(common, fs::perms::all);
  const auto site = cli::DemoSite::open();
  ASSERT_FALSE(site);
  EXPECT_EQ(site.error().what, common + " is not a private folder of yours");
}

TEST(Supervise, HandsTheExitStatusOn) {
  EXPECT_EQ(cli::supervise([] { return 7; }), 7);
  EXPECT_EQ(cli::supervise([] {
              kill(getpid(), SIGSEGV);
              return 0;
            }),
            128 + SIGSEGV);
}

TEST(Supervise, ASignalEndsTheWorkAndIsReported) {
  EXPECT_EQ(cli::supervise([] {
              kill(getppid(), SIGINT);
              for (;;) pause();
              return 0;
            }),
            128 + SIGINT);
}

}  // namespace
