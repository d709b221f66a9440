// Gratuitous ARP as it passes on the wire: how often, how fast, and no more once the address is
// gone.
#include <gtest/gtest.h>

#include <csignal>

#include "agent/setup.h"
#include "net/arp.h"

namespace {

using agent_test::start_holdfastd;
using namespace std::chrono_literals;

std::string three_addresses(std::string_view globals, std::string_view more = "") {
  return fmt::format(
      "global_defs {{\n{}\n}}\nvrrp_instance VI_1 {{\ninterface eth0\nvirtual_router_id 51\n"
      "version 3\nadvert_int 0.1\n{}\n"
      "virtual_ipaddress {{\n10.0.0.50/24\n10.0.0.51/24\n10.0.0.52/24\n}}\n}}\n",
      globals, more);
}

class Announcing : public lab::Test {
 protected:
  void TearDown() override {
    if (HasFailure() && agent_ != nullptr) std::cerr << agent_->output();
  }
  std::size_t announcements() {
    return tap_.count([&](const lab::Frame& frame) {
      const auto arp = net::parse_arp(frame.bytes);
      return arp && arp->is_gratuitous() && arp->sender_mac == mac_;
    });
  }

  lab::Network network_;
  lab::Host& a_ = network_.add_host("a", "10.0.0.11/24");
  lab::Host& b_ = network_.add_host("b", "10.0.0.12/24");
  lab::Host& client_ = network_.add_host("client", "10.0.0.99/24");
  net::MacAddress mac_ = a_.mac();
  lab::Tap tap_ = client_.tap();
  lab::Program* agent_ = nullptr;
};

TEST_F(Announcing, RepeatsDelayAndRefreshAreTheFiles) {
  agent_ = &start_holdfastd(a_, three_addresses("",
                                                "garp_master_repeat 2\ngarp_master_delay 1\n"
                                                "garp_master_refresh 1"));
  ASSERT_TRUE(lab::wait_until([&] { return announcements() >= 3 * 2; }));
  const auto first = std::chrono::steady_clock::now();
  // A second later the second burst and the first refresh, and then a refresh a second.
  ASSERT_TRUE(lab::wait_until([&] { return announcements() >= 2 * 3 * 2 + 2 * 3; }));
  const auto seconds = (std::chrono::steady_clock::now() - first) / 1s + 1;
  EXPECT_LE(announcements(), 2 * 3 * 2 + 3 * static_cast<std::size_t>(seconds));
}

TEST_F(Announcing, AGarpIntervalKeepsThemApart) {
  const auto start = std::chrono::steady_clock::now();
  agent_ = &start_holdfastd(a_, three_addresses("vrrp_garp_interval 0.1"));
  ASSERT_TRUE(lab::wait_until([&] { return announcements() >= 3 * 5; }));
  EXPECT_GE(std::chrono::steady_clock::now() - start, 14 * 100ms);
}

TEST_F(Announcing, WhatWaitsIsNotSaidAnyMoreOnceTheAddressIsGone) {
  agent_ = &start_holdfastd(a_, three_addresses("vrrp_garp_interval 0.5"));
  ASSERT_TRUE(lab::wait_until([&] { return announcements() >= 1; }));
  lab::Program& better = start_holdfastd(b_, three_addresses("", "priority 200"));
  ASSERT_TRUE(lab::wait_until([&] { return agent_->said("cause=higher-priority"); }))
      << better.output();
  tap_.clear();
  EXPECT_TRUE(lab::holds_for(1200ms, [&] { return announcements() == 0; }));
}

}  // namespace
