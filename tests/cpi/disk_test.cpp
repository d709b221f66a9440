// The life of a persistent disk, as a Director lives it, against the embedded cloud.
#include <gmock/gmock.h>

#include "cpi_process.h"
#include "embedded_cloud.h"
#include "openstack/volume.h"

namespace {

using cpi_process::Answer;
using cpi_process::Cpi;
using testing::HasSubstr;

class Disks : public testing::Test {
 protected:
  static void SetUpTestSuite() { cloud = std::make_unique<embedded::Cloud>(); }
  static void TearDownTestSuite() { cloud.reset(); }
  void SetUp() override {
    if (!cloud->problem()) return;
    const std::string& problem = *cloud->problem();
    if (problem.find("not permitted") != std::string::npos)
      GTEST_SKIP() << "no user namespaces here: " << problem;
    FAIL() << problem;
  }

  static Answer call(const std::string& method, json::Array arguments, json::Object more = {}) {
    json::Object properties = cloud->credentials();
    for (const auto& [key, value] : more) properties.set(key, value);
    const Cpi cpi(cloud->auth_url(), properties);
    return cpi.call(method, std::move(arguments));
  }
  static json::Value result(const std::string& method, json::Array arguments,
                            json::Object more = {}) {
    const Answer answer = call(method, std::move(arguments), std::move(more));
    EXPECT_TRUE(answer.json["error"].is_null()) << answer.output << answer.errors;
    return answer.json["result"];
  }
  static json::Value make_vm(const std::string& address) {
    return result("create_vm", cpi_process::create_vm_arguments(
                                   cloud->image.value(), cloud->network.value(), address, {}))
        .at(0);
  }
  static openstack::Volume volume(const json::Value& id) {
    return cloud->run(
        openstack::show_volume(cloud->session(), openstack::VolumeId(*id.as_string())));
  }

  static std::unique_ptr<embedded::Cloud> cloud;
};
std::unique_ptr<embedded::Cloud> Disks::cloud;

TEST_F(Disks, LiveFromTheirCreationToTheirEnd) {
  const json::Value vm = make_vm("10.0.0.20");
  const json::Value disk = result("create_disk", {1500, json::Object{{"type", "ssd"}}, vm});
  EXPECT_EQ(volume(disk).size_gib, 2) << "MiB are rounded up";
  EXPECT_EQ(volume(disk).type, "ssd");
  EXPECT_THAT(volume(disk).name, testing::StartsWith("volume-"));
  EXPECT_EQ(result("has_disk", {disk}), json::Value(true));

  const json::Value hint = result("attach_disk", {vm, disk});
  EXPECT_EQ(hint, json::Value("/dev/vdb"));
  EXPECT_EQ(result("attach_disk", {vm, disk}), hint) << "attached already is attached";
  EXPECT_EQ(volume(disk).status, "in-use");
  EXPECT_EQ(result("get_disks", {vm}), json::Value(json::Array{disk}));
  EXPECT_THAT(call("resize_disk", {disk, 4096}).error_message(), HasSubstr("attachments"));
  EXPECT_THAT(call("delete_disk", {disk}).error_message(), HasSubstr("state is in-use"));

  const json::Object about{{"director_name", "bosh"},
                           {"deployment", "d"},
                           {"job", "db"},
                           {"index", 0},
                           {"instance_id", "i"}};
  const json::Value snapshot = result("snapshot_disk", {disk, about});
  result("detach_disk", {vm, disk});
  result("detach_disk", {vm, disk});  // detached already is detached
  EXPECT_EQ(volume(disk).status, "available");
  EXPECT_EQ(result("get_disks", {vm}), json::Value(json::Array{}));

  result("delete_snapshot", {snapshot});
  result("delete_snapshot", {snapshot});
  result("delete_disk", {disk});
  result("delete_disk", {disk});
  EXPECT_EQ(result("has_disk", {disk}), json::Value(false));
  result("delete_vm", {vm});
}

TEST_F(Disks, GrowAndChangeTheirTypeButNeverShrink) {
  const json::Value disk =
      result("create_disk", {2048, json::Object{}}, {{"default_volume_type", "ssd"}});
  EXPECT_EQ(volume(disk).type, "ssd");
  result("resize_disk", {disk, 2048});
  result("resize_disk", {disk, 5000});
  EXPECT_EQ(volume(disk).size_gib, 5);
  const Answer smaller = call("resize_disk", {disk, 1024});
  EXPECT_EQ(smaller.error_type(), "Bosh::Clouds::NotSupported") << "so that a Director copies";
  EXPECT_TRUE(result("update_disk", {disk, 8192, json::Object{{"type", "__DEFAULT__"}}}).is_null());
  EXPECT_EQ(volume(disk).size_gib, 8);
  EXPECT_EQ(volume(disk).type, "__DEFAULT__");
  EXPECT_EQ(call("update_disk", {disk, 1024, json::Object{}}).error_type(),
            "Bosh::Clouds::NotSupported");
  result("delete_disk", {disk});
}

TEST_F(Disks, MetadataIsAddedToWhatIsThere) {
  const json::Value disk = result("create_disk", {1024, json::Object{}});
  result("set_disk_metadata", {disk, json::Object{{"deployment", "d"}, {"attempt", 1}}});
  result("set_disk_metadata", {disk, json::Object{{"deployment", "e"}, {"none", nullptr}}});
  const auto shown = cloud->run(
      cloud->session().request(openstack::Service::Volume, "GET", "/volumes/" + *disk.as_string()));
  EXPECT_EQ(json::dump(shown["volume"]["metadata"]), R"({"attempt":"1","deployment":"e"})");
  result("delete_disk", {disk});
}

TEST_F(Disks, MistakesAreNamed) {
  EXPECT_THAT(call("create_disk", {512, json::Object{}}).error_message(),
              HasSubstr("Minimum disk size is 1 GiB"));
  EXPECT_EQ(call("create_disk", {"big", json::Object{}}).error_type(), "InvalidCall");
  EXPECT_THAT(call("create_disk", {1024, json::Object{{"type", "gold"}}}).error_message(),
              HasSubstr("gold"));
  EXPECT_EQ(call("create_disk", {1024, json::Object{}, "no-vm"}).error_message(),
            "Server `no-vm' not found");
  EXPECT_EQ(call("attach_disk", {"no-vm", "no-disk"}).error_message(), "Server `no-vm' not found");
  EXPECT_EQ(call("resize_disk", {"no-disk", 1024}).error_message(), "Volume `no-disk' not found");
  EXPECT_EQ(call("snapshot_disk", {"no-disk", json::Object{}}).error_message(),
            "Volume `no-disk' not found");
  EXPECT_EQ(call("set_disk_metadata", {"no-disk", json::Object{{"a", "b"}}}).error_message(),
            "Volume `no-disk' not found");
}

TEST_F(Disks, AVolumeThatFailsIsNotLeftBehind) {
  cloud->operate(
      "POST", "faults",
      json::Object{
          {"method", "POST"}, {"path", "/volume/*/volumes"}, {"action", "fail-afterwards"}});
  const auto before = cloud->run(openstack::list_volumes(cloud->session())).size();
  EXPECT_THAT(call("create_disk", {1024, json::Object{}}).error_message(),
              HasSubstr("state is error, expected available"));
  EXPECT_EQ(cloud->run(openstack::list_volumes(cloud->session())).size(), before);
}

}  // namespace
