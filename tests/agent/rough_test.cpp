// Rough treatment: floods, flaps, thieves, sleep, full disks, dead logs, lost news. Whatever comes,
// the address stays where it belongs, and nothing grows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "agent/asking.h"
#include "agent/setup.h"
#include "net/ipv4_header.h"
#include "vrrp/packet.h"

namespace {

using agent_test::becomes_the_one;
using agent_test::config;
using agent_test::holds;
using agent_test::kVirtual;
using agent_test::start_holdfastd;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

net::IpAddress ip(std::string_view text) {
  return net::IpAddress::parse(text).value();
}

std::vector<std::uint8_t> advertisement(const lab::Host& from, std::string_view source,
                                        std::span<const std::uint8_t> packet) {
  std::vector<std::uint8_t> bytes{0x01, 0x00, 0x5e, 0x00, 0x00, 0x12};
  const auto mac = from.mac();
  bytes.insert(bytes.end(), mac.bytes().begin(), mac.bytes().end());
  bytes.insert(bytes.end(), {0x08, 0x00});
  const auto header = net::encode({.source = ip(source),
                                   .destination = vrrp::kGroupIpv4,
                                   .protocol = vrrp::kIpProtocol,
                                   .ttl = 255},
                                  packet.size());
  bytes.insert(bytes.end(), header.begin(), header.end());
  bytes.insert(bytes.end(), packet.begin(), packet.end());
  return bytes;
}

// What nobody may believe: each a good packet of priority 254 with one thing wrong.
std::vector<std::vector<std::uint8_t>> malformed(const lab::Host& from) {
  const std::vector<std::uint8_t> address{10, 0, 0, 50};
  const auto good = vrrp::encode({.version = vrrp::Version::V3,
                                  .vrid = 51,
                                  .priority = vrrp::Priority(254),
                                  .interval = 100ms,
                                  .checksum = vrrp::ChecksumForm::WithPseudoHeader,
                                  .address_bytes = address},
                                 ip("10.0.0.99"), vrrp::kGroupIpv4);
  std::vector<std::vector<std::uint8_t>> packets(5, good);
  packets[0][6] ^= 0xff;  // checksum
  packets[1][0] = 0x41;   // version
  packets[2].resize(10);  // cut
  packets[3][1] = 52;     // another router's
  packets[4][0] = 0x33;   // type
  for (auto& packet : packets) packet = advertisement(from, "10.0.0.99", packet);
  return packets;
}

class Rough : public lab::Test {
 protected:
  void TearDown() override {
    if (!HasFailure()) return;
    if (one_ != nullptr) std::cerr << "--- one\n" << one_->output();
    if (two_ != nullptr) std::cerr << "--- two\n" << two_->output();
  }

  // a is active with two as its backup.
  void settle(const std::string& interval = "0.1") {
    one_ = &start_holdfastd(a_, config({.priority = 150, .interval = interval}));
    ASSERT_TRUE(lab::wait_until([&] { return holds(a_); }));
    two_ = &start_holdfastd(b_, config({.priority = 100, .interval = interval}));
    ASSERT_TRUE(lab::wait_until([&] { return two_->said("to=backup"); }));
  }
  // Nothing has moved since settle().
  void expect_no_transition() const {
    EXPECT_FALSE(one_->said("from=active"));
    EXPECT_FALSE(two_->said("from=backup"));
    EXPECT_TRUE(holds(a_));
    EXPECT_FALSE(holds(b_));
  }
  static bool is_advertisement_of(const lab::Frame& frame, std::string_view source) {
    return frame.bytes.size() >= 34 && frame.bytes[12] == 0x08 && frame.bytes[13] == 0 &&
           frame.bytes[23] == vrrp::kIpProtocol &&
           net::IpAddress::from_bytes(std::span(frame.bytes).subspan(26, 4)) == ip(source);
  }
  // The longest time between two advertisements that a tap has seen.
  static Clock::duration longest_gap(lab::Tap& tap, std::string_view source) {
    Clock::duration longest{};
    std::optional<Clock::time_point> last;
    for (const lab::Frame& frame : tap.frames()) {
      if (!is_advertisement_of(frame, source)) continue;
      if (last) longest = std::max(longest, frame.time - *last);
      last = frame.time;
    }
    return longest;
  }

  struct Size {
    std::ptrdiff_t descriptors = 0;
    long anonymous_kb = 0;
  };
  static Size size_of(const lab::Program& program) {
    const std::string process = fmt::format("/proc/{}", program.pid());
    Size size;
    for ([[maybe_unused]] const auto& each : std::filesystem::directory_iterator(process + "/fd"))
      ++size.descriptors;
    std::ifstream status(process + "/status");
    for (std::string word; status >> word;)
      if (word == "RssAnon:") status >> size.anonymous_kb;
    return size;
  }

  lab::Network network_;
  lab::Host& a_ = network_.add_host("a", "10.0.0.11/24");
  lab::Host& b_ = network_.add_host("b", "10.0.0.12/24");
  lab::Host& client_ = network_.add_host("client", "10.0.0.99/24");
  lab::Program* one_ = nullptr;
  lab::Program* two_ = nullptr;
};

TEST_F(Rough, AFloodOfMalformedPacketsMovesNobody) {
  settle();
  lab::Tap wire = client_.tap();
  const auto packets = malformed(client_);
  const Size before = size_of(*one_);
  constexpr int kSeconds = 3;
  constexpr int kEachMillisecond = 20;
  const auto start = Clock::now();
  for (int millisecond = 0; millisecond < kSeconds * 1000; ++millisecond) {
    for (int i = 0; i < kEachMillisecond; ++i)
      wire.send(packets[static_cast<std::size_t>(i) % packets.size()]);
    std::this_thread::sleep_until(start + millisecond * 1ms);
  }
  ASSERT_TRUE(lab::wait_until(
      [&] { return one_->said("reason=checksum") && two_->said("reason=checksum"); }));
  expect_no_transition();
  // Later than that, and the backup would have spoken.
  EXPECT_LT(longest_gap(wire, "10.0.0.11"), 300ms);
  const Size after = size_of(*one_);
  EXPECT_EQ(after.descriptors, before.descriptors);
  EXPECT_LT(after.anonymous_kb, before.anonymous_kb + 1024);
}

TEST_F(Rough, FlappingLinksAndReloadsLeaveOneOwnerAndNoGrowth) {
  settle();
  // Once through everything, so that what is allocated once is there.
  const auto flap = [&](int times) {
    for (int i = 0; i < times; ++i) {
      network_.unplug(a_);
      one_->send(SIGHUP);
      two_->send(SIGHUP);
      std::this_thread::sleep_for(std::chrono::milliseconds(10 + 37 * i % 150));
      network_.plug(a_);
      std::this_thread::sleep_for(std::chrono::milliseconds(5 + 53 * i % 200));
    }
    return becomes_the_one(a_, b_);
  };
  ASSERT_TRUE(flap(5));
  const Size before_one = size_of(*one_);
  const Size before_two = size_of(*two_);
  ASSERT_TRUE(flap(20));
  EXPECT_TRUE(lab::holds_for(500ms, [&] { return holds(a_) && !holds(b_); }));
  EXPECT_TRUE(client_.reaches(kVirtual));
  EXPECT_TRUE(one_->is_running() && two_->is_running());
  EXPECT_EQ(size_of(*one_).descriptors, before_one.descriptors);
  EXPECT_EQ(size_of(*two_).descriptors, before_two.descriptors);
  EXPECT_LT(size_of(*one_).anonymous_kb, before_one.anonymous_kb + 512);
  EXPECT_LT(size_of(*two_).anonymous_kb, before_two.anonymous_kb + 512);
}

TEST_F(Rough, ReloadsInALoopDoNotHinderAFailover) {
  settle();
  a_.power_off();
  one_ = nullptr;
  EXPECT_TRUE(lab::wait_until([&] {
    two_->send(SIGHUP);
    return holds(b_);
  }));
  EXPECT_TRUE(lab::wait_until([&] { return client_.reaches(kVirtual); }));
  EXPECT_FALSE(two_->said("from=active"));
}

TEST_F(Rough, ABackupThatSleptDoesNotTakeOver) {
  settle();
  two_->send(SIGSTOP);
  std::this_thread::sleep_for(5s);
  two_->send(SIGCONT);
  EXPECT_TRUE(lab::holds_for(1s, [&] { return !holds(b_); }));
  expect_no_transition();
}

// Every timer must be of a clock that nobody sets; the kernel says which one it is.
TEST_F(Rough, NoTimerDependsOnTheTimeOfDay) {
  settle();
  int timers = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(fmt::format("/proc/{}/fdinfo", one_->pid()))) {
    std::ifstream in(entry.path());
    for (std::string word; in >> word;)
      if (int clock = -1; word == "clockid:" && in >> clock) {
        ++timers;
        EXPECT_EQ(clock, CLOCK_MONOTONIC);
      }
  }
  EXPECT_GT(timers, 0);
}

TEST_F(Rough, LostNewsOfTheKernelAreMadeGood) {
  // Long enough for its sleep not to be what the peer, or it itself, takes for a failure.
  settle("4");
  // While it sleeps, more happens than its socket can hold, and the address goes.
  one_->send(SIGSTOP);
  std::string changes;
  for (int i = 0; i < 40000; ++i)
    changes += fmt::format("address {} 10.9.0.1/24 dev eth0\n", i % 2 == 0 ? "add" : "del");
  changes += fmt::format("address del {}/24 dev eth0\n", kVirtual);
  const auto done = a_.run({"ip", "-batch", a_.write("changes", changes)});
  EXPECT_TRUE(done.exit.succeeded()) << done.errors;
  ASSERT_FALSE(holds(a_));
  one_->send(SIGCONT);
  EXPECT_TRUE(lab::wait_until([&] { return holds(a_); }));
  one_->send(SIGTERM);
  ASSERT_TRUE(one_->wait().has_value());
  EXPECT_FALSE(one_->said("netlink_overruns=0"));
  EXPECT_TRUE(one_->said("address.restored"));
  EXPECT_FALSE(one_->said("from=active to=backup"));
}

TEST_F(Rough, WhatCannotBeSentIsSaidOnceAndSurvived) {
  settle();
  const auto nft = [&](const std::string& command) {
    EXPECT_TRUE(a_.run({"nft", command}).exit.succeeded());
  };
  // EPERM: a filter drops what goes out.
  nft("add table ip strict");
  nft("add chain ip strict out { type filter hook output priority 0; }");
  nft("add rule ip strict out ip protocol 112 drop");
  EXPECT_TRUE(lab::wait_until([&] { return one_->said("send.failing interface=eth0"); }));
  EXPECT_TRUE(one_->said("operation not permitted"));
  EXPECT_TRUE(lab::wait_until([&] { return holds(b_); }));
  nft("delete table ip strict");
  EXPECT_TRUE(lab::wait_until([&] { return one_->said("send.recovered interface=eth0"); }));
  EXPECT_TRUE(becomes_the_one(a_, b_));
  // ENETDOWN, at first unknown to it: the link goes while it sleeps.
  one_->send(SIGSTOP);
  a_.link_down();
  one_->send(SIGCONT);
  EXPECT_TRUE(becomes_the_one(b_, a_));
  a_.link_up();
  EXPECT_TRUE(becomes_the_one(a_, b_));
  // ENOBUFS: a queue that takes next to nothing.
  EXPECT_TRUE(a_.run({"tc", "qdisc", "add", "dev", "eth0", "root", "tbf", "rate", "1kbit", "burst",
                      "100", "limit", "100"})
                  .exit.succeeded());
  EXPECT_TRUE(lab::wait_until([&] { return holds(b_); }));
  EXPECT_TRUE(a_.run({"tc", "qdisc", "del", "dev", "eth0", "root"}).exit.succeeded());
  EXPECT_TRUE(becomes_the_one(a_, b_));
}

TEST_F(Rough, AnAddressThatAnotherHostClaimsIsAnnouncedAgain) {
  settle();
  agent_test::Asking client(client_, "10.0.0.99", kVirtual);
  ASSERT_TRUE(client.ask_until([&] { return client.is_answered_by(a_.mac()); }));
  lab::Host& thief = network_.add_host("thief", "10.0.0.66/24");
  client.tap().clear();
  thief.tap().send(net::gratuitous_arp(ip(kVirtual), thief.mac()));
  // Before the second burst that follows every election after 5 s.
  EXPECT_TRUE(client.tap().wait_for(
      [&](const lab::Frame& frame) {
        const auto arp = net::parse_arp(frame.bytes);
        return arp && arp->is_gratuitous() && arp->sender_mac == a_.mac();
      },
      3s));
  expect_no_transition();
}

// A disk that is full, a log that nobody reads: lines are lost, advertisements are not.
TEST_F(Rough, FullDisksAndDeadLogsStopNothing) {
  const std::string text = config({.priority = 150});
  const std::string file = a_.write("holdfast.conf", text);
  const std::string disk = a_.directory() + "/disk";
  ASSERT_EQ(mkdir(disk.c_str(), 0755), 0);
  ASSERT_TRUE(a_.run({"mount", "-t", "tmpfs", "-o", "size=64k", "none", disk}).exit.succeeded());
  lab::Tap wire = client_.tap();
  const auto advertises = [&] {
    wire.clear();
    return lab::wait_until([&] {
      return wire.count(
                 [](const auto& frame) { return is_advertisement_of(frame, "10.0.0.11"); }) >= 20;
    });
  };
  // The log is a file on the full disk.
  one_ = &a_.start({"/bin/sh", "-c",
                    fmt::format("exec {} -n -l --debug -f {} --pid={}/pid 2>{}/log",
                                lab::built("holdfastd"), file, disk, disk)});
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); }));
  a_.run({"/bin/sh", "-c", "cat /dev/zero >" + disk + "/rest"});
  for (int i = 0; i < 50; ++i) one_->send(i % 2 == 0 ? SIGUSR1 : SIGHUP);
  EXPECT_TRUE(advertises());
  one_->send(SIGTERM);
  ASSERT_TRUE(one_->wait().has_value());
  // The log is a pipe that nobody reads.
  const std::string pipe = a_.directory() + "/pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  one_ = &a_.start({"/bin/sh", "-c",
                    fmt::format("exec {} -n -l --debug -f {} --pid={}/pid 2<>{}",
                                lab::built("holdfastd"), file, a_.directory(), pipe)});
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); }));
  for (int i = 0; i < 2000; ++i) one_->send(i % 2 == 0 ? SIGUSR1 : SIGHUP);
  EXPECT_TRUE(advertises());
  one_->send(SIGTERM);
  const auto exit = one_->wait();
  ASSERT_TRUE(exit.has_value());
  EXPECT_FALSE(holds(a_));
}

// /dev/log is there and its reader is stuck.
TEST_F(Rough, ASyslogThatDoesNotReadStopsNothing) {
  const std::string devices = a_.directory() + "/dev";
  ASSERT_EQ(mkdir(devices.c_str(), 0755), 0);
  a_.write("dev/null", "");
  ASSERT_TRUE(a_.run({"mount", "--bind", "/dev/null", devices + "/null"}).exit.succeeded());
  ASSERT_TRUE(a_.run({"mount", "--rbind", devices, "/dev"}).exit.succeeded());
  const io::Descriptor log(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = "/dev/log"};
  ASSERT_EQ(bind(log.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  one_ = &a_.start({"holdfastd", "-n", "-f", a_.write("holdfast.conf", config({})),
                    "--pid=" + a_.directory() + "/pid"});
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); }));
  lab::Tap wire = client_.tap();
  for (int i = 0; i < 2000; ++i) one_->send(SIGUSR1);
  EXPECT_TRUE(lab::wait_until([&] {
    return wire.count([](const auto& frame) { return is_advertisement_of(frame, "10.0.0.11"); }) >=
           20;
  }));
  one_->send(SIGTERM);
  ASSERT_TRUE(one_->wait().has_value());
  EXPECT_FALSE(holds(a_));
  a_.run({"umount", "--lazy", "/dev"});
}

}  // namespace
