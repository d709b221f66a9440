#include "cloud/fabric/sources.h"

#include <gmock/gmock.h>

namespace {

using namespace cloud::fabric;
using testing::ElementsAre;

net::Prefix prefix(std::string_view text) {
  return net::Prefix::parse(text).value();
}
net::MacAddress mac(std::string_view text) {
  return net::MacAddress::parse(text).value();
}

TEST(WithoutOverlaps, KeepsTheWidestAndClearsHostBits) {
  EXPECT_THAT(without_overlaps({prefix("10.0.0.50/32"), prefix("10.0.0.7/24"),
                                prefix("10.0.0.0/24"), prefix("10.0.1.0/32")}),
              ElementsAre(prefix("10.0.0.0/24"), prefix("10.0.1.0/32")));
  EXPECT_THAT(
      without_overlaps({prefix("2001:db8::1/128"), prefix("0.0.0.0/0"), prefix("10.0.0.1/32")}),
      ElementsAre(prefix("0.0.0.0/0"), prefix("2001:db8::1/128")));
}

PortSpec port() {
  return {.id = PortId("p"),
          .network = NetworkId("n"),
          .mac = mac("fa:16:3e:00:00:01"),
          .fixed = {{.address = prefix("10.0.0.11/24")}}};
}

TEST(PermittedSources, AFixedAddressIsOneAddressAndNotItsSubnet) {
  const auto sources = permitted_sources(port());
  ASSERT_EQ(sources.size(), 1u);
  EXPECT_THAT(sources[0].ipv4, ElementsAre(prefix("10.0.0.11/32")));
  EXPECT_THAT(sources[0].ipv6, ElementsAre(prefix("fe80::f816:3eff:fe00:1/128")));
}

TEST(PermittedSources, APairWithoutAMacIsForThePortsOwn) {
  PortSpec spec = port();
  spec.pairs = {{.addresses = prefix("10.0.0.50/32")}};
  const auto sources = permitted_sources(spec);
  ASSERT_EQ(sources.size(), 1u);
  EXPECT_THAT(sources[0].ipv4, ElementsAre(prefix("10.0.0.11/32"), prefix("10.0.0.50/32")));
}

TEST(PermittedSources, APairWithAMacDoesNotLendItTheFixedAddress) {
  PortSpec spec = port();
  spec.pairs = {{.addresses = prefix("10.0.0.50/32"), .mac = mac("00:00:5e:00:01:33")}};
  const auto sources = permitted_sources(spec);
  ASSERT_EQ(sources.size(), 2u);
  EXPECT_THAT(sources[0].ipv4, ElementsAre(prefix("10.0.0.11/32")));
  EXPECT_THAT(sources[1].ipv4, ElementsAre(prefix("10.0.0.50/32")));
  EXPECT_THAT(sources[1].ipv6, ElementsAre(prefix("fe80::200:5eff:fe00:133/128")));
}

}  // namespace
