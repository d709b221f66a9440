#include "cpi/flavor_choice.h"

#include <gmock/gmock.h>

namespace {

openstack::Flavor flavor(const char* name, std::int64_t vcpus, std::int64_t ram, std::int64_t disk,
                         std::int64_t ephemeral) {
  return {.id = openstack::FlavorId(name),
          .name = name,
          .vcpus = vcpus,
          .ram_mib = ram,
          .disk_gib = disk,
          .ephemeral_gib = ephemeral};
}

const std::vector kFlavors{flavor("large", 4, 8192, 80, 0), flavor("small", 1, 2048, 20, 0),
                           flavor("split", 1, 2048, 5, 10), flavor("bare", 1, 2048, 0, 0)};

std::string choose(cpi::VmNeeds needs, bool from_volume = false) {
  const auto chosen = cpi::choose_flavor(needs, kFlavors, from_volume);
  return chosen ? json::dump(*chosen) : chosen.error().message;
}

TEST(FlavorChoice, TakesTheSmallestThatFitsAndAnEphemeralDiskFirst) {
  EXPECT_EQ(choose({1, 1024, 10240}), R"({"instance_type":"split"})");
  EXPECT_EQ(choose({1, 1024, 11000}), R"({"instance_type":"small"})");
  EXPECT_EQ(choose({2, 1024, 1024}), R"({"instance_type":"large"})");
}

TEST(FlavorChoice, MakesTheVolumeLargeEnough) {
  EXPECT_EQ(choose({1, 1024, 10240}, true), R"({"instance_type":"bare","root_disk":{"size":13}})");
}

TEST(FlavorChoice, ListsWhatThereIsWhenNothingFits) {
  EXPECT_THAT(choose({16, 1024, 1024}),
              testing::AllOf(testing::HasSubstr("Unable to meet"), testing::HasSubstr("large")));
}

TEST(VmNeeds, MustAllBeGiven) {
  EXPECT_TRUE(
      cpi::read_vm_needs(json::parse(R"({"cpu":1,"ram":2,"ephemeral_disk_size":3})").value()));
  EXPECT_EQ(cpi::read_vm_needs(json::parse(R"({"ram":2})").value()).error().message,
            "Missing VM cloud properties: 'cpu', 'ephemeral_disk_size'");
}

}  // namespace
