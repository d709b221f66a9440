#include "deploy/state.h"

#include <gtest/gtest.h>

#include <regex>
#include <set>

namespace {

deploy::State example() {
  bosh::Instance instance;
  instance.group = "web";
  instance.index = 1;
  instance.id = "u-1";
  instance.az = "z1";
  instance.is_bootstrap = true;
  instance.addresses = {{"private", net::IpAddress::v4(0x0a00000a)},
                        {"six", *net::IpAddress::parse("2001:db8::a")}};
  instance.stemcell_name = "jammy";
  instance.stemcell_version = "1.10";
  instance.cloud_properties = {{"allowed_address_pairs", "10.0.0.50"}};
  instance.networks = {{"private", json::Object{{"ip", "10.0.0.10"}}}};
  instance.env = {{"bosh", json::Object{}}};
  instance.tags = {{"team", "a"}};
  return {.deployment = "web-vip",
          .director_uuid = "d-1",
          .stemcells = {{.name = "jammy",
                         .os = "ubuntu-jammy",
                         .version = "1.10",
                         .api_version = 3,
                         .cloud_properties = {{"image_id", "i"}},
                         .cid = "i light"}},
          .instances = {
              {.instance = instance, .vm_cid = "vm-1", .agent_id = "a-1", .has_metadata = true}}};
}

TEST(State, SurvivesTheFile) {
  const auto read = json::parse(json::dump_pretty(deploy::to_json(example())));
  ASSERT_TRUE(read);
  const auto state = deploy::state_from_json(*read);
  ASSERT_TRUE(state);
  EXPECT_EQ(*state, example());
}

TEST(State, IsRefusedWhenAnInstanceMakesNoSense) {
  const auto refused = [](const char* text) {
    const auto state = deploy::state_from_json(*json::parse(text));
    return state ? "" : state.error().what;
  };
  EXPECT_EQ(refused("{}"), "its format is not 1");
  EXPECT_EQ(refused(R"({"format": 1, "instances": [{"group": "web"}]})"),
            "an instance has no group or no id");
  EXPECT_NE(refused(R"({"format": 1, "instances":
              [{"group": "web", "id": "u", "addresses": [{"ip": "x"}]}]})"),
            "");
}

TEST(State, LiesBesideTheManifest) {
  EXPECT_EQ(deploy::default_state_path("a/web-vip.yml"), "a/web-vip-state.json");
  EXPECT_EQ(deploy::default_state_path("a.b/manifest"), "a.b/manifest-state.json");
}

TEST(Uuid, IsRandomAndOfVersion4) {
  const std::regex version4("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string uuid = deploy::new_uuid();
    EXPECT_TRUE(std::regex_match(uuid, version4)) << uuid;
    EXPECT_TRUE(seen.insert(uuid).second);
  }
}

}  // namespace
