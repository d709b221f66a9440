#include "cloud/guest/console.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>

#include "io/descriptor.h"

namespace {

using cloud::guest::Console;
using cloud::guest::Lines;
using testing::ContainsRegex;
using testing::ElementsAre;

class TemporaryFile {
 public:
  TemporaryFile() {
    std::string path = testing::TempDir() + "/console-XXXXXX";
    fd_ = io::Descriptor(mkostemp(path.data(), O_APPEND));
    unlink(path.c_str());
  }
  int fd() const { return fd_.get(); }
  std::string content() const {
    std::string out(1 << 20, '\0');
    out.resize(
        static_cast<std::size_t>(std::max<ssize_t>(pread(fd(), out.data(), out.size(), 0), 0)));
    return out;
  }

 private:
  io::Descriptor fd_;
};

TEST(Console, PutsTimeAndNameInFrontAndDefusesControlCharacters) {
  const TemporaryFile file;
  Console(file.fd()).line("web", "a\033[31mred");
  EXPECT_THAT(file.content(), ContainsRegex("^\\[[0-9]+\\.[0-9]{6}\\] web: a[^\033]*red\n$"));
}

TEST(Console, PastItsBoundItForgetsTheOlderHalfInWholeLines) {
  const TemporaryFile file;
  Console console(file.fd(), 4096);
  for (int i = 0; i < 1000; ++i) console.line("job", "line " + std::to_string(i));
  const std::string content = file.content();
  EXPECT_LE(content.size(), 4200u);
  EXPECT_TRUE(content.starts_with('['));
  EXPECT_THAT(content, testing::EndsWith("job: line 999\n"));
}

TEST(Lines, CutsAtLineFeedsAndAtTheLongest) {
  std::vector<std::string> seen;
  Lines lines([&](std::string_view line) { seen.emplace_back(line); }, 4);
  lines.feed("a\n\nb");
  lines.feed("c\nlonger");
  lines.end();
  EXPECT_THAT(seen, ElementsAre("a", "", "bc", "long", "er"));
}

}  // namespace
