#include "cloud/model/addresses.h"

#include <gmock/gmock.h>

namespace cloud::model {
namespace {

net::IpAddress ip(std::string_view text) {
  return *net::IpAddress::parse(text);
}

// A network with 10.0.0.0/29: hosts .1 (gateway) to .6.
struct Site {
  State state;
  Network network;

  Site() {
    network.id = "net";
    state.networks.put(network);
    Subnet subnet;
    subnet.id = "subnet";
    subnet.network_id = "net";
    subnet.cidr = *net::Prefix::parse("10.0.0.0/29");
    subnet.gateway_ip = default_gateway(subnet.cidr);
    subnet.allocation_pools = default_pools(subnet.cidr, subnet.gateway_ip);
    state.subnets.put(subnet);
  }
  Allowed<std::vector<FixedIp>> take(std::string_view sent) {
    static int number = 0;
    auto fixed = allocate(state, network, *json::parse(sent), "");
    if (fixed) {
      Port port;
      port.id = "port-" + std::to_string(++number);
      port.network_id = "net";
      port.fixed_ips = *fixed;
      state.ports.put(port);
    }
    return fixed;
  }
};

TEST(Pools, LeaveOutTheGatewayTheNetworkAndTheBroadcastAddress) {
  const auto cidr = *net::Prefix::parse("10.0.0.0/24");
  EXPECT_EQ(default_gateway(cidr), ip("10.0.0.1"));
  EXPECT_EQ(default_pools(cidr, ip("10.0.0.1")),
            (std::vector<AddressRange>{{ip("10.0.0.2"), ip("10.0.0.254")}}));
  EXPECT_EQ(default_pools(cidr, ip("10.0.0.100")),
            (std::vector<AddressRange>{{ip("10.0.0.1"), ip("10.0.0.99")},
                                       {ip("10.0.0.101"), ip("10.0.0.254")}}));
  EXPECT_EQ(default_pools(*net::Prefix::parse("10.0.0.0/31"), std::nullopt),
            (std::vector<AddressRange>{{ip("10.0.0.0"), ip("10.0.0.1")}}));
}

TEST(Allocate, HandsOutTheLowestFreeAddressUntilNoneIsLeft) {
  Site site;
  for (const char* expected : {"10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6"})
    EXPECT_EQ(site.take("null")->front().address, ip(expected));
  const auto refused = site.take("null");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().type, "IpAddressGenerationFailure");
  EXPECT_EQ(refused.error().status, 409);
}

TEST(Allocate, AnAddressIsGivenOnce) {
  Site site;
  ASSERT_TRUE(site.take(R"([{"ip_address": "10.0.0.5"}])"));
  const auto refused = site.take(R"([{"ip_address": "10.0.0.5"}])");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), (Refusal{409, "IpAddressAlreadyAllocated",
                                      "IP address 10.0.0.5 already allocated in subnet subnet"}));
}

TEST(Allocate, RefusesWhatIsNoAddressOfTheNetwork) {
  Site site;
  EXPECT_EQ(site.take(R"([{"ip_address": "10.0.1.5"}])").error().type, "InvalidIpForNetwork");
  EXPECT_EQ(site.take(R"([{"ip_address": "10.0.0.7"}])").error().type, "InvalidIpForNetwork");
  EXPECT_EQ(site.take(R"([{"ip_address": "10.0.1.5", "subnet_id": "subnet"}])").error().type,
            "InvalidIpForSubnet");
  EXPECT_EQ(site.take(R"([{"subnet_id": "other"}])").error().type, "InvalidInput");
  EXPECT_EQ(site.take(R"([{"ip_address": "vip"}])").error().type, "HTTPBadRequest");
  EXPECT_EQ(site.take(R"("10.0.0.5")").error().type, "HTTPBadRequest");
  EXPECT_EQ(site.take(R"([7])").error().type, "HTTPBadRequest");
}

TEST(Allocate, AnEmptyListIsNoAddress) {
  Site site;
  EXPECT_TRUE(site.take("[]")->empty());
}

TEST(Pools, AreChecked) {
  Subnet subnet;
  subnet.cidr = *net::Prefix::parse("10.0.0.0/24");
  subnet.gateway_ip = ip("10.0.0.1");
  const auto type_of = [&](std::vector<AddressRange> pools) {
    subnet.allocation_pools = std::move(pools);
    const auto checked = check_pools(subnet);
    return checked ? std::string("fine") : checked.error().type;
  };
  EXPECT_EQ(type_of({{ip("10.0.0.10"), ip("10.0.0.20")}}), "fine");
  EXPECT_EQ(type_of({{ip("10.0.0.20"), ip("10.0.0.10")}}), "InvalidAllocationPool");
  EXPECT_EQ(type_of({{ip("10.0.0.10"), ip("10.0.1.20")}}), "OutOfBoundsAllocationPool");
  EXPECT_EQ(type_of({{ip("10.0.0.1"), ip("10.0.0.20")}}), "GatewayConflictWithAllocationPools");
  EXPECT_EQ(type_of({{ip("10.0.0.10"), ip("10.0.0.20")}, {ip("10.0.0.20"), ip("10.0.0.30")}}),
            "OverlappingAllocationPools");
}

}  // namespace
}  // namespace cloud::model
