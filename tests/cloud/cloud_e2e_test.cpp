// The real holdfast-cloud, from outside: what it answers, that its servers are processes, and what
// is left after a kill -9.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>

#include "http/client.h"
#include "io/process.h"
#include "io/wait.h"
#include "json/value.h"

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

struct Reply {
  int status = 0;
  json::Value body;
  http::Headers headers;
};

bool until(const std::function<bool()>& holds) {
  for (const auto deadline = std::chrono::steady_clock::now() + 30s;
       std::chrono::steady_clock::now() < deadline; ::usleep(10000))
    if (holds()) return true;
  return false;
}

class CloudTest : public testing::Test {
 protected:
  CloudTest() : client_(loop_, {}) {
    char folder[] = "/tmp/holdfast-cloud-test-XXXXXX";
    state_ = ::mkdtemp(folder);
  }
  ~CloudTest() override {
    if (cloud_) cloud_->stop(10s);
    std::filesystem::remove_all(state_);
  }

  void start() {
    auto process =
        io::Process::start({.arguments = {HOLDFAST_BIN_DIR "/holdfast-cloud", "--state", state_}});
    ASSERT_TRUE(process) << base::to_string(process.error());
    cloud_.emplace(*std::move(process));
    ASSERT_TRUE(until([&] { return std::filesystem::exists(state_ + "/cloud.json"); }));
    std::ifstream in(state_ + "/cloud.json");
    access_ = *json::parse(std::string(std::istreambuf_iterator<char>(in), {}));
    token_.clear();
    const Reply reply =
        send("POST", "/identity/v3/auth/tokens",
             fmt::format(R"({{"auth": {{"identity": {{"methods": ["password"], "password": {{"user":
                    {{"name": "demo", "domain": {{"name": "Default"}}, "password": "{}"}}}}}},
                    "scope": {{"project": {{"name": "demo", "domain": {{"name": "Default"}}}}}}}}}})",
                         access_.text_or("password", "")));
    ASSERT_EQ(reply.status, 201);
    token_ = reply.headers.find("X-Subject-Token");
  }

  Reply send(const std::string& method, const std::string& target, const std::string& body = "",
             const std::string& type = "application/json") {
    const auto url = http::Url::parse(access_.text_or("admin_url", ""));
    http::Request request{.method = method,
                          .target = target,
                          .headers = {{"X-Auth-Token", token_},
                                      {"X-Holdfast-Token", access_.text_or("admin_token", "")},
                                      {"Content-Type", type}},
                          .body = body};
    const auto response = io::run_to_end(
        loop_, client_.send(*url, std::move(request), std::chrono::steady_clock::now() + 30s));
    if (!response) {
      ADD_FAILURE() << base::to_string(response.error());
      return {};
    }
    auto document = json::parse(response->body);
    return {response->status, document ? *document : json::Value(), response->headers};
  }

  std::string make(const std::string& path, const std::string& kind, const std::string& body) {
    const Reply reply = send("POST", path, body);
    EXPECT_EQ(reply.status / 100, 2) << json::dump(reply.body);
    return kind.empty() ? reply.body.text_or("id", "") : reply.body[kind].text_or("id", "");
  }

  void furnish() {
    network_ = make("/network/v2.0/networks", "network", R"({"network": {"name": "tenant"}})");
    make("/network/v2.0/subnets", "subnet",
         fmt::format(
             R"({{"subnet": {{"network_id": "{}", "ip_version": 4, "cidr": "10.0.0.0/24"}}}})",
             network_));
    image_ = make("/image/v2/images", "",
                  R"({"name": "i", "disk_format": "raw", "container_format": "bare"})");
    EXPECT_EQ(
        send("PUT", "/image/v2/images/" + image_ + "/file", "data", "application/octet-stream")
            .status,
        204);
  }

  std::string make_server(const std::string& name) {
    return make("/compute/v2.1/servers", "server",
                fmt::format(R"({{"server": {{"name": "{}", "flavorRef": "1", "imageRef": "{}",
                            "networks": [{{"uuid": "{}"}}]}}}})",
                            name, image_, network_));
  }
  bool has_status(const std::string& server, const std::string& status) {
    return until([&] {
      return send("GET", "/compute/v2.1/servers/" + server).body["server"].text_or("status", "") ==
             status;
    });
  }
  pid_t process_of(const std::string& server) {
    const Reply reply = send("GET", "/holdfast/v1/servers/" + server + "/process");
    return static_cast<pid_t>(reply.body["pid"].as_integer().value_or(0));
  }

  io::Loop loop_;
  http::Client client_;
  std::string state_;
  std::optional<io::Process> cloud_;
  json::Value access_;
  std::string token_;
  std::string network_;
  std::string image_;
};

TEST_F(CloudTest, AServerIsAProcessAndGoesWhenItIsDeleted) {
  ASSERT_NO_FATAL_FAILURE(start());
  furnish();
  const std::string server = make_server("web");
  ASSERT_TRUE(has_status(server, "ACTIVE"));
  const pid_t pid = process_of(server);
  ASSERT_GT(pid, 0);
  EXPECT_EQ(::kill(pid, 0), 0);
  EXPECT_EQ(send("DELETE", "/compute/v2.1/servers/" + server).status, 204);
  EXPECT_EQ(send("GET", "/compute/v2.1/servers/" + server).status, 404);
  EXPECT_TRUE(until([&] { return ::kill(pid, 0) != 0; }));
}

TEST_F(CloudTest, StopStartAndPowerOff) {
  ASSERT_NO_FATAL_FAILURE(start());
  furnish();
  const std::string server = make_server("web");
  ASSERT_TRUE(has_status(server, "ACTIVE"));
  const std::string action = "/compute/v2.1/servers/" + server + "/action";
  EXPECT_EQ(send("POST", action, R"({"os-stop": null})").status, 202);
  EXPECT_TRUE(has_status(server, "SHUTOFF"));
  EXPECT_EQ(send("POST", action, R"({"os-start": null})").status, 202);
  EXPECT_TRUE(has_status(server, "ACTIVE"));
  EXPECT_EQ(send("POST", action, R"({"reboot": {"type": "SOFT"}})").status, 202);
  EXPECT_TRUE(has_status(server, "ACTIVE"));
  EXPECT_EQ(send("POST", "/holdfast/v1/servers/" + server + "/power-off").status, 200);
  EXPECT_TRUE(has_status(server, "SHUTOFF"));
}

TEST_F(CloudTest, AfterAKillEverythingIsThereAgainAndTheServersRun) {
  ASSERT_NO_FATAL_FAILURE(start());
  furnish();
  const std::string vip =
      make("/network/v2.0/ports", "port",
           fmt::format(R"({{"port": {{"network_id": "{}", "fixed_ips": [{{"ip_address":
                       "10.0.0.50"}}]}}}})",
                       network_));
  const std::string server = make_server("web");
  ASSERT_TRUE(has_status(server, "ACTIVE"));
  const pid_t before = process_of(server);
  ASSERT_TRUE(cloud_->send(SIGKILL));
  ASSERT_TRUE(cloud_->wait(10s));
  EXPECT_TRUE(until([&] { return ::kill(before, 0) != 0; })) << "guests die with their host";
  std::filesystem::remove(state_ + "/cloud.json");
  ASSERT_NO_FATAL_FAILURE(start());
  EXPECT_EQ(send("GET", "/network/v2.0/ports/" + vip).status, 200);
  EXPECT_TRUE(has_status(server, "ACTIVE"));
  EXPECT_GT(process_of(server), 0);
  const Reply refused = send("POST", "/network/v2.0/ports",
                             fmt::format(R"({{"port": {{"network_id": "{}", "fixed_ips":
                                         [{{"ip_address": "10.0.0.50"}}]}}}})",
                                         network_));
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.body["NeutronError"].text_or("type", ""), "IpAddressAlreadyAllocated");
}

TEST_F(CloudTest, AShellIsAHostOnTheNetwork) {
  ASSERT_NO_FATAL_FAILURE(start());
  furnish();
  const Reply shell = send("POST", "/holdfast/v1/shells", R"({"network": "tenant"})");
  ASSERT_EQ(shell.status, 201) << json::dump(shell.body);
  EXPECT_EQ(shell.body.text_or("ip", ""), "10.0.0.2");
  EXPECT_EQ(::kill(static_cast<pid_t>(shell.body["pid"].as_integer().value_or(0)), 0), 0);
  EXPECT_EQ(send("DELETE", "/holdfast/v1/shells/" + shell.body.text_or("id", "")).status, 204);
  EXPECT_EQ(send("GET", "/network/v2.0/ports").body["ports"].as_array()->size(), 0U);
}

TEST_F(CloudTest, TwoDoNotShareAStateDirectory) {
  ASSERT_NO_FATAL_FAILURE(start());
  const auto second =
      io::run({.arguments = {HOLDFAST_BIN_DIR "/holdfast-cloud", "--state", state_}}, "", 20s);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->exit.code, 1);
  EXPECT_THAT(second->errors, HasSubstr("is in use by another holdfast-cloud"));
}

TEST_F(CloudTest, ASignalTearsAllDown) {
  ASSERT_NO_FATAL_FAILURE(start());
  furnish();
  const std::string server = make_server("web");
  ASSERT_TRUE(has_status(server, "ACTIVE"));
  const pid_t pid = process_of(server);
  ASSERT_TRUE(cloud_->send(SIGTERM));
  const auto exit = cloud_->wait(30s);
  ASSERT_TRUE(exit);
  EXPECT_EQ(exit->code, 0);
  EXPECT_TRUE(until([&] { return ::kill(pid, 0) != 0; }));
  EXPECT_FALSE(std::filesystem::exists(state_ + "/cloud.json"));
}

}  // namespace
