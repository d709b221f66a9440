#include "cloud/guest/boot_order.h"

#include <gmock/gmock.h>

namespace {

using namespace cloud::guest;
using testing::ElementsAre;
using testing::IsEmpty;

net::Prefix prefix(std::string_view text) {
  return net::Prefix::parse(text).value();
}
net::IpAddress address(std::string_view text) {
  return net::IpAddress::parse(text).value();
}

std::vector<Interface> two_ports() {
  return {{.name = "eth0",
           .mac = net::MacAddress::parse("fa:16:3e:00:00:01").value(),
           .addresses = {prefix("10.0.0.11/24")},
           .gateways = {address("10.0.0.1")}},
          {.name = "eth1",
           .mac = net::MacAddress::parse("fa:16:3e:00:00:02").value(),
           .addresses = {prefix("10.1.0.11/16")},
           .gateways = {address("10.1.0.1")}}};
}

TEST(BootOrder, SurvivesItsText) {
  const BootOrder order{
      .host_name = "vm", .interfaces = two_ports(), .user_data = "{\"a\":\n\"b\"}"};
  const auto read = read_boot_order(to_text(order));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->host_name, "vm");
  EXPECT_EQ(read->interfaces, order.interfaces);
  EXPECT_EQ(read->user_data, order.user_data);
  EXPECT_FALSE(read_boot_order("{}"));
}

TEST(Configured, WithoutSettingsThePortsDecideAndOneGatewayWins) {
  const auto interfaces = configured(two_ports(), {});
  EXPECT_THAT(interfaces[0].gateways, ElementsAre(address("10.0.0.1")));
  EXPECT_THAT(interfaces[1].gateways, IsEmpty());
  EXPECT_THAT(interfaces[1].addresses, ElementsAre(prefix("10.1.0.11/16")));
}

TEST(Configured, ANetworkGoesToTheInterfaceWithItsMac) {
  const Settings settings{.instance = "",
                          .networks = {{.name = "b",
                                        .mac = net::MacAddress::parse("fa:16:3e:00:00:02").value(),
                                        .address = address("10.1.0.99"),
                                        .prefix_length = 20,
                                        .gateway = address("10.1.0.1"),
                                        .has_default_gateway = true},
                                       {.name = "a", .address = address("10.0.0.77")}},
                          .jobs = {}};
  const auto interfaces = configured(two_ports(), settings);
  EXPECT_THAT(interfaces[0].addresses, ElementsAre(prefix("10.0.0.77/24")))
      << "the length is the port's where the user data have none";
  EXPECT_THAT(interfaces[0].gateways, IsEmpty());
  EXPECT_THAT(interfaces[1].addresses, ElementsAre(prefix("10.1.0.99/20")));
  EXPECT_THAT(interfaces[1].gateways, ElementsAre(address("10.1.0.1")));
}

TEST(HostName, IsMadeOfWhatAHostNameMayHave) {
  EXPECT_EQ(host_name("vm-1b2c"), "vm-1b2c");
  EXPECT_EQ(host_name("web/0"), "web-0");
  EXPECT_EQ(host_name(""), "guest");
  EXPECT_EQ(host_name(std::string(100, 'x')).size(), 63u);
}

}  // namespace
