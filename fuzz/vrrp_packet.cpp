// Any bytes from the network: decode() must not read beyond them, and what it accepts is encoded
// again to the same packet. The first byte chooses the family, and whether it came by multicast.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "net/arp.h"
#include "net/ipv4_header.h"
#include "vrrp/packet.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const vrrp::Datagram& datagram) {
  const auto got = vrrp::decode(datagram);
  static_cast<void>(vrrp::claimed_vrid(datagram.payload));
  if (!got) {
    require(!name(got.error()).empty());
    return;
  }
  require(got->addresses().size() == got->count());
  auto again = vrrp::encode(*got, datagram.source, datagram.destination);
  require(again.size() <= datagram.payload.size());
  const auto second =
      vrrp::decode({datagram.source, datagram.destination, datagram.hop_limit, again});
  require(second && second->priority == got->priority && second->interval == got->interval &&
          second->checksum == got->checksum && second->addresses() == got->addresses());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::span<const std::uint8_t> bytes(data + 1, size - 1);
  const auto link_local = net::IpAddress(
      net::IpAddress::Ipv6Bytes{0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2});
  const auto source = net::IpAddress::v4(0x0a000002);
  if ((data[0] & 1) != 0) {
    check({link_local, vrrp::kGroupIpv6, 255, bytes});
  } else if ((data[0] & 2) != 0) {
    check({source, net::IpAddress::v4(0x0a000003), 64, bytes});
  } else if ((data[0] & 4) != 0) {
    if (const auto datagram = vrrp::Datagram::from_ipv4(bytes)) check(*datagram);
    if (const auto arp = net::parse_arp(bytes))
      require(std::ranges::equal(net::encode(*arp), bytes.first(net::kArpFrameSize)));
  } else {
    check({source, vrrp::kGroupIpv4, 255, bytes});
  }
  return 0;
}
