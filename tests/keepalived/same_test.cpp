// The same file to Debian's keepalived and to our reader: what is in force must be the same, value
// by value. keepalived tells by its dump; of ours we write the dump it would have made. Files whose
// difference is on purpose have it beside them, NAME.differs, and docs/keepalived.md has the
// reason. UPDATE_GOLDEN=1 rewrites those.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/text.h"
#include "dump.h"
#include "keepalived/print.h"
#include "keepalived/read.h"
#include "lab/lab.h"

namespace {

namespace fs = std::filesystem;

constexpr auto kKeepalived = "/usr/sbin/keepalived";
const fs::path kFolder = fs::path(HOLDFAST_SOURCE_DIR) / "tests/keepalived";
constexpr std::size_t kAtATime = 6;

std::string text_of(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<fs::path> files() {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(kFolder / "same"))
    if (entry.path().extension() == ".conf") out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

keepalived::Reading read_file(const fs::path& path) {
  const keepalived::Files on_disk{
      .contents = [](const std::string& name) -> base::Result<std::string> {
        if (!fs::is_regular_file(name)) return base::fail(base::Kind::NotFound, "no such file");
        return text_of(name);
      },
      .matching = {}};
  return keepalived::read(path, on_disk);
}

// In an ordinary user's namespace root's files belong to nobody, and keepalived drops such scripts.
bool runs_scripts() {
  struct stat shell {};
  return stat("/bin/sh", &shell) != 0 || shell.st_uid == 0;
}

// What keepalived has in force after reading each file, as many of them at once as is quick.
class Keepaliveds {
 public:
  explicit Keepaliveds(lab::Host& host) : host_(host) {}

  std::vector<std::string> dumps(const std::vector<std::string>& paths) {
    std::vector<std::string> out(paths.size());
    std::deque<std::pair<std::size_t, lab::Program*>> running;
    const auto finish_one = [&] {
      const auto [index, program] = running.front();
      running.pop_front();
      const auto exit = program->wait();
      out[index] = program->output();
      EXPECT_TRUE(exit) << paths[index];
    };
    for (std::size_t i = 0; i < paths.size(); ++i) {
      if (running.size() >= kAtATime) finish_one();
      running.emplace_back(i, &host_.start({"unshare", "-n", "-m", "-p", "-f", "--kill-child", "sh",
                                            kFolder / "dump.sh", paths[i]}));
    }
    while (!running.empty()) finish_one();
    return out;
  }

 private:
  lab::Host& host_;
};

// Standard output and standard error come together: the dump is what begins with its first head.
std::vector<std::string> values_of(const std::string& output) {
  const std::size_t begin = output.rfind("------< Global definitions");
  if (begin == std::string::npos) return {};
  std::vector<std::string> values = dump::values(output.substr(begin));
  // The state an instance wants changes once it runs: what it was is in the log.
  std::string instance;
  for (const std::string& line : base::split(output.substr(0, begin), '\n')) {
    constexpr std::string_view kName = "VRRP Instance = ", kState = "Wantstate = ";
    if (const std::size_t at = line.find(kName); at != std::string::npos)
      instance = line.substr(at + kName.size());
    else if (const std::size_t state = line.find(kState); state != std::string::npos)
      values.push_back(fmt::format("VRRP Topology > VRRP Instance = {} > Wanted state = {}",
                                   instance, line.substr(state + kState.size())));
  }
  std::sort(values.begin(), values.end());
  return values;
}

class SameAsKeepalived : public lab::Test {};

TEST_F(SameAsKeepalived, IsInForceValueByValue) {
  if (access(kKeepalived, X_OK) != 0)
    GTEST_SKIP() << "keepalived is not installed: apt-get install keepalived";
  if (!runs_scripts())
    GTEST_SKIP() << "keepalived runs no script whose path is not root's; run this as root";
  lab::Network network;
  lab::Host& host = network.add_host("a", "198.51.100.2/24");
  const std::vector<fs::path> all = files();
  EXPECT_GE(all.size(), 80U);
  std::vector<std::string> given, printed;
  for (const fs::path& path : all) {
    given.push_back(path);
    printed.push_back(host.write(
        path.filename(), keepalived::print(read_file(path).config, {.with_passwords = true})));
  }
  Keepaliveds keepaliveds(host);
  const std::vector<std::string> theirs = keepaliveds.dumps(given);
  const std::vector<std::string> of_printed = keepaliveds.dumps(printed);
  for (std::size_t i = 0; i < all.size(); ++i) {
    SCOPED_TRACE(all[i].filename());
    const std::vector<std::string> their_values = values_of(theirs[i]);
    if (their_values.empty()) {
      ADD_FAILURE() << theirs[i];
      continue;
    }
    const std::vector<std::string> our_values = dump::values(dump::of(read_file(all[i]).config));
    const std::string found = dump::difference(their_values, our_values);
    fs::path wanted = all[i];
    wanted.replace_extension(".differs");
    if (std::getenv("UPDATE_GOLDEN") != nullptr && fs::exists(wanted))
      std::ofstream(wanted) << found;
    const std::string expected = fs::exists(wanted) ? text_of(wanted) : "";
    EXPECT_EQ(found, expected) << theirs[i].substr(0, theirs[i].find("------<"));
    // What we print keepalived takes as it takes the file; where we differ on purpose, as we do.
    const std::string after_print =
        dump::difference(expected.empty() ? their_values : our_values, values_of(of_printed[i]));
    EXPECT_EQ(after_print, "") << text_of(printed[i])
                               << of_printed[i].substr(0, of_printed[i].find("------<"));
  }
}

// The comparison sees one value that is different, whichever side it is on.
TEST(Comparison, SeesEveryValue) {
  const auto reading = read_file(kFolder / "same/everything.conf");
  const std::string text = dump::of(reading.config);
  const std::vector<std::string> values = dump::values(text);
  EXPECT_GT(values.size(), 150U);
  EXPECT_EQ(dump::difference(values, values), "");
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::vector<std::string> other = values;
    other[i] += "x";
    std::sort(other.begin(), other.end());
    EXPECT_NE(dump::difference(values, other), "") << values[i];
    EXPECT_NE(dump::difference(other, values), "") << values[i];
  }
  auto changed = reading.config;
  changed.instances.front().priority = vrrp::Priority(1);
  EXPECT_THAT(dump::difference(values, dump::values(dump::of(changed))),
              testing::HasSubstr("> Priority = 1\n"));
}

}  // namespace
