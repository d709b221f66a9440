#include <gtest/gtest.h>

#include "net/ip_address.h"
#include "net/mac_address.h"

namespace {

net::IpAddress ip(std::string_view text) {
  return net::IpAddress::parse(text).value();
}
net::Prefix prefix(std::string_view text) {
  return net::Prefix::parse(text).value();
}

TEST(IpAddress, OneTextForEachAddress) {
  EXPECT_EQ(to_string(ip("FD00:0:0:0::5")), "fd00::5");
  EXPECT_EQ(to_string(ip("10.0.0.5")), "10.0.0.5");
}

TEST(IpAddress, RefusesWhatIsNotOne) {
  for (const auto* text : {"", "10.0.0", "10.0.0.256", "010.0.0.1", "10.0.0.1/24", "fe80::1%eth0"})
    EXPECT_FALSE(net::IpAddress::parse(text)) << text;
  EXPECT_FALSE(net::IpAddress::parse(std::string_view("10.0.0.1\0x", 10)));
}

TEST(IpAddress, ComparesAsUnsignedNumbers) {
  EXPECT_LT(ip("10.0.0.9"), ip("10.0.0.10"));
  EXPECT_LT(ip("10.0.0.9"), ip("200.0.0.1"));
}

TEST(IpAddress, PlusCarries) {
  EXPECT_EQ(ip("10.0.0.255").plus(1), ip("10.0.1.0"));
  EXPECT_EQ(ip("255.255.255.255").plus(1), ip("0.0.0.0"));
  EXPECT_EQ(ip("fd00::ffff:ffff").plus(2), ip("fd00::1:0:1"));
}

TEST(Prefix, KnowsItsEnds) {
  EXPECT_EQ(prefix("10.1.2.3/20").network(), ip("10.1.0.0"));
  EXPECT_EQ(prefix("10.1.2.3/20").last(), ip("10.1.15.255"));
  EXPECT_EQ(prefix("10.1.2.3/20").netmask(), ip("255.255.240.0"));
  EXPECT_TRUE(prefix("0.0.0.0/0").contains(ip("1.2.3.4")));
  EXPECT_FALSE(prefix("0.0.0.0/0").contains(ip("::1")));
  EXPECT_TRUE(prefix("10.0.0.7").is_host());
  EXPECT_FALSE(net::Prefix::parse("10.0.0.0/33"));
  EXPECT_TRUE(prefix("10.0.0.0/8").overlaps(prefix("10.2.0.0/16")));
  EXPECT_FALSE(prefix("10.1.0.0/16").overlaps(prefix("10.2.0.0/16")));
}

TEST(MacAddress, ReadsAndPrints) {
  EXPECT_EQ(to_string(net::MacAddress::parse("FA-16-3E-00-00-01").value()), "fa:16:3e:00:00:01");
  EXPECT_FALSE(net::MacAddress::parse("fa:16:3e:00:00"));
  EXPECT_FALSE(net::MacAddress::parse("fa:16:3e:00:00:0g"));
}

}  // namespace
