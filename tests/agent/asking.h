// A client that asks by ARP who has an address, again and again, and notes who answered when.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <string_view>
#include <vector>

#include "lab/lab.h"
#include "net/arp.h"

namespace agent_test {

class Asking {
 public:
  using Instant = std::chrono::steady_clock::time_point;
  struct Answer {
    Instant time;
    net::MacAddress from;
  };

  Asking(const lab::Host& client, std::string_view own, std::string_view wanted)
      : tap_(client.tap()),
        question_(net::encode({.frame_source = client.mac(),
                               .frame_destination = net::MacAddress::broadcast(),
                               .sender_mac = client.mac(),
                               .sender_ip = net::IpAddress::parse(own).value(),
                               .target_mac = net::MacAddress({}),
                               .target_ip = net::IpAddress::parse(wanted).value()})),
        wanted_(net::IpAddress::parse(wanted).value()) {}

  void ask() { tap_.send(question_); }

  // Asks every few milliseconds until it holds.
  bool ask_until(const std::function<bool()>& condition,
                 std::chrono::milliseconds at_most = std::chrono::seconds(20)) {
    return lab::wait_until(
        [&] {
          ask();
          return condition();
        },
        at_most);
  }
  void ask_for(std::chrono::milliseconds time) {
    ask_until([] { return false; }, time);
  }

  // In the order of their time.
  std::vector<Answer> answers() {
    std::vector<Answer> out;
    for (const lab::Frame& frame : tap_.frames()) {
      if (frame.is_outgoing) continue;
      const auto arp = net::parse_arp(frame.bytes);
      if (arp && arp->operation == net::ArpOperation::Reply && arp->sender_ip == wanted_)
        out.push_back({frame.time, arp->sender_mac});
    }
    return out;
  }
  bool is_answered_by(const net::MacAddress& mac) {
    const auto all = answers();
    return !all.empty() && all.back().from == mac;
  }

  // How long the first went on answering after the second had begun; negative: nobody did for a
  // while.
  std::chrono::duration<double, std::milli> overlap(const net::MacAddress& first,
                                                    const net::MacAddress& second) {
    Instant last{};
    Instant begin = Instant::max();
    for (const Answer& answer : answers()) {
      if (answer.from == first) last = answer.time;
      if (answer.from == second) begin = std::min(begin, answer.time);
    }
    return last - begin;
  }

  lab::Tap& tap() { return tap_; }

 private:
  lab::Tap tap_;
  net::ArpFrame question_;
  net::IpAddress wanted_;
};

}  // namespace agent_test
