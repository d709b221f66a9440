#include <fmt/format.h>
#include <gmock/gmock.h>

#include "cloud/api/test_api.h"

namespace cloud::api {
namespace {

using testing::HasSubstr;

TEST_F(ApiTest, EachServiceSaysUnauthorizedAsItsClientsExpect) {
  for (const char* target : {"/network/v2.0/ports", "/compute/v2.1/servers", "/image/v2/images",
                             "/identity/v3/projects"}) {
    const Reply reply = send("GET", target, "", {{"X-Auth-Token", "wrong"}});
    EXPECT_EQ(reply.status, 401) << target;
    EXPECT_EQ(reply.body["error"]["code"].as_integer(), 401) << target;
    EXPECT_TRUE(reply.headers.contains("WWW-Authenticate")) << target;
    EXPECT_THAT(std::string(reply.headers.find("X-Openstack-Request-Id")), HasSubstr("req-"));
  }
  EXPECT_EQ(send("GET", "/holdfast/v1/drops").status, 401);
  EXPECT_EQ(send("GET", "/holdfast/v1/drops", "", {{"X-Holdfast-Token", "operator"}}).status, 200);
}

TEST_F(ApiTest, ThePasswordMustBeRight) {
  const std::string body =
      R"({"auth": {"identity": {"methods": ["password"], "password": {"user":
         {"name": "demo", "domain": {"id": "default"}, "password": "guess"}}}}})";
  EXPECT_EQ(send("POST", "/identity/v3/auth/tokens", body).status, 401);
  EXPECT_EQ(send("POST", "/identity/v3/auth/tokens", "{}").status, 400);
  EXPECT_EQ(send("POST", "/identity/v3/auth/tokens", "{").status, 400);
}

TEST_F(ApiTest, AnApplicationCredentialIsAWayIn) {
  const Reply self = send("GET", "/identity/v3/auth/tokens", "",
                          {{"X-Auth-Token", token_}, {"X-Subject-Token", token_}});
  const std::string user = self.body["token"]["user"].text_or("id", "");
  const Reply made = send("POST", "/identity/v3/users/" + user + "/application_credentials",
                          R"({"application_credential": {"name": "cpi"}})");
  ASSERT_EQ(made.status, 201) << json::dump(made.body);
  const Reply entered =
      send("POST", "/identity/v3/auth/tokens",
           fmt::format(R"({{"auth": {{"identity": {{"methods": ["application_credential"],
                  "application_credential": {{"id": "{}", "secret": "{}"}}}}}}}})",
                       made.body["application_credential"].text_or("id", ""),
                       made.body["application_credential"].text_or("secret", "")));
  EXPECT_EQ(entered.status, 201);
  EXPECT_EQ(entered.body["token"]["project"].text_or("name", ""), "demo");
  EXPECT_EQ(entered.body["token"]["catalog"].at(1).text_or("type", ""), "network");
}

TEST_F(ApiTest, AReservedAddressIsRefusedTheSecondTime) {
  const std::string network = make_network();
  const std::string vip = R"(, "fixed_ips": [{"ip_address": "10.0.0.50"}])";
  const Reply first = make_port(network, vip);
  ASSERT_EQ(first.status, 201);
  EXPECT_EQ(first.body["port"].text_or("status", ""), "DOWN");
  EXPECT_EQ(first.body["port"].text_or("device_id", "?"), "");
  const Reply second = make_port(network, vip);
  EXPECT_EQ(second.status, 409);
  EXPECT_EQ(second.body["NeutronError"].text_or("type", ""), "IpAddressAlreadyAllocated");
  const Reply found = send("GET", "/network/v2.0/ports?fixed_ips=ip_address%3D10.0.0.50");
  EXPECT_EQ(found.body["ports"].as_array()->size(), 1U);
}

TEST_F(ApiTest, PairsAreReplacedAsAWholeAndCheckedAgainstTheRevision) {
  const std::string network = make_network();
  const Reply made =
      make_port(network, R"(, "allowed_address_pairs": [{"ip_address": "10.0.0.50"}])");
  ASSERT_EQ(made.status, 201);
  const json::Value& port = made.body["port"];
  EXPECT_EQ(port["allowed_address_pairs"].at(0).text_or("mac_address", ""),
            port.text_or("mac_address", "?"));
  const std::string path = "/network/v2.0/ports/" + port.text_or("id", "");
  const std::string body = R"({"port": {"allowed_address_pairs": [{"ip_address": "10.0.0.51"}]}})";
  EXPECT_EQ(send("PUT", path, body, {{"If-Match", "revision_number=99"}}).status, 412);
  const Reply changed = send("PUT", path, body, {{"If-Match", "revision_number=1"}});
  EXPECT_EQ(changed.status, 200);
  EXPECT_EQ(changed.body["port"]["allowed_address_pairs"].as_array()->size(), 1U);
  const Reply refused =
      send("PUT", path, R"({"port": {"port_security_enabled": false, "security_groups": []}})");
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.body["NeutronError"].text_or("type", ""), "AddressPairAndPortSecurityRequired");
  EXPECT_EQ(send("DELETE", path).status, 204);
  EXPECT_EQ(send("GET", path).status, 404);
}

TEST_F(ApiTest, ARefusedBulkRequestLeavesNothing) {
  const std::string network = make_network();
  const Reply refused = send(
      "POST", "/network/v2.0/ports",
      fmt::format(R"({{"ports": [{{"network_id": "{0}"}}, {{"network_id": "{0}", "colour": 1}}]}})",
                  network));
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(refused.body["NeutronError"].text_or("message", ""), HasSubstr("colour"));
  EXPECT_EQ(state_.ports.size(), 0U);
}

TEST_F(ApiTest, AnotherProjectSeesNothing) {
  const std::string network = make_network();
  token_ = token("admin", "admin-secret");
  EXPECT_EQ(send("GET", "/network/v2.0/networks/" + network).status, 200) << "admins see all";
  model::User user = state_.users.begin()->second;
  for (auto& [id, each] : state_.users)
    if (each.name == "admin") user = each;
  for (model::Grant& grant : user.grants) grant.roles = {"member"};
  state_.users.put(user);
  state_.commit();
  EXPECT_EQ(send("GET", "/network/v2.0/networks/" + network).status, 404);
  EXPECT_EQ(send("GET", "/network/v2.0/networks").body["networks"].as_array()->size(), 0U);
}

TEST_F(ApiTest, AServerLivesAndItsPortsAreKeptOrDeletedAsNovaDoes) {
  const std::string network = make_network();
  const std::string given = make_port(network, "").body["port"].text_or("id", "");
  const Reply made =
      make_server("web", fmt::format(R"([{{"port": "{}"}}, {{"uuid": "{}"}}])", given, network));
  ASSERT_EQ(made.status, 202) << json::dump(made.body);
  const std::string path = "/compute/v2.1/servers/" + made.body["server"].text_or("id", "");
  EXPECT_EQ(send("GET", path).body["server"].text_or("status", ""), "ACTIVE");
  EXPECT_EQ(state_.ports.find(given)->status, "ACTIVE");
  EXPECT_EQ(state_.ports.size(), 2U);
  EXPECT_EQ(make_server("again", fmt::format(R"([{{"port": "{}"}}])", given)).status, 400);
  const std::string free = make_port(network, "").body["port"].text_or("id", "");
  const std::string twice = fmt::format(R"([{{"port": "{0}"}}, {{"port": "{0}"}}])", free);
  EXPECT_EQ(make_server("twice", twice).status, 400);
  EXPECT_EQ(send("DELETE", "/network/v2.0/ports/" + free).status, 204);
  EXPECT_EQ(send("DELETE", path).status, 204);
  EXPECT_EQ(send("GET", path).status, 404);
  ASSERT_EQ(state_.ports.size(), 1U);
  EXPECT_EQ(state_.ports.find(given)->device_id, "");
  EXPECT_EQ(state_.ports.find(given)->status, "DOWN");
  EXPECT_TRUE(host_.running.empty());
}

TEST_F(ApiTest, AServerThatCannotBootSaysWhy) {
  host_.refuses_to_boot = "bad";
  const std::string network = make_network();
  const Reply made = make_server("bad", fmt::format(R"([{{"uuid": "{}"}}])", network));
  ASSERT_EQ(made.status, 202);
  const Reply shown = send("GET", "/compute/v2.1/servers/" + made.body["server"].text_or("id", ""));
  EXPECT_EQ(shown.body["server"].text_or("status", ""), "ERROR");
  EXPECT_EQ(shown.body["server"]["fault"].text_or("message", ""), "cannot boot bad");
}

TEST_F(ApiTest, StopRebootAndPowerOffFollowTheGuest) {
  const std::string network = make_network();
  const Reply made = make_server("web", fmt::format(R"([{{"uuid": "{}"}}])", network));
  const std::string id = made.body["server"].text_or("id", "");
  const std::string path = "/compute/v2.1/servers/" + id;
  const auto status = [&] { return send("GET", path).body["server"].text_or("status", ""); };
  EXPECT_EQ(send("POST", path + "/action", R"({"os-start": null})").status, 409);
  EXPECT_EQ(send("POST", path + "/action", R"({"os-stop": null})").status, 202);
  EXPECT_EQ(status(), "ACTIVE") << "the guest is still saying goodbye";
  host_.running.clear();
  api_.on_end(id);
  EXPECT_EQ(status(), "SHUTOFF");
  EXPECT_EQ(send("POST", path + "/action", R"({"os-start": null})").status, 202);
  EXPECT_EQ(status(), "ACTIVE");
  EXPECT_EQ(send("POST", path + "/action", R"({"reboot": {"type": "SOFT"}})").status, 202);
  EXPECT_EQ(status(), "REBOOT");
  api_.on_end(id);
  EXPECT_EQ(status(), "ACTIVE");
  const http::Headers as_operator{{"X-Holdfast-Token", "operator"}};
  EXPECT_EQ(send("POST", "/holdfast/v1/servers/web/power-off", "", as_operator).status, 200);
  api_.on_end(id);
  EXPECT_EQ(status(), "SHUTOFF");
  const Reply console = send("POST", path + "/action", R"({"os-getConsoleOutput": {"length": 2}})");
  EXPECT_EQ(console.body.text_or("output", ""), "two\nthree\n");
  EXPECT_EQ(send("POST", path + "/action", R"({"rescue": null})").status, 501);
  EXPECT_EQ(send("POST", path + "/action", R"({"dance": null})").status, 400);
}

TEST_F(ApiTest, AfterARestartServersThatRanAreBooted) {
  const std::string network = make_network();
  ASSERT_EQ(make_server("web", fmt::format(R"([{{"uuid": "{}"}}])", network)).status, 202);
  model::State state;
  ASSERT_TRUE(store_.load(state));
  TestHypervisor host;
  Api api(state, store_, host, settings());
  ASSERT_TRUE(api.resume());
  ASSERT_EQ(host.running.size(), 1U);
  EXPECT_EQ(host.running.begin()->second.name, "web");
  EXPECT_GE(host.times_followed, 1);
}

TEST_F(ApiTest, WhatIsNotOfferedSaysSo) {
  const Reply routers = send("GET", "/network/v2.0/routers");
  EXPECT_EQ(routers.status, 404);
  EXPECT_THAT(routers.body["NeutronError"].text_or("message", ""), HasSubstr("does not offer"));
  const Reply backups = send("GET", "/volume/v3/p/backups");
  EXPECT_EQ(backups.status, 404);
  EXPECT_THAT(backups.body["itemNotFound"].text_or("message", ""), HasSubstr("backups"));
  EXPECT_EQ(send("PATCH", "/network/v2.0/ports").status, 405);
  EXPECT_EQ(send("GET", "/nowhere").status, 404);
  EXPECT_EQ(send("GET", "/").status, 200);
}

TEST_F(ApiTest, MicroversionsAreNegotiated) {
  const Reply versions = send("GET", "/compute/v2.1/");
  EXPECT_EQ(versions.body["version"].text_or("version", ""), "2.67");
  const Reply shown =
      send("GET", "/compute/v2.1/flavors", "", {{"OpenStack-API-Version", "compute 2.55"}});
  EXPECT_EQ(shown.headers.find("OpenStack-API-Version"), "compute 2.55");
  EXPECT_EQ(
      send("GET", "/compute/v2.1/flavors", "", {{"OpenStack-API-Version", "compute 2.99"}}).status,
      406);
}

}  // namespace
}  // namespace cloud::api
