#include "netlink/select.h"

#include <gtest/gtest.h>

namespace {

using net::IpAddress;
using net::Prefix;
using netlink::Address;

IpAddress ip(std::string_view text) {
  return IpAddress::parse(text).value();
}

Address on(std::uint32_t interface, std::string_view prefix) {
  return {.interface = {interface}, .prefix = Prefix::parse(prefix).value()};
}

TEST(PrimaryAddress, IsTheFirstOneOfTheFamilyThatIsNotVirtual) {
  const std::vector<Address> addresses{on(1, "127.0.0.1/8"), on(2, "10.0.0.50/24"),
                                       on(2, "10.0.0.11/24"), on(2, "10.0.0.12/24")};
  const std::vector<IpAddress> virtual_addresses{ip("10.0.0.50")};
  EXPECT_EQ(primary_address(addresses, {2}, net::Family::Ipv4, virtual_addresses), ip("10.0.0.11"));
  EXPECT_EQ(primary_address(addresses, {3}, net::Family::Ipv4), std::nullopt);
}

TEST(PrimaryAddress, OfIpv6IsLinkLocalAndFreeOfDuplicates) {
  std::vector<Address> addresses{on(2, "2001:db8::1/64"), on(2, "fe80::1/64"), on(2, "fe80::2/64")};
  EXPECT_EQ(primary_address(addresses, {2}, net::Family::Ipv6), ip("fe80::1"));
  addresses[1].is_usable = false;
  EXPECT_EQ(primary_address(addresses, {2}, net::Family::Ipv6), ip("fe80::2"));
}

TEST(InterfaceTowards, IsTheOneWithTheLongestOnLinkPrefix) {
  const std::vector<Address> addresses{on(2, "10.0.0.11/8"), on(3, "10.0.0.12/24"),
                                       on(4, "10.0.0.50/32"), on(5, "192.168.1.1/24")};
  EXPECT_EQ(interface_towards(addresses, ip("10.0.0.50")), net::InterfaceIndex{3});
  EXPECT_EQ(interface_towards(addresses, ip("10.9.0.50")), net::InterfaceIndex{2});
  EXPECT_EQ(interface_towards(addresses, ip("172.16.0.1")), std::nullopt);
}

}  // namespace
