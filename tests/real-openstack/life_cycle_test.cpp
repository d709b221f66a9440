// The CPI's calls in a Director's order against a real OpenStack.
#include <gmock/gmock.h>

#include "real_cloud.h"

namespace {

using testing::HasSubstr;

class RealOpenStack : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!real::state_folder().empty()) cloud = std::make_unique<real::Cloud>();
  }
  static void TearDownTestSuite() { cloud.reset(); }
  void SetUp() override {
    if (!cloud) GTEST_SKIP() << "none runs; ./dev test --real-openstack brings one up";
  }

  static json::Value result(const std::string& method, json::Array arguments) {
    const auto answer = cloud->call(method, std::move(arguments));
    EXPECT_TRUE(answer.json["error"].is_null()) << method << answer.output << answer.errors;
    return answer.json["result"];
  }
  static openstack::Volume volume(const json::Value& id) {
    return cloud->run(
        openstack::show_volume(cloud->session(), openstack::VolumeId(*id.as_string())));
  }
  static std::size_t ports() {
    openstack::Filters filters;
    filters.emplace_back("network_id", cloud->network.value());
    return cloud->run(openstack::list_ports(cloud->session(), filters)).size();
  }

  static std::unique_ptr<real::Cloud> cloud;
};
std::unique_ptr<real::Cloud> RealOpenStack::cloud;

TEST_F(RealOpenStack, CarriesAVmFromItsCreationToItsEnd) {
  const json::Value stemcell =
      result("create_stemcell", {"/dev/null", json::Object{{"image_id", cloud->image.value()}}});
  EXPECT_EQ(stemcell, json::Value(cloud->image.value() + " light"));

  const auto created = cloud->create_vm("10.0.0.10", {{"allowed_address_pairs", "10.0.0.50"}});
  ASSERT_TRUE(created.json["error"].is_null()) << created.output << created.errors;
  EXPECT_THAT(created.errors, HasSubstr("cpi.vrrp_reservation address=10.0.0.50"));
  const json::Value vm = created.json["result"].at(0);
  const auto port = cloud->port_of(vm);
  ASSERT_EQ(port.allowed_address_pairs.size(), 1);
  EXPECT_EQ(net::to_string(port.allowed_address_pairs[0].address), "10.0.0.50/32");
  ASSERT_EQ(port.fixed_ips.size(), 1);
  EXPECT_EQ(net::to_string(port.fixed_ips[0].address), "10.0.0.10");

  EXPECT_EQ(result("has_vm", {vm}), json::Value(true));
  result("set_vm_metadata", {vm, json::Object{{"job", "web"}, {"index", "0"}}});
  const auto server =
      cloud->run(openstack::show_server(cloud->session(), openstack::ServerId(*vm.as_string())));
  EXPECT_THAT(server.metadata, testing::Contains(testing::Pair("job", "web")));
  result("reboot_vm", {vm});

  result("delete_vm", {vm});
  result("delete_vm", {vm});  // done already is done
  EXPECT_EQ(result("has_vm", {vm}), json::Value(false));
  EXPECT_EQ(ports(), 1) << "the reservation";
  result("delete_stemcell", {stemcell});
}

TEST_F(RealOpenStack, CarriesADiskFromItsCreationToItsEnd) {
  const auto created = cloud->create_vm("10.0.0.20");
  ASSERT_TRUE(created.json["error"].is_null()) << created.output << created.errors;
  const json::Value vm = created.json["result"].at(0);
  const json::Value disk = result("create_disk", {1500, json::Object{}, vm});
  EXPECT_EQ(volume(disk).size_gib, 2) << "MiB are rounded up";
  EXPECT_EQ(result("has_disk", {disk}), json::Value(true));
  result("set_disk_metadata", {disk, json::Object{{"deployment", "d"}}});

  EXPECT_THAT(*result("attach_disk", {vm, disk}).as_string(), testing::StartsWith("/dev/"));
  EXPECT_EQ(volume(disk).status, "in-use");
  EXPECT_EQ(result("get_disks", {vm}), json::Value(json::Array{disk}));
  EXPECT_THAT(cloud->call("delete_disk", {disk}).error_message(), HasSubstr("state is in-use"));
  const json::Object about{{"director_name", "bosh"},
                           {"deployment", "d"},
                           {"job", "db"},
                           {"index", 0},
                           {"instance_id", "i"}};
  const json::Value snapshot = result("snapshot_disk", {disk, about});
  result("detach_disk", {vm, disk});
  EXPECT_EQ(volume(disk).status, "available");
  EXPECT_EQ(result("get_disks", {vm}), json::Value(json::Array{}));
  result("delete_snapshot", {snapshot});
  result("delete_disk", {disk});
  EXPECT_EQ(result("has_disk", {disk}), json::Value(false));
  result("delete_vm", {vm});
}

TEST_F(RealOpenStack, SaysAtOnceThatADiskCannotGrow) {
  // Cinder's fake driver cannot extend: the volume becomes error_extending.
  const json::Value disk = result("create_disk", {1024, json::Object{}});
  const auto answer = cloud->call("resize_disk", {disk, 2048});
  EXPECT_THAT(answer.output, HasSubstr("error_extending"));
  EXPECT_FALSE(answer.json["error"].is_null());
}

TEST_F(RealOpenStack, LeavesNothingWhenTheReservationIsMissing) {
  const auto answer = cloud->create_vm("10.0.0.11", {{"allowed_address_pairs", "10.0.0.77"}});
  EXPECT_EQ(answer.error_type(), "Bosh::Clouds::CloudError");
  EXPECT_THAT(answer.error_message(),
              HasSubstr("Configured VRRP port with ip '10.0.0.77' does not exist"));
  EXPECT_EQ(ports(), 1);
}

TEST_F(RealOpenStack, KeepsTheReservationWhenAVmIsToGetItsAddress) {
  const auto answer = cloud->create_vm("10.0.0.50");
  EXPECT_EQ(answer.error_type(), "Bosh::Clouds::CloudError");
  EXPECT_THAT(answer.error_message(), HasSubstr("is taken by port"));
  EXPECT_EQ(ports(), 1);
}

}  // namespace
