// Links, addresses and routes, asked for and changed one at a time, each call waiting for the
// kernel's answer: for start-up, tools and the cloud's fabric, not for an event loop (Monitor and
// Requests are for that). A Control speaks to the network namespace that its thread was in
// when it was opened, wherever the thread goes later.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"
#include "netlink/route.h"
#include "netlink/types.h"

namespace netlink {

// Where a link goes: a descriptor of /proc/PID/ns/net or the like, or a process in that namespace.
struct NamespaceFd {
  int fd = -1;
};
struct NamespaceOfPid {
  int pid = 0;
};
using Namespace = std::variant<NamespaceFd, NamespaceOfPid>;

struct VethEnd {
  std::string name;
  std::optional<net::MacAddress> mac = {};  // nothing: the kernel makes one up
  std::optional<Namespace> in = {};         // nothing: the Control's own
  std::optional<std::uint32_t> mtu = {};    // nothing: 1500
};

struct BridgeOptions {
  bool multicast_snooping = false;  // on, the bridge drops groups whose members it has not heard
  bool spanning_tree = false;
  std::optional<net::MacAddress> mac = {};
  std::optional<std::uint32_t> mtu = {};
};

// In bridge mode: what comes from outside with its own MAC as the source, as from a peer with the
// same virtual MAC, still reaches the base.
struct MacvlanOptions {
  InterfaceIndex base;
  net::MacAddress mac;
  std::string alias = {};
  std::optional<std::uint32_t> link_group = {};
};

class Control {
 public:
  static base::Result<Control> open();
  Control(Control&&) noexcept;
  Control& operator=(Control&&) noexcept;
  ~Control();

  base::Result<std::vector<Link>> links();
  base::Result<Link> link(std::string_view name);  // NotFound names it
  base::Result<Link> link(InterfaceIndex index);
  base::Result<std::vector<Address>> addresses();

  base::Result<InterfaceIndex> create_bridge(const std::string& name,
                                             const BridgeOptions& options = {});
  base::Result<InterfaceIndex> create_macvlan(const std::string& name,
                                              const MacvlanOptions& options);
  base::Result<> set_bridge_mode(InterfaceIndex macvlan);
  // Both ends in one step, each already where it belongs.
  base::Result<> create_veth(const VethEnd& near, const VethEnd& far);
  base::Result<> delete_link(InterfaceIndex index);

  base::Result<> set_up(InterfaceIndex index);
  base::Result<> set_down(InterfaceIndex index);
  base::Result<> set_master(InterfaceIndex index, InterfaceIndex bridge);
  base::Result<> clear_master(InterfaceIndex index);
  base::Result<> set_mac(InterfaceIndex index, const net::MacAddress& mac);
  base::Result<> set_mtu(InterfaceIndex index, std::uint32_t mtu);
  base::Result<> rename(InterfaceIndex index, const std::string& name);  // the link must be down
  base::Result<> move_to_namespace(InterfaceIndex index, const Namespace& to);

  // Existing is success. Sets the network's broadcast address as `ip address add … brd +` does.
  base::Result<> add_address(InterfaceIndex index, const net::Prefix& address);
  base::Result<> remove_address(InterfaceIndex index,
                                const net::Prefix& address);  // absent: success
  base::Result<> add_route(const Route& route);  // replaces one to the same destination

 private:
  struct Impl;
  explicit Control(std::unique_ptr<Impl> impl);
  base::Result<> set_flags(InterfaceIndex index, unsigned flags, unsigned mask);
  std::unique_ptr<Impl> impl_;
};

}  // namespace netlink
