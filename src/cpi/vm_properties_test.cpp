#include "cpi/vm_properties.h"

#include <gmock/gmock.h>

namespace {

using testing::HasSubstr;

cpi::Result<cpi::VmProperties> read(std::string_view text, const cpi::Config& config = {}) {
  return cpi::read_vm_properties(json::parse(text).value(), config);
}

openstack::SecurityGroup group(const char* id, const char* name) {
  return {.id = openstack::SecurityGroupId(id), .name = name, .description = "", .rules = {}};
}

openstack::Flavor flavor(const char* name, std::int64_t ram, std::int64_t disk,
                         std::int64_t ephemeral) {
  return {.id = openstack::FlavorId("F"),
          .name = name,
          .ram_mib = ram,
          .disk_gib = disk,
          .ephemeral_gib = ephemeral};
}

TEST(VmProperties, TakeTheKeyOfTheConfiguration) {
  cpi::Config config;
  config.default_key_name = "bosh";
  EXPECT_EQ(read(R"({"instance_type":"m1"})", config)->key_name, "bosh");
  EXPECT_EQ(read(R"({"instance_type":"m1","key_name":"mine"})", config)->key_name, "mine");
}

TEST(VmProperties, NeedTheConfigurationsLeaveForSeveralZones) {
  constexpr auto kZones = R"({"instance_type":"m1","availability_zones":["a","b"]})";
  EXPECT_THAT(read(kZones).error().message, HasSubstr("Cannot use multiple azs"));
  cpi::Config config;
  config.ignore_server_availability_zone = true;
  EXPECT_EQ(read(kZones, config)->availability_zones.size(), 2);
  EXPECT_FALSE(
      read(R"({"instance_type":"m1","availability_zone":"a","availability_zones":["b"]})", config));
}

TEST(VmProperties, TakeTheRootDiskAsEitherCpiWritesIt) {
  for (const char* size : {"13", "13.0", "\"13\"", "\"13.0\""})
    EXPECT_EQ(read(std::string(R"({"instance_type":"m1","root_disk":{"size":)") + size + "}}")
                  ->root_disk_gib,
              13)
        << size;
  EXPECT_THAT(read(R"({"instance_type":"m1","root_disk":{"size":0}})").error().message,
              HasSubstr("Minimum root_disk size is 1 GiB"));
}

TEST(VmProperties, SwitchTheVrrpCheckOffWhereTheGoCpiReadsIt) {
  EXPECT_TRUE(read(R"({"instance_type":"m1"})")->checks_vrrp_port);
  EXPECT_FALSE(read(R"({"instance_type":"m1","vrrp_port_check":false})")->checks_vrrp_port);
}

TEST(VmProperties, OfTheWrongShapeAreInvalidCalls) {
  for (const char* text : {"[]", "{}", R"({"instance_type":"m1","security_groups":"x"})",
                           R"({"instance_type":"m1","scheduler_hints":"x"})"})
    EXPECT_EQ(read(text).error().type, "InvalidCall") << text;
}

TEST(SecurityGroups, AreFoundByNameFirstAndThenById) {
  const std::vector existing{group("id-1", "web"), group("id-2", "id-1"), group("id-3", "web")};
  const auto found = cpi::find_security_groups(existing, {"web", "id-1", "id-3", "web"});
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 3);
  EXPECT_EQ((*found)[0].id.value(), "id-1");
  EXPECT_EQ((*found)[1].id.value(), "id-2");
  EXPECT_EQ((*found)[2].id.value(), "id-3");
}

TEST(SecurityGroups, ThatAreMissingAreNamed) {
  EXPECT_EQ(cpi::find_security_groups({}, {"web"}).error().message,
            "Security group `web' not found");
}

TEST(Flavor, IsFoundByItsNameAndNeedsEnoughEphemeralDisk) {
  const std::vector flavors{flavor("small", 2048, 10, 0), flavor("tight", 4096, 10, 7)};
  EXPECT_TRUE(cpi::find_flavor(flavors, "small"));
  EXPECT_EQ(cpi::find_flavor(flavors, "big").error().message, "Flavor `big' not found");
  EXPECT_EQ(cpi::find_flavor(flavors, "tight").error().message,
            "Flavor `tight' should have at least 8Gb of ephemeral disk");
}

TEST(BootDevice, IsAVolumeOfTheFlavorsSizeOrTheRootDisks) {
  cpi::VmProperties properties{.instance_type = "m1", .boot_from_volume = true};
  const openstack::ImageId image("I");
  EXPECT_EQ(cpi::boot_device(properties, flavor("f", 1, 20, 0), image)->at(0)["volume_size"],
            json::Value(20));
  EXPECT_FALSE(cpi::boot_device(properties, flavor("f", 1, 0, 0), image));
  properties.root_disk_gib = 5;
  EXPECT_EQ(cpi::boot_device(properties, flavor("f", 1, 0, 0), image)->at(0)["volume_size"],
            json::Value(5));
  properties.boot_from_volume = false;
  EXPECT_TRUE(cpi::boot_device(properties, flavor("f", 1, 0, 0), image)->is_null());
}

}  // namespace
