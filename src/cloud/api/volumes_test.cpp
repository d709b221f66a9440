#include <gmock/gmock.h>

#include "cloud/api/test_api.h"

namespace cloud::api {
namespace {

using testing::HasSubstr;

class VolumesTest : public ApiTest {
 protected:
  VolumesTest() {
    for (const auto& [id, project] : state_.projects)
      if (project.name == "demo") base_ = "/volume/v3/" + id;
  }

  std::string make_volume(const std::string& attributes = R"("size": 2)") {
    const Reply made =
        send("POST", base_ + "/volumes", fmt::format(R"({{"volume": {{{}}}}})", attributes));
    EXPECT_EQ(made.status, 202) << json::dump(made.body);
    EXPECT_EQ(made.body["volume"].text_or("status", ""), "creating");
    return made.body["volume"].text_or("id", "");
  }
  json::Value volume(const std::string& id) {
    return send("GET", base_ + "/volumes/" + id).body["volume"];
  }
  std::string make_running_server() {
    const Reply made = make_server("db", fmt::format(R"([{{"uuid": "{}"}}])", make_network()));
    EXPECT_EQ(made.status, 202) << json::dump(made.body);
    return made.body["server"].text_or("id", "");
  }
  Reply attach(const std::string& server, const std::string& volume_id) {
    return send("POST", "/compute/v2.1/servers/" + server + "/os-volume_attachments",
                fmt::format(R"({{"volumeAttachment": {{"volumeId": "{}"}}}})", volume_id));
  }
  Reply act(const std::string& id, const std::string& action) {
    return send("POST", base_ + "/volumes/" + id + "/action", action);
  }

  std::string base_;
};

TEST_F(VolumesTest, AreAvailableOnceMadeAndGoneOnceDeleted) {
  const std::string id = make_volume(R"("size": 3, "name": "v", "metadata": {"a": "b"})");
  const json::Value made = volume(id);
  EXPECT_EQ(made.text_or("status", ""), "available");
  EXPECT_EQ(made["size"].as_integer(), 3);
  EXPECT_EQ(made.text_or("volume_type", ""), "__DEFAULT__");
  EXPECT_EQ(made["metadata"].text_or("a", ""), "b");
  EXPECT_EQ(made.text_or("bootable", ""), "false");
  EXPECT_EQ(send("DELETE", base_ + "/volumes/" + id).status, 202);
  const Reply gone = send("GET", base_ + "/volumes/" + id);
  EXPECT_EQ(gone.status, 404);
  EXPECT_EQ(gone.body["itemNotFound"].text_or("message", ""),
            "Volume " + id + " could not be found.");
}

TEST_F(VolumesTest, AreRefusedWithoutASoundSizeTypeOrZone) {
  for (const char* wrong : {R"("size": 0)", R"("size": "x")", R"("name": "none")",
                            R"("size": 1, "availability_zone": "mars")"})
    EXPECT_EQ(
        send("POST", base_ + "/volumes", fmt::format(R"({{"volume": {{{}}}}})", wrong)).status, 400)
        << wrong;
  const Reply no_type =
      send("POST", base_ + "/volumes", R"({"volume": {"size": 1, "volume_type": "gold"}})");
  EXPECT_EQ(no_type.status, 404);
  EXPECT_THAT(no_type.body["itemNotFound"].text_or("message", ""), HasSubstr("gold"));
  EXPECT_EQ(send("POST", "/volume/v3/another/volumes", R"({"volume": {"size": 1}})").status, 400);
}

TEST_F(VolumesTest, AreAttachedUnderNovasDeviceNameAndKeptFromDeletion) {
  const std::string server = make_running_server();
  const std::string first = make_volume();
  const std::string second = make_volume();
  EXPECT_EQ(attach(server, first).body["volumeAttachment"].text_or("device", ""), "/dev/vdb");
  EXPECT_EQ(attach(server, second).body["volumeAttachment"].text_or("device", ""), "/dev/vdc");
  EXPECT_EQ(volume(first).text_or("status", ""), "in-use");
  EXPECT_EQ(volume(first)["attachments"].at(0).text_or("server_id", ""), server);
  EXPECT_EQ(attach(server, first).status, 400);
  EXPECT_EQ(send("DELETE", base_ + "/volumes/" + first).status, 400);
  const std::string attachments = "/compute/v2.1/servers/" + server + "/os-volume_attachments";
  EXPECT_EQ(send("GET", attachments).body["volumeAttachments"].as_array()->size(), 2U);
  const json::Value shown = send("GET", "/compute/v2.1/servers/" + server).body["server"];
  EXPECT_EQ(shown["os-extended-volumes:volumes_attached"].at(0).text_or("id", ""), first);

  EXPECT_EQ(send("DELETE", attachments + "/" + first).status, 202);
  EXPECT_EQ(volume(first).text_or("status", ""), "available");
  EXPECT_EQ(send("DELETE", attachments + "/" + first).status, 404);
  EXPECT_EQ(send("DELETE", "/compute/v2.1/servers/" + server).status, 204);
  EXPECT_EQ(volume(second).text_or("status", ""), "available") << "released with the server";
}

TEST_F(VolumesTest, GrowAndChangeTheirTypeOnlyWhenTheyMay) {
  const std::string id = make_volume();
  EXPECT_EQ(act(id, R"({"os-extend": {"new_size": 2}})").status, 400);
  EXPECT_EQ(act(id, R"({"os-extend": {"new_size": 5}})").status, 202);
  EXPECT_EQ(volume(id)["size"].as_integer(), 5);
  EXPECT_EQ(act(id, R"({"os-retype": {"new_type": "ssd"}})").status, 202);
  EXPECT_EQ(volume(id).text_or("volume_type", ""), "ssd");
  EXPECT_EQ(act(id, R"({"os-reset_status": {"status": "error"}})").status, 403);
  EXPECT_EQ(act(id, R"({"os-fly": {}})").status, 400);
  attach(make_running_server(), id);
  EXPECT_EQ(act(id, R"({"os-extend": {"new_size": 9}})").status, 400) << "it is in use";
}

TEST_F(VolumesTest, MetadataIsMergedByPostAndReplacedByPut) {
  const std::string id = make_volume(R"("size": 1, "metadata": {"a": "1"})");
  const std::string path = base_ + "/volumes/" + id + "/metadata";
  EXPECT_EQ(send("POST", path, R"({"metadata": {"b": "2"}})").status, 200);
  EXPECT_EQ(volume(id)["metadata"].as_object()->size(), 2U);
  EXPECT_EQ(send("PUT", path, R"({"metadata": {"c": "3"}})").status, 200);
  EXPECT_EQ(volume(id)["metadata"].as_object()->size(), 1U);
  EXPECT_EQ(send("POST", path, R"({"metadata": {"n": 1}})").status, 400);
}

TEST_F(VolumesTest, SnapshotsHoldTheirVolume) {
  const std::string id = make_volume();
  attach(make_running_server(), id);
  const auto snapshot = [&](const char* more) {
    return send("POST", base_ + "/snapshots",
                fmt::format(R"({{"snapshot": {{"volume_id": "{}", "name": "s"{}}}}})", id, more));
  };
  EXPECT_EQ(snapshot("").status, 400) << "in use, and not forced";
  const Reply made = snapshot(R"(, "force": true)");
  ASSERT_EQ(made.status, 202);
  const std::string path = base_ + "/snapshots/" + made.body["snapshot"].text_or("id", "");
  EXPECT_EQ(send("GET", path).body["snapshot"].text_or("status", ""), "available");
  EXPECT_EQ(send("POST", path + "/metadata", R"({"metadata": {"k": "v"}})").status, 200);
  EXPECT_EQ(send("DELETE", path).status, 202);
  EXPECT_EQ(send("GET", path).status, 404);
}

TEST_F(VolumesTest, AServerBootsFromAVolumeMadeOfAnImage) {
  const std::string network = make_network();
  const Reply made = send(
      "POST", "/compute/v2.1/servers",
      fmt::format(R"({{"server": {{"name": "bfv", "flavorRef": "1", "networks": [{{"uuid": "{}"}}],
          "block_device_mapping_v2": [{{"uuid": "{}", "source_type": "image",
          "destination_type": "volume", "volume_size": 10, "boot_index": "0",
          "delete_on_termination": "1"}}]}}}})",
                  network, make_image()));
  ASSERT_EQ(made.status, 202) << json::dump(made.body);
  const std::string id = made.body["server"].text_or("id", "");
  const json::Value server = send("GET", "/compute/v2.1/servers/" + id).body["server"];
  EXPECT_EQ(server.text_or("image", "-"), "");
  const std::string root = server["os-extended-volumes:volumes_attached"].at(0).text_or("id", "");
  EXPECT_EQ(volume(root)["size"].as_integer(), 10);
  EXPECT_EQ(volume(root).text_or("bootable", ""), "true");
  EXPECT_EQ(send("DELETE", "/compute/v2.1/servers/" + id + "/os-volume_attachments/" + root).status,
            403);
  send("DELETE", "/compute/v2.1/servers/" + id);
  EXPECT_EQ(send("GET", base_ + "/volumes/" + root).status, 404) << "deleted with its server";
}

TEST_F(VolumesTest, AServerGroupKnowsItsMembers) {
  const Reply group = send("POST", "/compute/v2.1/os-server-groups",
                           R"({"server_group": {"name": "g", "policies": ["anti-affinity"]}})");
  ASSERT_EQ(group.status, 200) << json::dump(group.body);
  const std::string id = group.body["server_group"].text_or("id", "");
  const auto make = [&](const std::string& group_id) {
    return send("POST", "/compute/v2.1/servers",
                fmt::format(R"({{"server": {{"name": "m", "flavorRef": "1", "imageRef": "{}",
                            "networks": [{{"uuid": "{}"}}]}},
                            "os:scheduler_hints": {{"group": "{}"}}}})",
                            make_image(), make_network(), group_id));
  };
  EXPECT_EQ(make("no-such-group").status, 400);
  const std::string server = make(id).body["server"].text_or("id", "");
  const std::string path = "/compute/v2.1/os-server-groups/" + id;
  EXPECT_EQ(send("GET", path).body["server_group"]["members"].at(0), json::Value(server));
  send("DELETE", "/compute/v2.1/servers/" + server);
  EXPECT_EQ(send("GET", path).body["server_group"]["members"].as_array()->size(), 0U);
  EXPECT_EQ(send("DELETE", path).status, 204);
}

}  // namespace
}  // namespace cloud::api
