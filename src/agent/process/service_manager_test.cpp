#include "agent/process/service_manager.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdlib>

namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Manager : public testing::Test {
 protected:
  Manager() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name_.copy(address.sun_path, name_.size());
    address.sun_path[0] = '\0';
    bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address),
         static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size()));
    setenv("NOTIFY_SOCKET", name_.c_str(), 1);
  }
  ~Manager() override {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) unsetenv(name);
  }
  std::string heard() const {
    std::array<char, 512> text{};
    const ssize_t got = recv(socket_.get(), text.data(), text.size(), MSG_DONTWAIT);
    return {text.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
  }

  const std::string name_ = "@service_manager_test." + std::to_string(getpid());
  io::Descriptor socket_{socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  io::Loop loop_;
};

TEST_F(Manager, HearsThatWeAreReadyReloadAndStop) {
  agent::process::ServiceManager manager(loop_);
  manager.ready("3 instances");
  EXPECT_EQ(heard(), "READY=1\nMAINPID=" + std::to_string(getpid()) + "\nSTATUS=3 instances");
  manager.reloading();
  EXPECT_THAT(heard(), StartsWith("RELOADING=1\nMONOTONIC_USEC="));
  manager.stopping();
  EXPECT_EQ(heard(), "STOPPING=1");
}

TEST_F(Manager, IsToldThatWeLiveWhereItAsksForThat) {
  setenv("WATCHDOG_USEC", "30000", 1);
  agent::process::ServiceManager manager(loop_);
  manager.ready("");
  heard();
  io::Timer soon(loop_, [&] { loop_.stop(); });
  soon.after(std::chrono::milliseconds(60));
  loop_.run();
  EXPECT_EQ(heard(), "WATCHDOG=1");
}

TEST_F(Manager, OfAnotherProcessIsNotTold) {
  setenv("WATCHDOG_USEC", "3000", 1);
  setenv("WATCHDOG_PID", "1", 1);
  agent::process::ServiceManager manager(loop_);
  manager.ready("");
  EXPECT_THAT(heard(), HasSubstr("READY"));
  io::Timer soon(loop_, [&] { loop_.stop(); });
  soon.after(std::chrono::milliseconds(30));
  loop_.run();
  EXPECT_EQ(heard(), "");
}

}  // namespace
