#include "cloud/api/faults.h"

#include <gmock/gmock.h>

#include "cloud/api/test_api.h"

namespace cloud::api {
namespace {

using testing::HasSubstr;

Faults faults_of(const char* text) {
  Faults faults;
  const auto added = faults.add(*json::parse(text), "f1");
  EXPECT_TRUE(added) << added.error().message;
  return faults;
}

bool hits(Faults& faults, const std::string& method, const std::string& target) {
  return faults.next({.method = method, .target = target, .headers = {}, .body = {}}).has_value();
}

TEST(Faults, HitByMethodAndPathWithoutTheQuery) {
  Faults faults = faults_of(R"({"method": "get", "path": "/network/*/ports", "count": 0})");
  EXPECT_TRUE(hits(faults, "GET", "/network/v2.0/ports"));
  EXPECT_TRUE(hits(faults, "GET", "/network/v2.0/ports?fixed_ips=ip_address%3D10.0.0.5"));
  EXPECT_FALSE(hits(faults, "POST", "/network/v2.0/ports"));
  EXPECT_FALSE(hits(faults, "GET", "/network/v2.0/ports/1"));
}

TEST(Faults, SkipAndCountChooseWhichOfTheRequests) {
  Faults faults = faults_of(R"({"path": "*", "skip": 1, "count": 2})");
  EXPECT_FALSE(hits(faults, "GET", "/a"));
  EXPECT_TRUE(hits(faults, "GET", "/a"));
  EXPECT_TRUE(hits(faults, "GET", "/a"));
  EXPECT_FALSE(hits(faults, "GET", "/a"));
  EXPECT_EQ(faults.all().front().seen, 4);
  EXPECT_EQ(faults.all().front().hit, 2);
}

TEST(Faults, NeverHitTheWayToRemoveThem) {
  Faults faults = faults_of(R"({"path": "*", "count": 0})");
  EXPECT_FALSE(hits(faults, "DELETE", "/holdfast/v1/faults"));
}

TEST(Faults, AreRefusedWhenTheyMakeNoSense) {
  Faults faults;
  for (const char* wrong : {R"([])", R"({"action": "explode"})", R"({"status": 42})",
                            R"({"count": -1})", R"({"pth": "*"})", R"({"headers": {"a b": "x"}})",
                            R"({"headers": {"a": "x\r\ny"}})", R"({"wait_ms": 99999999})"})
    EXPECT_FALSE(faults.add(*json::parse(wrong), "f")) << wrong;
  EXPECT_TRUE(faults.all().empty());
}

class FaultsTest : public ApiTest {
 protected:
  http::Response serve(const char* fault, const std::string& method, const std::string& target,
                       const std::string& body = "") {
    EXPECT_TRUE(api_.faults().add(*json::parse(fault), "f"));
    http::Request request{
        .method = method, .target = target, .headers = {{"X-Auth-Token", token_}}, .body = body};
    const auto next = api_.faults().next(request);
    return api_.handle(request, next);
  }
  static constexpr const char* kMakeNetwork = R"({"network": {"name": "n"}})";
};

TEST_F(FaultsTest, AnAnswerLooksLikeTheServicesOwnError) {
  const http::Response response = serve(R"({"status": 503, "headers": {"Retry-After": "7"}})",
                                        "POST", "/network/v2.0/networks", kMakeNetwork);
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.headers.find("Retry-After"), "7");
  EXPECT_THAT(response.body, HasSubstr("NeutronError"));
  EXPECT_EQ(state_.networks.size(), 0U) << "nothing was done";
}

TEST_F(FaultsTest, ALostAnswerWasStillCarriedOut) {
  const http::Response lost =
      serve(R"({"action": "lost"})", "POST", "/network/v2.0/networks", kMakeNetwork);
  EXPECT_EQ(lost.raw, "");
  EXPECT_EQ(state_.networks.size(), 1U);
}

TEST_F(FaultsTest, ACutAnswerPromisesMoreThanItHas) {
  const http::Response cut = serve(R"({"action": "cut"})", "GET", "/network/v2.0/networks");
  ASSERT_TRUE(cut.raw);
  EXPECT_THAT(*cut.raw, HasSubstr("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(*cut.raw, testing::Not(testing::EndsWith("}")));
}

TEST_F(FaultsTest, AServerMayBeAcceptedAndFindNoHost) {
  const std::string network = make_network();
  const std::string body = fmt::format(
      R"({{"server": {{"name": "s", "flavorRef": "1", "imageRef": "{}", "networks": [{{"uuid": "{}"}}]}}}})",
      make_image(), network);
  const http::Response made =
      serve(R"({"action": "fail-afterwards"})", "POST", "/compute/v2.1/servers", body);
  ASSERT_EQ(made.status, 202);
  const std::string id = (*json::parse(made.body))["server"].text_or("id", "");
  const json::Value server = send("GET", "/compute/v2.1/servers/" + id).body["server"];
  EXPECT_EQ(server.text_or("status", ""), "ERROR");
  EXPECT_THAT(server["fault"].text_or("message", ""), HasSubstr("No valid host"));
}

TEST_F(FaultsTest, RequestsAreNotedWithWhatHitThem) {
  send("GET", "/network/v2.0/ports?name=x");
  serve(R"({"action": "reset"})", "GET", "/network/v2.0/ports");
  const Reply list = send("GET", "/holdfast/v1/requests", "", {{"X-Holdfast-Token", "operator"}});
  const json::Array& requests = *list.body["requests"].as_array();
  ASSERT_GE(requests.size(), 2U);
  const json::Value& plain = requests[requests.size() - 2];
  EXPECT_EQ(plain.text_or("target", ""), "/network/v2.0/ports?name=x");
  EXPECT_EQ(plain["status"].as_integer(), 200);
  EXPECT_TRUE(plain["fault"].is_null());
  EXPECT_TRUE(requests.back()["status"].is_null());
  EXPECT_EQ(requests.back().text_or("fault", ""), "f");
}

}  // namespace
}  // namespace cloud::api
