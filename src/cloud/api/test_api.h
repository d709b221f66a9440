// For tests: the API on a store in memory, spoken to as user demo. What the API does after its
// answer is done when send() returns.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "cloud/api/api.h"
#include "cloud/api/test_hypervisor.h"

namespace cloud::api {

class ApiTest : public testing::Test {
 protected:
  struct Reply {
    int status = 0;
    json::Value body;
    http::Headers headers;
  };

  ApiTest() : store_(*store::Store::open(":memory:")), api_(state_, store_, host_, settings()) {
    EXPECT_TRUE(api_.bootstrap("secret", "admin-secret"));
    token_ = token("demo", "secret");
  }

  static Settings settings() {
    return {.base_url = "http://127.0.0.1:1", .admin_token = "operator"};
  }

  Reply send(const std::string& method, const std::string& target, const std::string& body = "",
             http::Headers headers = {}) {
    http::Request request{.method = method, .target = target, .headers = headers, .body = body};
    if (!request.headers.contains("X-Auth-Token")) request.headers.set("X-Auth-Token", token_);
    http::Response response = api_.handle(request);
    auto document = json::parse(response.body);
    return {response.status, document ? *document : json::Value(), response.headers};
  }

  std::string token(const std::string& user, const std::string& password) {
    const Reply reply =
        send("POST", "/identity/v3/auth/tokens",
             fmt::format(
                 R"({{"auth": {{"identity": {{"methods": ["password"], "password": {{"user":
              {{"name": "{0}", "domain": {{"name": "Default"}}, "password": "{1}"}}}}}},
              "scope": {{"project": {{"name": "{0}", "domain": {{"id": "default"}}}}}}}}}})",
                 user, password));
    EXPECT_EQ(reply.status, 201);
    return std::string(reply.headers.find("X-Subject-Token"));
  }

  std::string make_network() {
    const Reply network = send("POST", "/network/v2.0/networks", R"({"network": {"name": "net"}})");
    const std::string id = network.body["network"].text_or("id", "");
    const Reply subnet = send("POST", "/network/v2.0/subnets",
                              fmt::format(R"({{"subnet": {{"network_id": "{}", "ip_version": 4,
                                           "cidr": "10.0.0.0/24"}}}})",
                                          id));
    EXPECT_EQ(subnet.status, 201) << json::dump(subnet.body);
    return id;
  }
  Reply make_port(const std::string& network, const std::string& more) {
    return send("POST", "/network/v2.0/ports",
                fmt::format(R"({{"port": {{"network_id": "{}"{}}}}})", network, more));
  }
  std::string make_image() {
    const Reply image = send("POST", "/image/v2/images",
                             R"({"name": "i", "disk_format": "raw", "container_format": "bare"})");
    const std::string id = image.body.text_or("id", "");
    EXPECT_EQ(send("PUT", "/image/v2/images/" + id + "/file", "data",
                   {{"Content-Type", "application/octet-stream"}})
                  .status,
              204);
    return id;
  }
  Reply make_server(const std::string& name, const std::string& networks) {
    return send("POST", "/compute/v2.1/servers",
                fmt::format(R"({{"server": {{"name": "{}", "flavorRef": "1", "imageRef": "{}",
                            "networks": {}}}}})",
                            name, make_image(), networks));
  }

  model::State state_;
  store::Store store_;
  TestHypervisor host_;
  Api api_;
  std::string token_;
};

}  // namespace cloud::api
