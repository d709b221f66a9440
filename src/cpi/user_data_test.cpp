#include "cpi/user_data.h"

#include <gmock/gmock.h>

namespace {

cpi::VmNetworks networks() {
  return cpi::read_networks(
             json::parse(
                 R"({"a":{"type":"manual","ip":"10.0.0.10","prefix":"32","netmask":"255.255.255.0",
                             "dns":["10.0.0.2"],"cloud_properties":{"net_id":"N"},"odd":{"kept":true}}})")
                 .value(),
             {})
      .value();
}

TEST(NetworkSettings, KeepTheDirectorsKeysAndAddDhcpAndMac) {
  const json::Value settings =
      cpi::network_settings(networks(), {{"a", "fa:16:3e:00:00:01"}}, true);
  EXPECT_EQ(settings["a"]["mac"], json::Value("fa:16:3e:00:00:01"));
  EXPECT_EQ(settings["a"]["use_dhcp"], json::Value(true));
  EXPECT_EQ(settings["a"]["odd"]["kept"], json::Value(true));
  EXPECT_EQ(settings["a"]["prefix"], json::Value("32"));
}

TEST(UserData, AreTheRegistrylessSettingsOfTheRubyCpi) {
  cpi::Config config;
  config.agent = {{"mbus", "nats://x"}, {"ntp", json::Array{"pool"}}};
  const cpi::VmSettings settings{
      .vm_name = "vm-1",
      .agent_id = "agent",
      .networks = cpi::network_settings(networks(), {}, true),
      .has_ephemeral_disk = false,
      .environment = json::Object{{"bosh", json::Object{{"group", "g"}}}}};
  const auto text = cpi::user_data(settings, config);
  ASSERT_TRUE(text);
  const json::Value data = json::parse(*text).value();
  EXPECT_EQ(data["server"]["name"], json::Value("vm-1"));
  EXPECT_EQ(data["vm"]["name"], json::Value("vm-1"));
  EXPECT_EQ(data["agent_id"], json::Value("agent"));
  EXPECT_EQ(data["dns"]["nameserver"].at(0), json::Value("10.0.0.2"));
  EXPECT_EQ(data["disks"]["system"], json::Value("/dev/sda"));
  EXPECT_TRUE(data["disks"]["ephemeral"].is_null());
  EXPECT_TRUE(data["disks"].as_object()->contains("ephemeral"));
  EXPECT_EQ(data["env"]["bosh"]["group"], json::Value("g"));
  EXPECT_EQ(data["mbus"], json::Value("nats://x"));
  EXPECT_EQ(data["ntp"].at(0), json::Value("pool"));
}

TEST(UserData, LargerThanNovaTakesAreRefusedWithoutBeingShown) {
  const cpi::VmSettings settings{.vm_name = "vm-1",
                                 .agent_id = "agent",
                                 .networks = {},
                                 .environment = json::Object{{"key", std::string(60000, 'x')}}};
  const auto text = cpi::user_data(settings, {});
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().type, "Bosh::Clouds::CloudError");
  EXPECT_THAT(text.error().message, testing::Not(testing::HasSubstr("xxx")));
}

}  // namespace
