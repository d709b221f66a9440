#include "netlink/route_monitor.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <utility>

#include "netlink/wire.h"

namespace netlink {
namespace {

// The kernel copies to us only what is removed. A filter reads in network order.
bool hear_removals_only(int fd) {
  std::array<sock_filter, 5> program{{
      BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(nlmsghdr, nlmsg_type)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELROUTE), 1, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELRULE), 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
      BPF_STMT(BPF_RET | BPF_K, 0),
  }};
  const sock_fprog filter{program.size(), program.data()};
  return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) == 0;
}

}  // namespace

struct RouteMonitor::Impl {
  Impl(wire::Socket opened, Callback call) : socket(std::move(opened)), callback(std::move(call)) {}

  void read() {
    for (;;) {
      switch (socket.receive(false, [this](const nlmsghdr& header) { take(header); })) {
        case wire::Socket::Read::Data:
          continue;
        case wire::Socket::Read::Overrun:
          callback(AnythingRemoved{});
          continue;
        case wire::Socket::Read::Nothing:
        case wire::Socket::Read::Failed:
          return;
      }
    }
  }

  void take(const nlmsghdr& header) {
    if (header.nlmsg_type == RTM_DELROUTE) {
      if (auto route = wire::parse_route(header)) callback(RouteRemoved{std::move(*route)});
    } else if (header.nlmsg_type == RTM_DELRULE) {
      if (auto rule = wire::parse_rule(header)) callback(RuleRemoved{std::move(*rule)});
    }
  }

  wire::Socket socket;
  Callback callback;
  std::unique_ptr<io::Readable> readable;
};

RouteMonitor::RouteMonitor(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RouteMonitor::~RouteMonitor() = default;

base::Result<std::unique_ptr<RouteMonitor>> RouteMonitor::open(io::Loop& loop, Callback callback) {
  constexpr std::array kGroups{int{RTNLGRP_IPV4_ROUTE}, int{RTNLGRP_IPV6_ROUTE},
                               int{RTNLGRP_IPV4_RULE}, int{RTNLGRP_IPV6_RULE}};
  auto socket = wire::Socket::open(kGroups);
  if (!socket) return std::unexpected(socket.error());
  if (!hear_removals_only(socket->fd()))
    return std::unexpected(base::system_error("cannot filter the news of routes", errno));
  auto impl = std::make_unique<Impl>(std::move(*socket), std::move(callback));
  impl->readable =
      std::make_unique<io::Readable>(loop, impl->socket.fd(), [raw = impl.get()] { raw->read(); });
  return std::unique_ptr<RouteMonitor>(new RouteMonitor(std::move(impl)));
}

}  // namespace netlink
