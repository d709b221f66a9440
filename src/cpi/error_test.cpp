#include "cpi/error.h"

#include <gmock/gmock.h>

#include "cpi/metadata.h"
#include "cpi/run.h"

namespace {

using testing::HasSubstr;

openstack::Failure answered(int status, std::string body) {
  return openstack::failure_from("POST http://neutron/v2.0/ports",
                                 {.status = status, .headers = {}, .body = std::move(body)});
}

TEST(ErrorMapping, KeepsTheRubyCpisWordsAndAddsTheApis) {
  const auto error = cpi::from_failure(answered(
      409, R"({"NeutronError":{"type":"OverQuota","message":"no more ports","detail":""}})"));
  EXPECT_EQ(error.type, "Bosh::Clouds::CloudError");
  EXPECT_THAT(error.message, HasSubstr("OpenStack API Conflict ("));
  EXPECT_THAT(error.message, HasSubstr("OverQuota"));
  EXPECT_THAT(error.message, HasSubstr("no more ports"));
  EXPECT_THAT(error.message, HasSubstr("Check task debug log for details."));
  EXPECT_FALSE(error.ok_to_retry);
}

TEST(ErrorMapping, HasATypeThatDirectorsKnowForEveryStatus) {
  for (const int status : {400, 401, 403, 404, 409, 413, 429, 500, 502, 503, 504})
    EXPECT_EQ(cpi::from_failure(answered(status, "")).type, "Bosh::Clouds::CloudError") << status;
}

TEST(Answer, AlwaysHasResultErrorAndLog) {
  const json::Value good = json::parse(cpi::to_json(json::Value(true))).value();
  EXPECT_EQ(good, json::Value(json::Object{{"result", true}, {"error", nullptr}, {"log", ""}}));
  const json::Value bad = json::parse(cpi::to_json(cpi::vm_creation_failed("why", true))).value();
  EXPECT_TRUE(bad["result"].is_null());
  EXPECT_EQ(bad["error"]["type"], json::Value("Bosh::Clouds::VMCreationFailed"));
  EXPECT_EQ(bad["error"]["ok_to_retry"], json::Value(true));
  EXPECT_EQ(bad["log"], json::Value(""));
}

TEST(CommandLine, IsTakenInBothStyles) {
  using Words = std::vector<std::string>;
  for (const Words& words :
       {Words{"c.json", "ca.pem"}, Words{"-configFile=c.json", "-caCert=ca.pem"},
        Words{"--configFile=c.json", "--caCert=ca.pem"},
        Words{"-configFile", "c.json", "-caCert", "ca.pem"}}) {
    const auto line = cpi::read_command_line(words);
    ASSERT_TRUE(line);
    EXPECT_EQ(line->config_file, "c.json");
    EXPECT_EQ(line->ca_file, "ca.pem");
  }
  EXPECT_FALSE(cpi::read_command_line(Words{"-configFil=c.json"}));
  EXPECT_FALSE(cpi::read_command_line(Words{"-configFile"}));
}

TEST(Metadata, DropsNullsAndCutsToNovasLengthBetweenCharacters) {
  std::string umlauts;
  for (int i = 0; i < 300; ++i) umlauts += "\xc3\xa4";
  const auto pairs =
      cpi::metadata_pairs({{"gone", nullptr}, {"index", 3}, {"long", umlauts}, {"job", "web"}});
  ASSERT_EQ(pairs.size(), 3);
  EXPECT_EQ(pairs[0].second, "3");
  EXPECT_EQ(pairs[1].second.size(), 510);
}

TEST(Metadata, GivesAHumanReadableName) {
  EXPECT_EQ(cpi::human_readable_name({{"name", "web/1"}, {"job", "x"}, {"index", "0"}}), "web/1");
  EXPECT_EQ(cpi::human_readable_name({{"job", "x"}, {"index", "0"}}), "x/0");
  EXPECT_EQ(cpi::human_readable_name({{"compiling", "ruby"}}), "compiling/ruby");
  EXPECT_EQ(cpi::human_readable_name({}), std::nullopt);
}

}  // namespace
