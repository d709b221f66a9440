// A client that sends an echo request every quarter of a millisecond and notes which were answered.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <functional>
#include <thread>
#include <vector>

#include "agent/bench.h"
#include "net/checksum.h"

namespace bench {

class Pinging {
 public:
  static constexpr auto kPeriod = std::chrono::microseconds(250);

  Pinging(const lab::Host& client, const net::IpAddress& wanted) {
    client.space().inside([&] {
      socket_ =
          io::Descriptor(::socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMP));
    });
    to_.sin_family = AF_INET;
    to_.sin_addr.s_addr = htonl(wanted.v4_value());
  }

  // Until the condition holds, which is asked every few milliseconds.
  // `wire`, if any, is read meanwhile: the kernel keeps only so many frames for it.
  bool until(const std::function<bool()>& condition, std::chrono::milliseconds at_most,
             lab::Tap* wire = nullptr) {
    const auto end = Clock::now() + at_most;
    auto next = Clock::now();
    for (int i = 0; Clock::now() < end; ++i) {
      send();
      receive();
      if (wire != nullptr) wire->frames();
      if (i % 20 == 0 && condition()) return true;
      next += kPeriod;
      std::this_thread::sleep_until(next);
    }
    return false;
  }
  void during(std::chrono::milliseconds time, lab::Tap* wire = nullptr) {
    until([] { return false; }, time, wire);
  }

  std::size_t answered() const { return answered_; }
  // The longest time in which requests got no answer; requests that came back late do not count,
  // nor does time in which this client itself did not get the processor and asked nothing.
  Milliseconds outage() const {
    Milliseconds longest{};
    const Request* lost = nullptr;  // the first one since the last answer
    for (const Request& request : requests_) {
      if (!request.is_answered) {
        if (lost == nullptr) lost = &request;
      } else if (lost != nullptr) {
        longest = std::max<Milliseconds>(longest, request.sent - lost->sent);
        lost = nullptr;
      }
    }
    if (lost != nullptr)  // to the end
      longest = std::max<Milliseconds>(longest, requests_.back().sent - lost->sent);
    return longest;
  }
  void forget() { requests_.clear(), first_ = next_; }

 private:
  struct Request {
    Clock::time_point sent;
    bool is_answered = false;
  };

  void send() {
    icmphdr header{};
    header.type = ICMP_ECHO;
    header.un.echo.id = htons(0x4846);
    header.un.echo.sequence = htons(next_);
    std::array<std::uint8_t, sizeof header> bytes;
    std::memcpy(bytes.data(), &header, sizeof header);
    header.checksum = htons(net::InternetChecksum().add(bytes).value());
    requests_.push_back({.sent = Clock::now()});
    ++next_;
    sendto(socket_.get(), &header, sizeof header, 0, reinterpret_cast<const sockaddr*>(&to_),
           sizeof to_);
  }

  void receive() {
    std::array<std::uint8_t, 256> bytes;
    for (;;) {
      const ssize_t got = recv(socket_.get(), bytes.data(), bytes.size(), 0);
      if (got < 0) return;
      if (got < 28 || bytes[20] != ICMP_ECHOREPLY || bytes[24] != 0x48) continue;
      // Kept in network order with the identifier.
      const auto sequence = static_cast<std::uint16_t>(bytes[26] << 8 | bytes[27]);
      const auto index = static_cast<std::uint16_t>(sequence - first_);
      if (index >= requests_.size()) continue;
      Request& request = requests_[index];
      if (Clock::now() - request.sent > std::chrono::milliseconds(20)) continue;
      request.is_answered = true;
      ++answered_;
    }
  }

  io::Descriptor socket_;
  sockaddr_in to_{};
  std::vector<Request> requests_;
  std::uint16_t first_ = 0;
  std::uint16_t next_ = 0;
  std::size_t answered_ = 0;
};

}  // namespace bench
