// The executable from outside: what a Director sees when the input, the configuration or the cloud
// is not as it should be.
#include <gmock/gmock.h>

#include "cpi_process.h"
#include "scripted_cloud.h"

namespace {

using cpi_process::Cpi;
using testing::HasSubstr;
using testing::Not;

// Port 9 (discard): nobody listens there.
constexpr auto kNobody = "http://127.0.0.1:9/v3";

TEST(CpiProcess, AnswersInfoWithoutTheCloud) {
  const Cpi cpi(kNobody);
  const auto answer =
      cpi.send(R"({"method":"info","arguments":[],"context":{"director_uuid":"d"}})");
  EXPECT_EQ(answer.exit_status, 0);
  EXPECT_EQ(answer.json["result"]["api_version"], json::Value(2));
  EXPECT_EQ(answer.json["result"]["stemcell_formats"],
            json::Value(json::Array{"openstack-raw", "openstack-qcow2", "openstack-light"}));
  EXPECT_TRUE(answer.json["error"].is_null());
  EXPECT_TRUE(answer.json["log"].is_string());
}

TEST(CpiProcess, AnswersWhatIsNoRequestWithAnInvalidCall) {
  const Cpi cpi(kNobody);
  for (const char* input : {"", "not json", "[]", "{}", "\xff\xfe"}) {
    const auto answer = cpi.send(input);
    EXPECT_EQ(answer.exit_status, 0);
    EXPECT_EQ(answer.error_type(), "InvalidCall") << input;
    EXPECT_TRUE(answer.json["log"].is_string());
  }
}

TEST(CpiProcess, AnswersWithoutAConfiguration) {
  constexpr auto kInfo = R"({"method":"info","arguments":[],"context":{"director_uuid":"d"}})";
  for (const auto& arguments :
       {std::vector<std::string>{}, {"/nowhere/cpi.json"}, {"-configFile=/nowhere"}, {"--odd"}}) {
    const auto answer = cpi_process::start(arguments, kInfo);
    EXPECT_EQ(answer.exit_status, 0);
    EXPECT_EQ(answer.error_type(), "Bosh::Clouds::CpiError");
  }
}

TEST(CpiProcess, TakesTheArgumentsOfTheGoCpi) {
  const Cpi cpi(kNobody);
  const auto answer =
      cpi_process::start({"-configFile=" + cpi.config_file(), "-caCert=/nowhere"},
                         R"({"method":"info","arguments":[],"context":{"director_uuid":"d"}})");
  EXPECT_TRUE(answer.json["error"].is_null()) << answer.output;
}

TEST(CpiProcess, SaysSoWhenNobodyListens) {
  const Cpi cpi(kNobody);
  const auto answer = cpi.call("has_vm", {"id"});
  EXPECT_EQ(answer.error_type(), "Bosh::Clouds::CloudError");
  EXPECT_THAT(answer.error_message(), HasSubstr("Unable to connect to the OpenStack Keystone API"));
  EXPECT_THAT(answer.error_message(), HasSubstr("connection refused"));
}

TEST(CpiProcess, DoesNotWaitForEverForACloudThatIsSilent) {
  const auto listening = http::listen_on_loopback(0);  // nobody accepts
  const json::Object options{{"connection_options", json::Object{{"read_timeout", 0.2}}}};
  const Cpi cpi("http://127.0.0.1:" + std::to_string(listening->port), options);
  const auto answer = cpi.call("has_vm", {"id"});
  EXPECT_EQ(answer.error_type(), "Bosh::Clouds::CloudError");
  EXPECT_THAT(answer.error_message(), HasSubstr("no answer in time"));
}

TEST(CpiProcess, DoesNotOfferWhatItCannotDo) {
  const Cpi cpi(kNobody);
  const auto answer = cpi.call("ping", {});
  EXPECT_EQ(answer.error_type(), "Bosh::Clouds::NotImplemented");
}

TEST(CpiProcess, CarriesTheRequestIdInEveryLineAndNoSecret) {
  const scripted::Cloud cloud;
  const Cpi cpi(cloud.auth_url());
  const auto answer =
      cpi.call("create_vm", cpi_process::create_vm_arguments("i", "net-1", "10.0.0.10", {}));
  ASSERT_TRUE(answer.json["error"].is_null()) << answer.output;
  EXPECT_THAT(answer.errors, HasSubstr("[req_id cpi-123456] info cpi.http"));
  EXPECT_THAT(answer.errors, Not(HasSubstr("is-a-secret")));
}

TEST(CpiProcess, MakesOneTokenAndAsksNoMoreThanItMust) {
  const scripted::Cloud cloud;
  const Cpi cpi(cloud.auth_url());
  const auto answer = cpi.call(
      "create_vm", cpi_process::create_vm_arguments("i", "net-1", "10.0.0.10",
                                                    {{"allowed_address_pairs", "10.0.0.50"}}));
  ASSERT_TRUE(answer.json["error"].is_null()) << answer.output;
  EXPECT_EQ(cloud.count("POST /identity/v3/auth/tokens"), 1);
  EXPECT_LE(cloud.requests().size(), 10);  // 8 and a poll until it is active; here the second one
}

}  // namespace
