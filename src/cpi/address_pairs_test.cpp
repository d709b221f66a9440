#include "cpi/address_pairs.h"

#include <gmock/gmock.h>

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> read(std::string_view text) {
  const auto pairs = cpi::read_address_pairs(json::parse(text).value());
  std::vector<std::string> out;
  if (!pairs) return {pairs.error().message};
  for (const auto& pair : *pairs)
    out.push_back(cpi::shown(pair) + (pair.mac ? " " + net::to_string(*pair.mac) : ""));
  return out;
}

openstack::Port port(const char* network, const char* ip, const char* device = "") {
  return {.id = openstack::PortId("P"),
          .network = openstack::NetworkId(network),
          .device_id = device,
          .mac = std::nullopt,
          .fixed_ips = {{openstack::SubnetId("S"), net::IpAddress::parse(ip).value()}}};
}

cpi::Result<openstack::Port> find(const std::vector<openstack::Port>& ports,
                                  const char* ip = "10.0.0.50") {
  return cpi::find_reservation(ports, openstack::NetworkId("N"), net::IpAddress::parse(ip).value());
}

TEST(AddressPairs, AreOneAddressAsDocumented) {
  EXPECT_THAT(read(R"("10.0.0.50")"), ElementsAre("10.0.0.50"));
}

TEST(AddressPairs, MayBeAListOfAddressesNetworksAndPairs) {
  EXPECT_THAT(
      read(R"(["10.0.0.50", "10.0.0.51/29", "2001:DB8:0::1",
                       {"ip_address":"10.0.0.52","mac_address":"00:00:5E:00:01:33"}, "10.0.0.50"])"),
      ElementsAre("10.0.0.50", "10.0.0.48/29", "2001:db8::1", "10.0.0.52 00:00:5e:00:01:33"));
}

TEST(AddressPairs, AreNoneWhenAbsentOrEmpty) {
  EXPECT_TRUE(read("null").empty());
  EXPECT_TRUE(read("[]").empty());
}

TEST(AddressPairs, RefuseWhatIsNoAddress) {
  for (const char* text :
       {R"("10.0.0.300")", R"("")", "5", "[[]]", R"({"ip":"10.0.0.1"})",
        R"({"mac_address":"00:00:5e:00:01:33"})", R"({"ip_address":"10.0.0.1","mac_address":"x"})"})
    EXPECT_THAT(read(text)[0], HasSubstr("allowed_address_pairs: ")) << text;
}

TEST(Reservation, IsAnUnboundPortWithTheAddressInTheNetwork) {
  EXPECT_TRUE(find({port("N", "10.0.0.50")}));
  EXPECT_TRUE(find({port("N", "2001:db8::1")}, "2001:db8:0:0::1"));
}

TEST(Reservation, InAnotherNetworkDoesNotCount) {
  const auto found = find({port("other", "10.0.0.50")});
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().type, "Bosh::Clouds::CloudError");
  EXPECT_THAT(found.error().message,
              HasSubstr("Configured VRRP port with ip '10.0.0.50' does not exist"));
  EXPECT_THAT(found.error().message, HasSubstr("network 'N'"));
}

TEST(Reservation, WithALongerAddressDoesNotCount) {
  EXPECT_FALSE(find({port("N", "10.0.0.5")}));  // a filter that matches beginnings
}

TEST(Reservation, ThatADeviceUsesIsRefusedByName) {
  const auto found = find({port("N", "10.0.0.50", "server-1")});
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message, HasSubstr("server-1"));
  EXPECT_THAT(found.error().message, HasSubstr("P"));
}

}  // namespace
