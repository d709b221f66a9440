#include "netlink/wire.h"

#include <fmt/format.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace netlink::wire {
namespace {

// Answers to a chunk of requests, or the news of a thousand addresses, wait in the kernel
// meanwhile.
constexpr int kReceiveBuffer = 4 << 20;

std::span<const std::uint8_t> bytes_of(const nlattr* attribute) {
  return {static_cast<const std::uint8_t*>(nla_data(attribute)),
          static_cast<std::size_t>(nla_len(attribute))};
}

std::string text_of(const nlattr* attribute) {
  const auto bytes = bytes_of(attribute);
  const auto end = std::find(bytes.begin(), bytes.end(), std::uint8_t{0});
  return {bytes.begin(), end};
}

std::optional<std::uint32_t> number_of(const nlattr* attribute) {
  if (attribute == nullptr || nla_len(attribute) < 4) return std::nullopt;
  return nla_get_u32(attribute);
}

std::optional<net::IpAddress> address_of(const nlattr* attribute) {
  if (attribute == nullptr) return std::nullopt;
  return net::IpAddress::from_bytes(bytes_of(attribute));
}

// Attributes by their number; those above the highest that we know are skipped.
template <std::size_t Count>
std::optional<std::array<nlattr*, Count>> attributes_of(const nlmsghdr& message, int header) {
  std::array<nlattr*, Count> found{};
  // libnl's parser takes its input by mutable pointer and does not change it.
  if (nlmsg_parse(const_cast<nlmsghdr*>(&message), header, found.data(),
                  static_cast<int>(Count) - 1, nullptr) < 0)
    return std::nullopt;
  return found;
}

}  // namespace

Message::Message(int type, int flags, std::size_t size) : message_(nlmsg_alloc_size(size)) {
  if (!message_) throw std::bad_alloc();
  nlmsg_put(message_.get(), NL_AUTO_PORT, 0, type, 0, NLM_F_REQUEST | flags);
}

void Message::Free::operator()(nl_msg* message) const {
  nlmsg_free(message);
}

void Message::append(std::span<const std::byte> bytes) {
  nlmsg_append(message_.get(), const_cast<std::byte*>(bytes.data()), bytes.size(), NLMSG_ALIGNTO);
}

void Message::put(int attribute, std::span<const std::uint8_t> bytes) {
  nla_put(message_.get(), attribute, static_cast<int>(bytes.size()), bytes.data());
}

void Message::put(int attribute, std::uint32_t value) {
  nla_put_u32(message_.get(), attribute, value);
}

void Message::put(int attribute, std::string_view text) {
  nla_put_string(message_.get(), attribute, std::string(text).c_str());
}

void Message::put_byte(int attribute, std::uint8_t value) {
  nla_put_u8(message_.get(), attribute, value);
}

Message::Nest::Nest(Message& message, int attribute)
    : message_(message), start_(nla_nest_start(message.message_.get(), attribute)) {}

Message::Nest::~Nest() {
  if (start_ != nullptr) nla_nest_end_keep_empty(message_.message_.get(), start_);
}

void Message::set_sequence(std::uint32_t sequence) {
  nlmsg_hdr(message_.get())->nlmsg_seq = sequence;
}

std::span<const std::uint8_t> Message::bytes() const {
  const nlmsghdr* header = nlmsg_hdr(message_.get());
  return {reinterpret_cast<const std::uint8_t*>(header), NLMSG_ALIGN(header->nlmsg_len)};
}

base::Result<Socket> Socket::open(std::span<const int> groups, int protocol) {
  nl_sock* raw = nl_socket_alloc();
  if (raw == nullptr) return base::fail(base::Kind::Io, "cannot allocate a netlink socket");
  Socket socket(raw);
  if (const int failed = nl_connect(raw, protocol); failed < 0)
    return base::fail(base::Kind::Io,
                      fmt::format("cannot open a netlink socket: {}", nl_geterror(failed)));
  for (const int group : groups)
    if (const int failed = nl_socket_add_membership(raw, group); failed < 0)
      return base::fail(base::Kind::Io, fmt::format("cannot subscribe to netlink group {}: {}",
                                                    group, nl_geterror(failed)));
  // The privileged form first: it may exceed net.core.rmem_max.
  if (setsockopt(socket.fd(), SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBuffer, sizeof kReceiveBuffer) !=
      0)
    setsockopt(socket.fd(), SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof kReceiveBuffer);
  const int on = 1;
  setsockopt(socket.fd(), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on);
  setsockopt(socket.fd(), SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on);
  return socket;
}

void Socket::Free::operator()(nl_sock* socket) const {
  nl_socket_free(socket);
}

int Socket::fd() const {
  return nl_socket_get_fd(socket_.get());
}

int Socket::send(std::span<const std::uint8_t> bytes) const {
  for (;;) {
    if (::send(fd(), bytes.data(), bytes.size(), 0) >= 0) return 0;
    if (errno != EINTR) return errno;
  }
}

Socket::Read Socket::receive(bool wait, const std::function<void(const nlmsghdr&)>& each) {
  ssize_t got = -1;
  do {
    got = recv(fd(), buffer_.get(), kBuffer, wait ? 0 : MSG_DONTWAIT);
  } while (got < 0 && errno == EINTR);
  if (got < 0) {
    if (errno == EAGAIN) return Read::Nothing;
    return errno == ENOBUFS ? Read::Overrun : Read::Failed;
  }
  int left = static_cast<int>(got);
  for (auto* header = reinterpret_cast<nlmsghdr*>(buffer_.get()); nlmsg_ok(header, left);
       header = nlmsg_next(header, &left))
    each(*header);
  return Read::Data;
}

std::optional<Answer> parse_answer(const nlmsghdr& message) {
  if (message.nlmsg_type != NLMSG_ERROR || nlmsg_datalen(&message) < int{sizeof(nlmsgerr)})
    return std::nullopt;
  const auto* error = static_cast<const nlmsgerr*>(nlmsg_data(&message));
  Answer answer{.sequence = message.nlmsg_seq, .error = -error->error};
  if ((message.nlmsg_flags & NLM_F_ACK_TLVS) == 0) return answer;
  // With NETLINK_CAP_ACK only the header of the request is repeated, except in errors of old
  // kernels, which the flag tells.
  const std::size_t repeated =
      (message.nlmsg_flags & NLM_F_CAPPED) != 0 ? 0 : error->msg.nlmsg_len - sizeof(nlmsghdr);
  const std::size_t start = sizeof(nlmsgerr) + NLMSG_ALIGN(repeated);
  const std::size_t size = static_cast<std::size_t>(nlmsg_datalen(&message));
  if (start >= size) return answer;
  const auto* first = reinterpret_cast<const nlattr*>(
      static_cast<const std::uint8_t*>(nlmsg_data(&message)) + start);
  if (const nlattr* text = nla_find(first, static_cast<int>(size - start), NLMSGERR_ATTR_MSG))
    answer.text = text_of(text);
  return answer;
}

base::Error to_error(std::string_view doing, const Answer& answer) {
  base::Error error = base::system_error(doing, answer.error);
  if (!answer.text.empty()) error.what += fmt::format(" ({})", answer.text);
  return error;
}

namespace {

void parse_kind(nlattr* information, Link& link) {
  std::array<nlattr*, IFLA_INFO_DATA + 1> found{};
  if (nla_parse_nested(found.data(), IFLA_INFO_DATA, information, nullptr) < 0) return;
  if (found[IFLA_INFO_KIND] == nullptr) return;
  link.kind = text_of(found[IFLA_INFO_KIND]);
  if (found[IFLA_INFO_DATA] == nullptr) return;
  std::array<nlattr*, 8> data{};
  if (nla_parse_nested(data.data(), 7, found[IFLA_INFO_DATA], nullptr) < 0) return;
  if (link.kind == "macvlan") link.mode = number_of(data[IFLA_MACVLAN_MODE]);
  if (link.kind == "vrf") link.vrf_table = number_of(data[IFLA_VRF_TABLE]);
}

}  // namespace

std::optional<std::string> text_attribute(const nlmsghdr& message, std::size_t header,
                                          int attribute) {
  const nlattr* found =
      nlmsg_find_attr(const_cast<nlmsghdr*>(&message), static_cast<int>(header), attribute);
  if (found == nullptr) return std::nullopt;
  return text_of(found);
}

std::optional<Link> parse_link(const nlmsghdr& message) {
  const auto attributes = attributes_of<IFLA_LINK_NETNSID + 1>(message, sizeof(ifinfomsg));
  if (!attributes) return std::nullopt;
  const auto* info = static_cast<const ifinfomsg*>(nlmsg_data(&message));
  // Bridge ports are told about in AF_BRIDGE too, with less in it.
  if (info->ifi_family != AF_UNSPEC || (*attributes)[IFLA_IFNAME] == nullptr) return std::nullopt;
  Link link{.index = {static_cast<std::uint32_t>(info->ifi_index)},
            .name = text_of((*attributes)[IFLA_IFNAME])};
  link.is_up = (info->ifi_flags & IFF_UP) != 0;
  link.is_running = link.is_up && (info->ifi_flags & IFF_RUNNING) != 0;
  link.is_loopback = (info->ifi_flags & IFF_LOOPBACK) != 0;
  link.mtu = number_of((*attributes)[IFLA_MTU]).value_or(0);
  if (const auto master = number_of((*attributes)[IFLA_MASTER])) link.master = {*master};
  if (const nlattr* mac = (*attributes)[IFLA_ADDRESS]; mac != nullptr && nla_len(mac) == 6) {
    net::MacAddress::Bytes bytes{};
    std::ranges::copy(bytes_of(mac), bytes.begin());
    link.mac = net::MacAddress(bytes);
  }
  if (const nlattr* alias = (*attributes)[IFLA_IFALIAS]) link.alias = text_of(alias);
  // The base of a veth is its other end, perhaps in another namespace.
  if ((*attributes)[IFLA_LINK_NETNSID] == nullptr)
    if (const auto base = number_of((*attributes)[IFLA_LINK])) link.base = {*base};
  if ((*attributes)[IFLA_LINKINFO] != nullptr) parse_kind((*attributes)[IFLA_LINKINFO], link);
  return link;
}

std::optional<Address> parse_address(const nlmsghdr& message) {
  const auto attributes = attributes_of<IFA_PROTO + 1>(message, sizeof(ifaddrmsg));
  if (!attributes) return std::nullopt;
  const auto* info = static_cast<const ifaddrmsg*>(nlmsg_data(&message));
  // IFA_LOCAL is ours and IFA_ADDRESS the peer's, unless only the latter is there.
  const auto remote = address_of((*attributes)[IFA_ADDRESS]);
  const auto local =
      (*attributes)[IFA_LOCAL] != nullptr ? address_of((*attributes)[IFA_LOCAL]) : remote;
  if (!local) return std::nullopt;
  const auto prefix = net::Prefix::from(*local, info->ifa_prefixlen);
  if (!prefix) return std::nullopt;
  const std::uint32_t flags = number_of((*attributes)[IFA_FLAGS]).value_or(info->ifa_flags);
  Address address{.interface = {info->ifa_index}, .prefix = *prefix};
  address.scope = static_cast<Scope>(info->ifa_scope);
  address.is_secondary = (flags & IFA_F_SECONDARY) != 0;
  address.is_usable = (flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) == 0;
  if ((*attributes)[IFA_LABEL] != nullptr) address.label = text_of((*attributes)[IFA_LABEL]);
  if (const nlattr* protocol = (*attributes)[IFA_PROTO];
      protocol != nullptr && nla_len(protocol) >= 1)
    address.protocol = nla_get_u8(protocol);
  address.broadcast = address_of((*attributes)[IFA_BROADCAST]);
  if (remote && *remote != *local) address.peer = remote;
  return address;
}

std::optional<Route> parse_route(const nlmsghdr& message) {
  const auto attributes = attributes_of<RTA_TABLE + 1>(message, sizeof(rtmsg));
  if (!attributes) return std::nullopt;
  const auto* info = static_cast<const rtmsg*>(nlmsg_data(&message));
  if (info->rtm_family != AF_INET && info->rtm_family != AF_INET6) return std::nullopt;
  const bool is_v4 = info->rtm_family == AF_INET;
  const net::IpAddress any = is_v4 ? net::IpAddress(net::IpAddress::Ipv4Bytes{})
                                   : net::IpAddress(net::IpAddress::Ipv6Bytes{});
  const auto destination =
      net::Prefix::from(address_of((*attributes)[RTA_DST]).value_or(any), info->rtm_dst_len);
  if (!destination) return std::nullopt;
  Route route{.destination = *destination};
  route.metric = number_of((*attributes)[RTA_PRIORITY]);
  route.table = number_of((*attributes)[RTA_TABLE]).value_or(info->rtm_table);
  route.protocol = info->rtm_protocol;
  route.type = info->rtm_type;
  return route;
}

std::optional<Rule> parse_rule(const nlmsghdr& message) {
  const auto attributes = attributes_of<FRA_TABLE + 1>(message, sizeof(fib_rule_hdr));
  if (!attributes) return std::nullopt;
  const auto* info = static_cast<const fib_rule_hdr*>(nlmsg_data(&message));
  if (info->family != AF_INET && info->family != AF_INET6) return std::nullopt;
  Rule rule{.family = info->family == AF_INET ? net::Family::Ipv4 : net::Family::Ipv6};
  rule.preference = number_of((*attributes)[FRA_PRIORITY]).value_or(0);
  rule.table = number_of((*attributes)[FRA_TABLE]).value_or(info->table);
  rule.action = info->action;
  return rule;
}

Message dump_request(int type) {
  Message message(type, NLM_F_DUMP);
  message.header(ifinfomsg{});  // as long as any header of a dump; AF_UNSPEC
  return message;
}

namespace {

std::uint32_t flags_of(const Address& address) {
  std::uint32_t flags = 0;
  // The election has found the owner already.
  if (!address.prefix.address().is_v4() && !address.detects_duplicates) flags |= IFA_F_NODAD;
  if (address.is_home) flags |= IFA_F_HOMEADDRESS;
  if (address.manages_temporary) flags |= IFA_F_MANAGETEMPADDR;
  if (!address.has_prefix_route) flags |= IFA_F_NOPREFIXROUTE;
  if (address.joins_group) flags |= IFA_F_MCAUTOJOIN;
  return flags;
}

Message address_message(int type, const Address& address) {
  const bool adds = type == RTM_NEWADDR;
  Message message(type, NLM_F_ACK | (adds ? NLM_F_CREATE | NLM_F_REPLACE : 0));
  const std::uint32_t flags = flags_of(address);
  ifaddrmsg header{};
  header.ifa_family = address.prefix.address().is_v4() ? AF_INET : AF_INET6;
  header.ifa_prefixlen = static_cast<std::uint8_t>(address.prefix.length());
  header.ifa_flags = static_cast<std::uint8_t>(flags);
  header.ifa_scope = static_cast<std::uint8_t>(address.scope);
  header.ifa_index = address.interface.value;
  message.header(header);
  message.put(IFA_LOCAL, address.prefix.address().bytes());
  message.put(IFA_ADDRESS, address.peer.value_or(address.prefix.address()).bytes());
  if (!adds) return message;
  if (address.broadcast) message.put(IFA_BROADCAST, address.broadcast->bytes());
  if (!address.label.empty()) message.put(IFA_LABEL, address.label);
  if (flags != 0) message.put(IFA_FLAGS, flags);
  if (address.preferred_lifetime)
    message.put_value(IFA_CACHEINFO, ifa_cacheinfo{.ifa_prefered = *address.preferred_lifetime,
                                                   .ifa_valid = 0xffffffff,
                                                   .cstamp = 0,
                                                   .tstamp = 0});
  if (address.protocol != 0) message.put_byte(IFA_PROTO, address.protocol);
  return message;
}

}  // namespace

Message message_for(const Request& request) {
  const bool adds = request.what == Request::What::Add;
  if (const auto* address = std::get_if<Address>(&request.subject))
    return address_message(adds ? RTM_NEWADDR : RTM_DELADDR, *address);
  if (const auto* route = std::get_if<Route>(&request.subject))
    return route_message(adds ? RTM_NEWROUTE : RTM_DELROUTE, *route);
  return rule_message(adds ? RTM_NEWRULE : RTM_DELRULE, std::get<Rule>(request.subject));
}

bool is_failure(const Request& request, const Answer& answer) {
  if (answer.error == 0) return false;
  if (request.what == Request::What::Add) return answer.error != EEXIST;
  // Of an address, of a route, of a rule; and of an interface that has gone with all of them.
  return answer.error != EADDRNOTAVAIL && answer.error != ESRCH && answer.error != ENOENT &&
         answer.error != ENODEV;
}

}  // namespace netlink::wire
