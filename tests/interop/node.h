// One router of a cell: a host and the daemon that runs in it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "interop/cells.h"
#include "lab/lab.h"

namespace interop {

inline constexpr std::string_view kVirtualIpv4 = "10.0.0.50";
inline constexpr std::string_view kVirtualIpv6 = "2001:db8::50";
inline constexpr std::string_view kVirtualLinkLocal = "fe80::50";

inline constexpr int kFirstNumber = 11;  // of the first router

// "10.0.0.11" or "2001:db8::11" for 11.
std::string own_address(net::Family family, int number);
int prefix_length(net::Family family);
std::string_view virtual_address(net::Family family);

class Node {
 public:
  Node(const Cell& cell, lab::Host& host, int number) : cell_(cell), host_(host), number_(number) {}
  virtual ~Node() = default;

  virtual void start(int priority) = 0;
  virtual void stop() = 0;  // gracefully; returns when it has ended
  virtual bool is_active() const = 0;
  virtual bool has_become_backup() const = 0;  // since its start
  virtual std::string output() const = 0;      // of all its runs

  void power_off();
  // As after a boot: nothing is left of what ran before, and the link is there.
  void power_on();
  void set_peers(std::vector<int> numbers) { peers_ = std::move(numbers); }
  const lab::Host& host() const { return host_; }
  bool is_off() const { return is_off_; }

 protected:
  virtual void forget() = 0;  // programs have ended, and with them what they wrote
  virtual void clean() {}     // what a boot would have removed

  const Cell& cell_;
  lab::Host& host_;
  int number_;
  bool is_off_ = false;
  std::vector<int> peers_ = {};  // numbers of the others
};

std::unique_ptr<Node> make_keepalived_like(Kind kind, const Cell& cell, lab::Host& host,
                                           int number);
std::unique_ptr<Node> make_frr(const Cell& cell, lab::Host& host, int number);
// Why FRR's daemons cannot run here; nothing if they can. To be called once, before any of them.
std::optional<std::string> prepare_frr();

// Goes through all that the cell's routers can do to each other. What went wrong; empty if nothing.
std::string run(const Cell& cell);

}  // namespace interop
