#include "netlink/control.h"

#include <fmt/format.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>

#include <cerrno>
#include <utility>

#include "netlink/select.h"
#include "netlink/wire.h"

namespace netlink {
namespace {

ifinfomsg link_header(InterfaceIndex index, unsigned flags = 0, unsigned mask = 0) {
  ifinfomsg header{};
  header.ifi_family = AF_UNSPEC;
  header.ifi_index = static_cast<int>(index.value);
  header.ifi_flags = flags;
  header.ifi_change = mask;
  return header;
}

void put_namespace(wire::Message& message, const Namespace& where) {
  if (const auto* fd = std::get_if<NamespaceFd>(&where))
    message.put(IFLA_NET_NS_FD, static_cast<std::uint32_t>(fd->fd));
  else
    message.put(IFLA_NET_NS_PID, static_cast<std::uint32_t>(std::get<NamespaceOfPid>(where).pid));
}

void put_end(wire::Message& message, const VethEnd& end) {
  message.put(IFLA_IFNAME, end.name);
  if (end.mac) message.put(IFLA_ADDRESS, end.mac->bytes());
  if (end.mtu) message.put(IFLA_MTU, *end.mtu);
  if (end.in) put_namespace(message, *end.in);
}

wire::Message new_link() {
  wire::Message message(RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
  message.header(link_header({}));
  return message;
}

wire::Message change_link(InterfaceIndex index) {
  wire::Message message(RTM_SETLINK, NLM_F_ACK);
  message.header(link_header(index));
  return message;
}

bool is_name(const std::string& name) {
  return !name.empty() && name.size() < IFNAMSIZ &&
         name.find_first_of("/ \t\n:") == std::string::npos;
}

base::Result<> check_name(const std::string& name) {
  if (is_name(name)) return {};
  return base::fail(base::Kind::Invalid, fmt::format("'{}' is not a name for an interface", name),
                    fmt::format("1 to {} characters, no '/', ':' or white space", IFNAMSIZ - 1));
}

}  // namespace

struct Control::Impl {
  explicit Impl(wire::Socket opened) : socket(std::move(opened)) {}

  base::Result<> ask(std::string_view doing, wire::Message message) {
    const auto answer = answer_to(doing, std::move(message));
    if (!answer) return std::unexpected(answer.error());
    if (answer->error != 0) return std::unexpected(wire::to_error(doing, *answer));
    return {};
  }

  base::Result<> ask(std::string_view doing, const Request& request) {
    const auto answer = answer_to(doing, wire::message_for(request));
    if (!answer) return std::unexpected(answer.error());
    if (wire::is_failure(request, *answer)) return std::unexpected(wire::to_error(doing, *answer));
    return {};
  }

  base::Result<wire::Answer> answer_to(std::string_view doing, wire::Message message) {
    const std::uint32_t sequence = socket.next_sequence();
    message.set_sequence(sequence);
    if (const int failed = socket.send(message.bytes()); failed != 0)
      return std::unexpected(base::system_error(doing, failed));
    std::optional<wire::Answer> answer;
    while (!answer) {
      const auto read = socket.receive(true, [&](const nlmsghdr& header) {
        auto parsed = wire::parse_answer(header);
        if (parsed && parsed->sequence == sequence) answer = std::move(parsed);
      });
      if (read == wire::Socket::Read::Failed)
        return std::unexpected(base::system_error(doing, errno));
    }
    return std::move(*answer);
  }

  // All that the kernel has of one kind; again if it changed under our hands.
  base::Result<> dump(int type, const std::function<void()>& restart,
                      const std::function<void(const nlmsghdr&)>& each) {
    for (int attempt = 0; attempt < 20; ++attempt) {
      restart();
      wire::Message message = wire::dump_request(type);
      const std::uint32_t sequence = socket.next_sequence();
      message.set_sequence(sequence);
      if (const int failed = socket.send(message.bytes()); failed != 0)
        return std::unexpected(base::system_error("cannot ask the kernel for a list", failed));
      bool is_done = false;
      bool is_consistent = true;
      while (!is_done) {
        const auto read = socket.receive(true, [&](const nlmsghdr& header) {
          if (header.nlmsg_seq != sequence) return;
          if ((header.nlmsg_flags & NLM_F_DUMP_INTR) != 0) is_consistent = false;
          if (header.nlmsg_type == NLMSG_DONE || header.nlmsg_type == NLMSG_ERROR)
            is_done = true;
          else
            each(header);
        });
        if (read == wire::Socket::Read::Failed)
          return std::unexpected(base::system_error("cannot read the kernel's list", errno));
      }
      if (is_consistent) return {};
    }
    return base::fail(base::Kind::Unavailable, "the kernel's list changes faster than it is read");
  }

  wire::Socket socket;
};

Control::Control(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Control::Control(Control&&) noexcept = default;
Control& Control::operator=(Control&&) noexcept = default;
Control::~Control() = default;

base::Result<Control> Control::open() {
  auto socket = wire::Socket::open();
  if (!socket) return std::unexpected(socket.error());
  return Control(std::make_unique<Impl>(std::move(*socket)));
}

base::Result<std::vector<Link>> Control::links() {
  std::vector<Link> links;
  const auto done = impl_->dump(
      RTM_GETLINK, [&] { links.clear(); },
      [&](const nlmsghdr& header) {
        if (auto link = wire::parse_link(header)) links.push_back(std::move(*link));
      });
  if (!done) return std::unexpected(done.error());
  return links;
}

base::Result<std::vector<Address>> Control::addresses() {
  std::vector<Address> addresses;
  const auto done = impl_->dump(
      RTM_GETADDR, [&] { addresses.clear(); },
      [&](const nlmsghdr& header) {
        if (auto address = wire::parse_address(header)) addresses.push_back(std::move(*address));
      });
  if (!done) return std::unexpected(done.error());
  return addresses;
}

base::Result<Link> Control::link(std::string_view name) {
  const auto all = links();
  if (!all) return std::unexpected(all.error());
  if (const Link* found = find(*all, name)) return *found;
  return base::fail(base::Kind::NotFound, fmt::format("there is no interface {}", name));
}

base::Result<Link> Control::link(InterfaceIndex index) {
  const auto all = links();
  if (!all) return std::unexpected(all.error());
  if (const Link* found = find(*all, index)) return *found;
  return base::fail(base::Kind::NotFound,
                    fmt::format("there is no interface with index {}", index.value));
}

base::Result<InterfaceIndex> Control::create_bridge(const std::string& name,
                                                    const BridgeOptions& options) {
  if (const auto valid = check_name(name); !valid) return std::unexpected(valid.error());
  wire::Message message = new_link();
  message.put(IFLA_IFNAME, name);
  if (options.mac) message.put(IFLA_ADDRESS, options.mac->bytes());
  if (options.mtu) message.put(IFLA_MTU, *options.mtu);
  {
    const wire::Message::Nest info(message, IFLA_LINKINFO);
    message.put(IFLA_INFO_KIND, std::string_view("bridge"));
    const wire::Message::Nest data(message, IFLA_INFO_DATA);
    message.put(IFLA_BR_STP_STATE, std::uint32_t{options.spanning_tree});
    message.put_byte(IFLA_BR_MCAST_SNOOPING, options.multicast_snooping ? 1 : 0);
  }
  const auto made = impl_->ask(fmt::format("cannot create bridge {}", name), std::move(message));
  if (!made) return std::unexpected(made.error());
  const auto created = link(name);
  if (!created) return std::unexpected(created.error());
  return created->index;
}

base::Result<InterfaceIndex> Control::create_macvlan(const std::string& name,
                                                     const MacvlanOptions& options) {
  if (const auto valid = check_name(name); !valid) return std::unexpected(valid.error());
  wire::Message message = new_link();
  message.put(IFLA_IFNAME, name);
  message.put(IFLA_LINK, options.base.value);
  message.put(IFLA_ADDRESS, options.mac.bytes());
  if (options.link_group) message.put(IFLA_GROUP, *options.link_group);
  {
    const wire::Message::Nest info(message, IFLA_LINKINFO);
    message.put(IFLA_INFO_KIND, std::string_view("macvlan"));
    const wire::Message::Nest data(message, IFLA_INFO_DATA);
    message.put(IFLA_MACVLAN_MODE, std::uint32_t{MACVLAN_MODE_BRIDGE});
  }
  const auto made = impl_->ask(fmt::format("cannot create macvlan {}", name), std::move(message));
  if (!made) return std::unexpected(made.error());
  const auto created = link(name);
  if (!created) return std::unexpected(created.error());
  if (!options.alias.empty()) {
    wire::Message naming = change_link(created->index);
    naming.put(IFLA_IFALIAS, options.alias);
    const auto named = impl_->ask(fmt::format("cannot name {}", name), std::move(naming));
    if (!named) return std::unexpected(named.error());
  }
  return created->index;
}

base::Result<> Control::set_bridge_mode(InterfaceIndex macvlan) {
  wire::Message message(RTM_NEWLINK, NLM_F_ACK);  // RTM_SETLINK passes over what a kind has
  message.header(link_header(macvlan));
  {
    const wire::Message::Nest info(message, IFLA_LINKINFO);
    message.put(IFLA_INFO_KIND, std::string_view("macvlan"));
    const wire::Message::Nest data(message, IFLA_INFO_DATA);
    message.put(IFLA_MACVLAN_MODE, std::uint32_t{MACVLAN_MODE_BRIDGE});
  }
  return impl_->ask("cannot change the mode of a macvlan", std::move(message));
}

base::Result<> Control::create_veth(const VethEnd& near, const VethEnd& far) {
  for (const VethEnd* end : {&near, &far})
    if (const auto valid = check_name(end->name); !valid) return valid;
  wire::Message message = new_link();
  put_end(message, near);
  {
    const wire::Message::Nest info(message, IFLA_LINKINFO);
    message.put(IFLA_INFO_KIND, std::string_view("veth"));
    const wire::Message::Nest data(message, IFLA_INFO_DATA);
    const wire::Message::Nest peer(message, VETH_INFO_PEER);
    message.header(link_header({}));
    put_end(message, far);
  }
  return impl_->ask(fmt::format("cannot create veth pair {}, {}", near.name, far.name),
                    std::move(message));
}

base::Result<> Control::delete_link(InterfaceIndex index) {
  wire::Message message(RTM_DELLINK, NLM_F_ACK);
  message.header(link_header(index));
  return impl_->ask(fmt::format("cannot delete interface {}", index.value), std::move(message));
}

base::Result<> Control::set_flags(InterfaceIndex index, unsigned flags, unsigned mask) {
  wire::Message message(RTM_SETLINK, NLM_F_ACK);
  message.header(link_header(index, flags, mask));
  return impl_->ask(
      fmt::format("cannot set interface {} {}", index.value, flags != 0 ? "up" : "down"),
      std::move(message));
}

base::Result<> Control::set_up(InterfaceIndex index) {
  return set_flags(index, IFF_UP, IFF_UP);
}
base::Result<> Control::set_down(InterfaceIndex index) {
  return set_flags(index, 0, IFF_UP);
}

base::Result<> Control::set_master(InterfaceIndex index, InterfaceIndex bridge) {
  wire::Message message = change_link(index);
  message.put(IFLA_MASTER, bridge.value);
  return impl_->ask(fmt::format("cannot make interface {} a port of {}", index.value, bridge.value),
                    std::move(message));
}

base::Result<> Control::clear_master(InterfaceIndex index) {
  return set_master(index, {0});
}

base::Result<> Control::set_mac(InterfaceIndex index, const net::MacAddress& mac) {
  wire::Message message = change_link(index);
  message.put(IFLA_ADDRESS, mac.bytes());
  return impl_->ask(fmt::format("cannot set the MAC of interface {}", index.value),
                    std::move(message));
}

base::Result<> Control::set_mtu(InterfaceIndex index, std::uint32_t mtu) {
  wire::Message message = change_link(index);
  message.put(IFLA_MTU, mtu);
  return impl_->ask(fmt::format("cannot set the MTU of interface {}", index.value),
                    std::move(message));
}

base::Result<> Control::rename(InterfaceIndex index, const std::string& name) {
  if (const auto valid = check_name(name); !valid) return valid;
  wire::Message message = change_link(index);
  message.put(IFLA_IFNAME, name);
  return impl_->ask(fmt::format("cannot rename interface {} to {}", index.value, name),
                    std::move(message));
}

base::Result<> Control::move_to_namespace(InterfaceIndex index, const Namespace& to) {
  wire::Message message = change_link(index);
  put_namespace(message, to);
  return impl_->ask(fmt::format("cannot move interface {} to another namespace", index.value),
                    std::move(message));
}

base::Result<> Control::add_address(InterfaceIndex index, const net::Prefix& address) {
  Address added{.interface = index, .prefix = address};
  if (address.address().is_v4() && address.length() < 31) added.broadcast = address.last();
  return impl_->ask(fmt::format("cannot add {} to interface {}", to_string(address), index.value),
                    Request{Request::What::Add, std::move(added)});
}

base::Result<> Control::remove_address(InterfaceIndex index, const net::Prefix& address) {
  return impl_->ask(
      fmt::format("cannot remove {} from interface {}", to_string(address), index.value),
      Request{Request::What::Remove, Address{.interface = index, .prefix = address}});
}

base::Result<> Control::add_route(const Route& route) {
  return impl_->ask(fmt::format("cannot add the route {}", to_string(route)),
                    wire::route_message(RTM_NEWROUTE, route));
}

}  // namespace netlink
