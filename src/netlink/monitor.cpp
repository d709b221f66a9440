#include "netlink/monitor.h"

#include <linux/rtnetlink.h>

#include <algorithm>
#include <array>
#include <utility>

#include "netlink/control.h"
#include "netlink/select.h"
#include "netlink/wire.h"

namespace netlink {
namespace {

bool is_same(const Address& a, const Address& b) {
  return a.interface == b.interface && a.prefix == b.prefix;
}

}  // namespace

struct Monitor::Impl {
  Impl(wire::Socket opened, Control asked, Callback call)
      : socket(std::move(opened)), control(std::move(asked)), callback(std::move(call)) {}

  void read() {
    for (;;) {
      switch (socket.receive(false, [this](const nlmsghdr& header) { take(header); })) {
        case wire::Socket::Read::Data:
          continue;
        case wire::Socket::Read::Overrun:
          ++overruns;
          resynchronise();
          continue;
        case wire::Socket::Read::Nothing:
        case wire::Socket::Read::Failed:
          return;
      }
    }
  }

  void take(const nlmsghdr& header) {
    switch (header.nlmsg_type) {
      case RTM_NEWLINK:
        if (auto link = wire::parse_link(header)) have(std::move(*link));
        return;
      case RTM_DELLINK:
        if (const auto link = wire::parse_link(header)) lose(*link);
        return;
      case RTM_NEWADDR:
        if (auto address = wire::parse_address(header)) have(std::move(*address));
        return;
      case RTM_DELADDR:
        if (const auto address = wire::parse_address(header)) lose(*address);
        return;
      default:
        return;
    }
  }

  void have(Link link) {
    const auto known = std::ranges::find(links, link.index, &Link::index);
    if (known == links.end())
      links.push_back(link);
    else if (*known == link)
      return;  // said again for another reason
    else
      *known = link;
    callback(LinkChanged{std::move(link)});
  }

  void lose(const Link& link) {
    const auto known = std::ranges::find(links, link.index, &Link::index);
    if (known == links.end()) return;
    const Link last = std::move(*known);
    links.erase(known);
    callback(LinkGone{last});
  }

  void have(Address address) {
    const auto known =
        std::ranges::find_if(addresses, [&](const Address& a) { return is_same(a, address); });
    if (known == addresses.end())
      addresses.push_back(address);
    else if (*known == address)
      return;
    else
      *known = address;
    callback(AddressAdded{std::move(address)});
  }

  void lose(const Address& address) {
    const auto known =
        std::ranges::find_if(addresses, [&](const Address& a) { return is_same(a, address); });
    if (known == addresses.end()) return;
    const Address last = std::move(*known);
    addresses.erase(known);
    callback(AddressRemoved{last});
  }

  // What was there and is not in the new list is gone, the rest is new, changed or known.
  void resynchronise() {
    auto present_links = control.links();
    auto present_addresses = control.addresses();
    if (!present_links || !present_addresses) return;  // the next change tries again
    for (const Address& known : std::vector(addresses))
      if (std::ranges::none_of(*present_addresses, [&](auto& a) { return is_same(a, known); }))
        lose(known);
    for (const Link& known : std::vector(links))
      if (find(*present_links, known.index) == nullptr) lose(known);
    for (Link& link : *present_links) have(std::move(link));
    for (Address& address : *present_addresses) have(std::move(address));
  }

  wire::Socket socket;
  Control control;
  Callback callback;
  std::vector<Link> links;
  std::vector<Address> addresses;
  std::uint64_t overruns = 0;
  std::unique_ptr<io::Readable> readable;
};

Monitor::Monitor(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Monitor::~Monitor() = default;

base::Result<std::unique_ptr<Monitor>> Monitor::open(io::Loop& loop, Callback callback) {
  // Subscribed first, asked second: a change between the two is told twice, never lost.
  constexpr std::array kGroups{int{RTNLGRP_LINK}, int{RTNLGRP_IPV4_IFADDR},
                               int{RTNLGRP_IPV6_IFADDR}};
  auto socket = wire::Socket::open(kGroups);
  if (!socket) return std::unexpected(socket.error());
  auto control = Control::open();
  if (!control) return std::unexpected(control.error());
  auto links = control->links();
  if (!links) return std::unexpected(links.error());
  auto addresses = control->addresses();
  if (!addresses) return std::unexpected(addresses.error());
  auto impl = std::make_unique<Impl>(std::move(*socket), std::move(*control), std::move(callback));
  impl->links = std::move(*links);
  impl->addresses = std::move(*addresses);
  impl->readable =
      std::make_unique<io::Readable>(loop, impl->socket.fd(), [raw = impl.get()] { raw->read(); });
  return std::unique_ptr<Monitor>(new Monitor(std::move(impl)));
}

std::span<const Link> Monitor::links() const {
  return impl_->links;
}
std::span<const Address> Monitor::addresses() const {
  return impl_->addresses;
}
void Monitor::poll() {
  impl_->read();
}
std::uint64_t Monitor::overruns() const {
  return impl_->overruns;
}

}  // namespace netlink
