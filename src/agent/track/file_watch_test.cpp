#include "agent/track/file_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

namespace {

using testing::ElementsAre;

TEST(NumberIn, ReadsAsKeepalivedDoes) {
  EXPECT_EQ(agent::track::number_in("5\n"), 5);
  EXPECT_EQ(agent::track::number_in(" -20 and more"), -20);
  EXPECT_EQ(agent::track::number_in("0x10"), 16);
  EXPECT_EQ(agent::track::number_in("010"), 8);
  EXPECT_EQ(agent::track::number_in(""), 0);
  EXPECT_EQ(agent::track::number_in("down"), 0);
  EXPECT_EQ(agent::track::number_in("99999999999"), std::nullopt);
  EXPECT_EQ(agent::track::number_in("99999999999999999999999"), std::nullopt);
}

class FileWatch : public testing::Test {
 protected:
  FileWatch() { mkdir(directory_.c_str(), 0700); }
  ~FileWatch() override {
    unlink(path_.c_str());
    rmdir(directory_.c_str());
  }
  std::vector<agent::track::PlannedFile> planned() const {
    return {
        {{1}, {.name = "f", .path = path_, .initial_value = initial_, .overwrite = overwrite_}}};
  }
  void put(std::string_view text) const { std::ofstream(path_) << text; }
  // Runs the loop until so many values have been told.
  void run_until(std::size_t count) {
    count_ = count;
    if (values_.size() < count) loop_.run();
  }

  const std::string directory_ = testing::TempDir() + "file_watch." + std::to_string(getpid());
  const std::string path_ = directory_ + "/value";
  std::optional<int> initial_;
  bool overwrite_ = false;
  io::Loop loop_;
  std::vector<int> values_;
  std::size_t count_ = 0;
  agent::track::FileWatch watch_{loop_, [this](vrrp::TrackId, int value) {
                                   values_.push_back(value);
                                   if (values_.size() == count_) loop_.stop();
                                 }};
};

TEST_F(FileWatch, TellsTheNumberAndEachChangeAndZeroForNoFile) {
  watch_.replace(planned(), true);
  EXPECT_THAT(values_, ElementsAre(0));
  loop_.post([&] { put("7"); });
  run_until(2);
  loop_.post([&] {
    std::ofstream(directory_ + "/other") << "-3";
    std::rename((directory_ + "/other").c_str(), path_.c_str());
  });
  run_until(3);
  loop_.post([&] { unlink(path_.c_str()); });
  run_until(4);
  EXPECT_THAT(values_, ElementsAre(0, 7, -3, 0));
  EXPECT_EQ(watch_.value({1}), 0);
}

TEST_F(FileWatch, MakesTheFileAtTheStartAndKeepsOneThatIsThere) {
  initial_ = 12;
  watch_.replace(planned(), true);
  EXPECT_THAT(values_, ElementsAre(12));
  put("5");
  watch_.replace({}, false);
  watch_.replace(planned(), true);
  EXPECT_THAT(values_, ElementsAre(12, 5));
  overwrite_ = true;
  watch_.replace({}, false);
  watch_.replace(planned(), false);  // a reload
  EXPECT_THAT(values_, ElementsAre(12, 5, 5));
  watch_.replace({}, false);
  watch_.replace(planned(), true);
  EXPECT_THAT(values_, ElementsAre(12, 5, 5, 12));
}

TEST_F(FileWatch, FindsADirectoryThatComesLater) {
  rmdir(directory_.c_str());
  watch_.replace(planned(), true);
  loop_.post([&] {
    mkdir(directory_.c_str(), 0700);
    put("9");
  });
  run_until(2);
  EXPECT_THAT(values_, ElementsAre(0, 9));
}

}  // namespace
