#include "cloud/guest/user_data.h"

#include <gmock/gmock.h>

namespace {

using namespace cloud::guest;
using testing::HasSubstr;
using testing::Not;

TEST(UserData, AsTheCpiSendsThem) {
  const auto settings = read_user_data(R"({
    "server": {"name": "vm-1"}, "agent_id": "a", "vm": {"name": "vm-1"},
    "networks": {
      "web": {"type": "manual", "ip": "10.0.0.10", "netmask": "255.255.255.0", "gateway": "10.0.0.1",
              "default": ["dns", "gateway"], "mac": "FA:16:3E:00:00:01", "use_dhcp": true},
      "six": {"ip": "2001:db8::5", "prefix": 64},
      "float": {"type": "vip", "ip": "198.51.100.7"}},
    "env": {"bosh": {"password": "x"}, "holdfast": {
      "instance": {"name": "web/0", "group": "web", "index": 0},
      "jobs": [{"name": "keepalived", "command": ["holdfastd", "-n"],
                "files": {"/run/vcap/jobs/keepalived/config/keepalived.conf": "vrrp_instance x {}"},
                "environment": {"A": "b"}}]}}})");
  ASSERT_TRUE(settings) << settings.error().what;
  EXPECT_EQ(settings->instance, "web/0");
  ASSERT_EQ(settings->networks.size(), 2u) << "vip networks are not the guest's";
  EXPECT_EQ(to_string(*settings->networks[0].mac), "fa:16:3e:00:00:01");
  EXPECT_EQ(settings->networks[0].prefix_length, 24);
  EXPECT_TRUE(settings->networks[0].has_default_gateway);
  EXPECT_EQ(settings->networks[1].prefix_length, 64);
  ASSERT_EQ(settings->jobs.size(), 1u);
  EXPECT_EQ(settings->jobs[0].command, (std::vector<std::string>{"holdfastd", "-n"}));
  EXPECT_EQ(settings->jobs[0].files[0].second, "vrrp_instance x {}");
}

TEST(UserData, OfOtherClientsAreRefusedAndNotQuoted) {
  const auto settings = read_user_data("#!/bin/sh\nsecret\n");
  ASSERT_FALSE(settings);
  EXPECT_THAT(settings.error().what, HasSubstr("user data"));
  EXPECT_THAT(to_string(settings.error()), Not(HasSubstr("secret")));
  EXPECT_FALSE(read_user_data("[]"));
  EXPECT_TRUE(read_user_data("{}"));
}

TEST(UserData, SayWhatIsWrong) {
  const auto what = [](std::string_view text) {
    const auto settings = read_user_data(text);
    return settings ? "nothing" : settings.error().what;
  };
  EXPECT_EQ(what(R"({"networks": {"a": {"ip": "10.0.0"}}})"),
            "user data: a network's ip is not an address");
  EXPECT_EQ(what(R"({"networks": {"a": {"ip": "10.0.0.1", "mac": "x"}}})"),
            "user data: a network's mac is not a MAC address");
  EXPECT_EQ(what(R"({"env": {"holdfast": {"jobs": [{"name": "a", "command": []}]}}})"),
            "user data: job a has no command");
  EXPECT_EQ(what(R"({"env": {"holdfast": {"jobs": [{"name": "../a", "command": ["x"]}]}}})"),
            "user data: a job has no name, or one that cannot be a file's");
  EXPECT_EQ(what(R"({"env": {"holdfast": {"jobs": [{"name": "a", "command": ["x"],
                    "files": {"/etc/passwd": ""}}]}}})"),
            "user data: job a has a file that is not below /run/vcap/");
}

TEST(JobPath, StaysBelowRunVcap) {
  EXPECT_TRUE(is_job_path("/run/vcap/jobs/a/config/b.conf"));
  for (const char* path : {"/run/vcap/", "/run/vcap/a/", "/run/vcap/../x", "/run/vcapx/a",
                           "/run/vcap//a", "run/vcap/a", "/run/vcap/a/./b", ""})
    EXPECT_FALSE(is_job_path(path)) << path;
}

}  // namespace
