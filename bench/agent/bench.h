// holdfastd beside Debian's keepalived: the same files, the same network, in turns.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/figures.h"
#include "lab/lab.h"

namespace bench {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

inline const std::string kOurs = "holdfastd";
inline const std::string kTheirs = "keepalived";

struct Options {
  bool is_quick = false;
  int repeat() const { return is_quick ? 2 : 5; }
  std::string only = {};  // part of a section's name
};

// Routers on several wires, at most 250 on each.
struct Routers {
  int count = 1;
  double interval = 1;  // seconds
  int priority = 100;
  int addresses_each = 1;
  bool is_grouped = false;
};
std::string config(const Routers& routers);
int wires(const Routers& routers);
net::IpAddress address(int router, int number, const Routers& routers);
// The wait of a backup before it speaks.
Milliseconds down_time(double interval, int priority);

// Two hosts with as many wires between them as needed (eth0 goes through the switch, where the
// client is), and a client.
class Site {
 public:
  explicit Site(int wires);
  lab::Program& start(const std::string& contender, lab::Host& host, const std::string& text,
                      const std::vector<std::string>& more = {});
  std::vector<std::unique_ptr<lab::Tap>> taps(const lab::Host& host) const;

  lab::Network network;
  lab::Host& a = network.add_host("a", "10.0.0.11/24");
  lab::Host& b = network.add_host("b", "10.0.0.12/24");
  lab::Host& client = network.add_host("client", "10.0.0.99/24");

 private:
  int wires_;
};

// An advertisement, as it passed.
struct Seen {
  Clock::time_point time;
  net::IpAddress source;
  int vrid = 0;
  int priority = 0;
};
std::vector<Seen> advertisements(lab::Tap& tap);
std::optional<Clock::time_point> first_of(const std::vector<Seen>& all, std::string_view source,
                                          Clock::time_point from = {});
std::optional<Clock::time_point> last_of(const std::vector<Seen>& all, std::string_view source);

// All processes of a program, which has a process group of its own.
struct Usage {
  Milliseconds processor{};
  double pss_kb = 0;
};
Usage usage(const lab::Program& program);

bool is_active(const lab::Host& host, const Routers& routers);
bool wait_until_active(const lab::Host& active, const lab::Host& backup, const Routers& routers);

// The sections.
void failover(const Options& options, Table& table);
void two_owners(const Options& options, Table& table);
void load(const Options& options, Table& table);
void bulk(const Options& options, Table& table);
void stress(const Options& options, Table& table);
void soak(std::chrono::seconds duration);

}  // namespace bench
