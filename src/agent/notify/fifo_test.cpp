#include "agent/notify/fifo.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

namespace {

using namespace std::chrono_literals;

class Fifo : public testing::Test {
 protected:
  Fifo() {
    forker_->attach(loop_);
    unlink(path_.c_str());
  }
  ~Fifo() override { unlink(path_.c_str()); }
  std::unique_ptr<agent::notify::NotifyFifo> open() {
    auto opened = agent::notify::NotifyFifo::open(loop_, *forker_, {.path = path_});
    return opened ? std::move(*opened) : nullptr;
  }
  io::Descriptor reader() const {
    return io::Descriptor(::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  }
  static std::string read_all(const io::Descriptor& from) {
    std::string text;
    std::array<char, 4096> buffer;
    for (ssize_t got = 0; (got = ::read(from.get(), buffer.data(), buffer.size())) > 0;)
      text.append(buffer.data(), static_cast<std::size_t>(got));
    return text;
  }

  const std::string path_ = testing::TempDir() + "fifo_test." + std::to_string(getpid());
  io::Loop loop_;
  std::unique_ptr<io::Forker> forker_ = std::move(io::Forker::open().value());
};

TEST_F(Fifo, IsMadeWrittenAndRemoved) {
  auto fifo = open();
  ASSERT_NE(fifo, nullptr);
  fifo->write("state VI_1", "INSTANCE \"VI_1\" BACKUP 100\n");  // before anybody reads
  const io::Descriptor from = reader();
  fifo->write("state VI_1", "INSTANCE \"VI_1\" MASTER 100\n");
  EXPECT_EQ(read_all(from), "INSTANCE \"VI_1\" BACKUP 100\nINSTANCE \"VI_1\" MASTER 100\n");
  fifo.reset();
  EXPECT_NE(access(path_.c_str(), F_OK), 0);
}

TEST_F(Fifo, KeepsTheLatestOfEachWhenNobodyReads) {
  const auto fifo = open();
  ASSERT_NE(fifo, nullptr);
  const io::Descriptor from = reader();
  const std::string filler(1000, 'x');
  for (int i = 0; fifo->is_idle(); ++i) fifo->write("filler" + std::to_string(i), filler);
  fifo->write("a", "a 1\n");
  fifo->write("b", "b 1\n");
  fifo->write("a", "a 2\n");
  std::string text;
  io::Timer poll(loop_, [&] {
    text += read_all(from);
    if (fifo->is_idle()) return loop_.stop();
    poll.after(20ms);
  });
  poll.after(20ms);
  loop_.run();
  text += read_all(from);
  EXPECT_TRUE(text.ends_with("b 1\na 2\n"));
  EXPECT_EQ(text.find("a 1"), std::string::npos);
}

TEST_F(Fifo, RefusesWhatIsNoFifo) {
  const io::Descriptor file(::open(path_.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  EXPECT_EQ(open(), nullptr);
  EXPECT_EQ(access(path_.c_str(), F_OK), 0);
}

}  // namespace
