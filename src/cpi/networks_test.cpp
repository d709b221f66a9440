#include "cpi/networks.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

cpi::Result<cpi::VmNetworks> read(std::string_view text, const cpi::Config& config = {}) {
  return cpi::read_networks(json::parse(text).value(), config);
}

std::string error_of(std::string_view text, const cpi::Config& config = {}) {
  const auto networks = read(text, config);
  EXPECT_FALSE(networks);
  return networks ? "" : networks.error().message;
}

TEST(Networks, WithOneNetworkHaveItAsDefault) {
  const auto networks = read(R"({"a":{"type":"manual","ip":"10.0.0.10",
      "cloud_properties":{"net_id":"N","security_groups":["b","a","b"]}}})");
  ASSERT_TRUE(networks);
  ASSERT_NE(networks->default_network(), nullptr);
  EXPECT_EQ(networks->default_network()->network, openstack::NetworkId("N"));
  EXPECT_TRUE(networks->default_network()->checks_vrrp_port);
  EXPECT_THAT(networks->security_groups, ElementsAre("a", "b"));
}

TEST(Networks, HaveTheDefaultWhereTheGatewayIs) {
  cpi::Config config;
  config.use_dhcp = false;
  config.config_drive = "disk";
  const auto networks = read(R"({
      "a":{"ip":"10.0.0.10","cloud_properties":{"net_id":"A"}},
      "b":{"ip":"10.1.0.10","default":["dns","gateway"],"cloud_properties":{"net_id":"B"}},
      "c":{"type":"vip","ip":"192.0.2.1","default":["gateway"]}})",
                             config);
  ASSERT_TRUE(networks);
  EXPECT_EQ(networks->default_network()->name, "b");
}

TEST(Networks, WithoutATypeAreManual) {
  EXPECT_EQ(read(R"({"a":{"ip":"10.0.0.10","cloud_properties":{"net_id":"A"}}})")->all[0].type,
            cpi::VmNetwork::Type::Manual);
}

TEST(Networks, SwitchTheVrrpCheckOffWithFalseOnly) {
  const auto check = [](const char* value) {
    return read(fmt::format(R"({{"a":{{"ip":"10.0.0.10",
        "cloud_properties":{{"net_id":"A","vrrp_port_check":{}}}}}}})",
                            value))
        ->all[0]
        .checks_vrrp_port;
  };
  EXPECT_FALSE(check("false"));
  EXPECT_TRUE(check("true"));
  EXPECT_TRUE(check("0"));  // true in Ruby
}

TEST(Networks, AreCheckedWithTheRubyCpisRules) {
  EXPECT_THAT(error_of("{}"), HasSubstr("At least one dynamic or manual network"));
  EXPECT_THAT(error_of(R"({"a":{"type":"vip"}})"), HasSubstr("At least one dynamic or manual"));
  EXPECT_THAT(error_of(R"({"a":{"type":"odd"}})"), HasSubstr("Invalid network type `odd'"));
  EXPECT_THAT(error_of(R"({"a":{"type":"manual","ip":"10.0.0.1"}})"),
              HasSubstr("Manual network must have net_id"));
  EXPECT_THAT(error_of(R"({"a":{"type":"dynamic"},"b":{"type":"dynamic"}})"),
              HasSubstr("Only one dynamic network"));
  EXPECT_THAT(error_of(R"({"a":{"ip":"10.0.0.1","cloud_properties":{"net_id":"A"}},
                           "b":{"ip":"10.0.0.2","cloud_properties":{"net_id":"A"}}})"),
              HasSubstr("Manual network with id A is already defined"));
  EXPECT_THAT(error_of(R"({"a":{"ip":"10.0.0.1","cloud_properties":{"net_id":"A"}},
                           "b":{"ip":"10.0.0.2","cloud_properties":{"net_id":"B"}}})"),
              HasSubstr("openstack.use_dhcp=false"));
  EXPECT_THAT(error_of(R"({"a":{"ip":"10.0.0","cloud_properties":{"net_id":"A"}}})"),
              HasSubstr("no valid ip"));
  EXPECT_THAT(
      error_of(
          R"({"a":{"ip":"10.0.0.1","cloud_properties":{"net_id":"A","security_groups":"x"}}})"),
      HasSubstr("security groups must be an Array"));
}

}  // namespace
