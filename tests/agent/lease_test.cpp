// What the kernel does with the addresses of a holdfastd that was killed or stopped.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/socket.h>
#include <sys/un.h>

#include <csignal>
#include <cstddef>

#include "agent/asking.h"
#include "agent/setup.h"
#include "net/ipv4_header.h"

namespace {

using agent_test::Asking;
using agent_test::becomes_the_one;
using agent_test::config;
using agent_test::holds;
using agent_test::kVirtual;
using agent_test::start_holdfastd;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

// What is promised. The kernel ends a lease, so a loaded machine makes it shorter, not longer.
constexpr std::chrono::duration<double, std::milli> kTwoOwners = 50ms;

class Lease : public lab::Test {
 protected:
  void TearDown() override {
    if (!HasFailure()) return;
    if (one_ != nullptr) std::cerr << "--- one\n" << one_->output();
    if (two_ != nullptr) std::cerr << "--- two\n" << two_->output();
  }

  // a is active, b its backup, and the client has had an answer.
  void settle(const std::string& more = {}) {
    one_ = &start_holdfastd(a_, config({.priority = 254, .more = more}));
    ASSERT_TRUE(lab::wait_until([&] { return holds(a_); }));
    two_ = &start_holdfastd(b_, config({.priority = 253, .more = more}));
    ASSERT_TRUE(becomes_the_one(a_, b_));
    ASSERT_TRUE(lab::wait_until([&] { return two_->said("to=backup"); }));
    ASSERT_TRUE(asking_.ask_until([&] { return asking_.is_answered_by(a_.mac()); }));
  }

  std::string tables(const lab::Host& host) const {
    const auto listed = host.run({"nft", "list", "ruleset"});
    EXPECT_TRUE(listed.exit.succeeded()) << listed.errors;
    return listed.output;
  }

  lab::Network network_;
  lab::Host& a_ = network_.add_host("a", "10.0.0.11/24");
  lab::Host& b_ = network_.add_host("b", "10.0.0.12/24");
  lab::Host& client_ = network_.add_host("client", "10.0.0.99/24");
  Asking asking_{client_, "10.0.0.99", kVirtual};
  lab::Program* one_ = nullptr;
  lab::Program* two_ = nullptr;
};

TEST_F(Lease, AfterAKillTheAddressAnswersNobodyWhenThePeerTakesOver) {
  settle();
  EXPECT_THAT(tables(a_), HasSubstr("table inet holdfast_lease_0"));
  one_->kill();
  ASSERT_TRUE(asking_.ask_until([&] { return asking_.is_answered_by(b_.mac()); }));
  asking_.ask_for(300ms);
  EXPECT_LT(asking_.overlap(a_.mac(), b_.mac()), kTwoOwners);
  EXPECT_TRUE(holds(a_));  // is configured, and silent
  // Who comes back takes away what the killed one left.
  one_ = &start_holdfastd(a_, config({.priority = 100}));
  ASSERT_TRUE(lab::wait_until([&] { return one_->said("to=backup"); }));
  EXPECT_TRUE(one_->said("lease.left_over table=holdfast_lease_0"));
  EXPECT_FALSE(holds(a_));
  two_->send(SIGTERM);
  ASSERT_TRUE(asking_.ask_until([&] { return asking_.is_answered_by(a_.mac()); }));
  one_->send(SIGTERM);
  ASSERT_TRUE(one_->wait().has_value());
  EXPECT_EQ(tables(a_), "");
}

TEST_F(Lease, AStoppedRouterFallsSilentAndYieldsWithoutABurstWhenItGoesOn) {
  settle("nopreempt");
  one_->send(SIGSTOP);
  ASSERT_TRUE(asking_.ask_until([&] { return asking_.is_answered_by(b_.mac()); }));
  asking_.ask_for(5s);  // as long as a machine may be busy elsewhere
  EXPECT_LT(asking_.overlap(a_.mac(), b_.mac()), kTwoOwners);
  asking_.tap().clear();
  one_->send(SIGCONT);
  ASSERT_TRUE(lab::wait_until([&] { return !holds(a_); }));
  asking_.ask_for(500ms);
  const auto source = net::IpAddress::parse("10.0.0.11").value();
  EXPECT_EQ(asking_.tap().count([&](const lab::Frame& frame) {
    if (frame.bytes.size() < 34 || frame.bytes[12] != 0x08 || frame.bytes[13] != 0) return false;
    return net::IpAddress::from_bytes(std::span(frame.bytes).subspan(26, 4)) == source;
  }),
            0U);
  EXPECT_FALSE(two_->said("from=active"));
  for (const Asking::Answer& answer : asking_.answers()) EXPECT_EQ(answer.from, b_.mac());
}

TEST_F(Lease, OverIpv6TheAddressIsNoNeighbourAnyMore) {
  std::string text = config({});
  text.replace(text.find("10.0.0.50/24"), 12, "fe80::50/64\n2001:db8::50/64");
  one_ = &start_holdfastd(a_, text);
  client_.run({"ip", "address", "add", "2001:db8::99/64", "dev", "eth0", "nodad"});
  ASSERT_TRUE(lab::wait_until([&] { return client_.reaches("2001:db8::50"); }));
  one_->kill();
  ASSERT_TRUE(a_.has_address("2001:db8::50"));
  EXPECT_TRUE(lab::wait_until([&] { return !client_.reaches("2001:db8::50"); }));
  client_.run({"ip", "neighbour", "flush", "to", "2001:db8::50"});
  EXPECT_FALSE(client_.reaches("2001:db8::50"));
  const auto known = client_.run({"ip", "neighbour", "show", "to", "2001:db8::50"}).output;
  EXPECT_THAT(known, Not(HasSubstr("lladdr")));
}

TEST_F(Lease, AFirewallThatRemovesEverythingIsAnsweredWithinAnInterval) {
  one_ = &start_holdfastd(a_, config({}));
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); }));
  ASSERT_TRUE(a_.run({"nft", "flush", "ruleset"}).exit.succeeded());
  ASSERT_TRUE(lab::wait_until([&] { return one_->said("lease.restored"); }));
  EXPECT_THAT(tables(a_), HasSubstr(std::string(kVirtual)));
  EXPECT_TRUE(client_.reaches(kVirtual));
  EXPECT_FALSE(one_->said("from=active"));
}

TEST_F(Lease, TwoDaemonsOfOneNamespaceHaveTheirOwnAndOneMayHaveNone) {
  one_ = &start_holdfastd(a_, config({}));
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); }));
  std::string other = config({});
  other.replace(other.find("router_id 51"), 12, "router_id 52");
  other.replace(other.find("10.0.0.50"), 9, "10.0.0.60");
  const std::string pid = "--pid=" + a_.directory() + "/second.pid";
  two_ = &a_.start({"holdfastd", "-n", "-l", "-f", a_.write("second.conf", other), pid});
  ASSERT_TRUE(lab::wait_until([&] { return a_.has_address("10.0.0.60"); }));
  EXPECT_THAT(tables(a_), HasSubstr("holdfast_lease_1"));
  two_->send(SIGTERM);
  ASSERT_TRUE(two_->wait().has_value());
  EXPECT_THAT(tables(a_), Not(HasSubstr("holdfast_lease_1")));
  EXPECT_THAT(tables(a_), HasSubstr("holdfast_lease_0"));
  two_ = &a_.start(
      {"holdfastd", "-n", "-l", "--no-address-lease", "-f", a_.directory() + "/second.conf", pid});
  ASSERT_TRUE(lab::wait_until([&] { return a_.has_address("10.0.0.60"); }));
  EXPECT_THAT(tables(a_), Not(HasSubstr("holdfast_lease_1")));
}

TEST_F(Lease, WhereThereCanBeNoneAWarningSaysSoAndTheRouterRuns) {
  // As many as may be: all names are taken.
  std::vector<io::Descriptor> taken;
  a_.space().inside([&] {
    for (int i = 0; i < 64; ++i) {
      taken.emplace_back(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
      sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
      const std::string name = fmt::format("holdfast_lease_{}", i);
      name.copy(address.sun_path + 1, sizeof address.sun_path - 1);
      const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
      ASSERT_EQ(bind(taken.back().get(), reinterpret_cast<const sockaddr*>(&address), size), 0);
    }
  });
  one_ = &start_holdfastd(a_, config({}));
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); }));
  EXPECT_TRUE(one_->said("warning lease.unavailable"));
  EXPECT_TRUE(client_.reaches(kVirtual));
  EXPECT_EQ(tables(a_), "");
}

TEST_F(Lease, AReloadKeepsTheLeaseAndChangesItsAddresses) {
  one_ = &start_holdfastd(a_, config({}));
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); }));
  std::string more = config({});
  more.insert(more.find("10.0.0.50/24"), "10.0.0.60/24\n");
  a_.write("holdfast.conf", more);
  one_->send(SIGHUP);
  ASSERT_TRUE(lab::wait_until([&] { return a_.has_address("10.0.0.60"); }));
  EXPECT_THAT(tables(a_), HasSubstr("10.0.0.60"));
  EXPECT_TRUE(client_.reaches("10.0.0.60"));
  a_.write("holdfast.conf", config({.interval = "0.5"}));
  one_->send(SIGHUP);
  ASSERT_TRUE(lab::wait_until([&] { return !a_.has_address("10.0.0.60"); }));
  EXPECT_THAT(tables(a_), Not(HasSubstr("10.0.0.60")));
  EXPECT_TRUE(client_.reaches(kVirtual));
  EXPECT_FALSE(one_->said("from=active"));
}

}  // namespace
