#include "cpi/request.h"

#include <gmock/gmock.h>

namespace {

using testing::HasSubstr;

cpi::Error error_of(std::string_view text) {
  const auto request = cpi::read_request(text);
  EXPECT_FALSE(request) << text;
  return request ? cpi::Error{} : request.error();
}

TEST(Request, HoldsWhatADirectorSends) {
  const auto request = cpi::read_request(
      R"({"method":"has_vm","arguments":["id"],"api_version":2,
          "context":{"director_uuid":"d","request_id":"cpi-1","vm":{"stemcell":{"api_version":3}}}})");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->method, "has_vm");
  EXPECT_EQ(request->argument(0), json::Value("id"));
  EXPECT_TRUE(request->argument(1).is_null());
  EXPECT_EQ(request->api_version, 2);
  EXPECT_EQ(request->stemcell_api_version(), 3);
  EXPECT_EQ(request->request_id, "cpi-1");
}

TEST(Request, HasVersionOneWhenNoneIsGiven) {
  const auto request =
      cpi::read_request(R"({"method":"info","arguments":[],"context":{"director_uuid":"d"}})");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->api_version, 1);
  EXPECT_EQ(request->stemcell_api_version(), 1);
}

TEST(Request, ThatIsNoJsonObjectIsAnInvalidCall) {
  for (const char* text : {"", "not json", "[1]", "null", "{\"method\":", "\"info\""}) {
    EXPECT_EQ(error_of(text).type, "InvalidCall") << text;
    EXPECT_THAT(error_of(text).message, HasSubstr("cannot be deserialized")) << text;
  }
}

struct Wrong {
  const char* request;
  const char* type;
  const char* message;
};

class WrongRequest : public testing::TestWithParam<Wrong> {};

TEST_P(WrongRequest, IsRefusedWithTheRubyCpisTypeAndWords) {
  const auto error = error_of(GetParam().request);
  EXPECT_EQ(error.type, GetParam().type);
  EXPECT_THAT(error.message, HasSubstr(GetParam().message));
  EXPECT_FALSE(error.ok_to_retry);
}

// In the order of the checks: each has all later mistakes as well.
INSTANTIATE_TEST_SUITE_P(
    Each, WrongRequest,
    testing::Values(
        Wrong{R"({"method":7,"arguments":{},"api_version":"x"})", "InvalidCall",
              "Method must be a String, got: '7'"},
        Wrong{R"({"arguments":[]})", "InvalidCall", "Method must be a String, got: 'null'"},
        Wrong{R"({"method":"fly","arguments":{},"api_version":"x"})",
              "Bosh::Clouds::NotImplemented", "Method is not known, got: 'fly'"},
        Wrong{R"({"method":"configure_networks","arguments":[]})", "Bosh::Clouds::NotImplemented",
              "Method is not known, got: 'configure_networks'"},
        Wrong{R"({"method":"info","arguments":{},"api_version":"x"})", "InvalidCall",
              "Arguments must be an Array"},
        Wrong{R"({"method":"info","arguments":[],"api_version":"x"})", "InvalidCall",
              "must be an Integer"},
        Wrong{R"({"method":"info","arguments":[]})", "InvalidCall", "context with director uuid"},
        Wrong{R"({"method":"info","arguments":[],"context":{"director_uuid":1}})", "InvalidCall",
              "context with director uuid"},
        Wrong{R"({"method":"has_vm","arguments":[],"context":{"director_uuid":"d"}})",
              "InvalidCall", "wrong number of arguments (given 0, expected 1)"},
        Wrong{R"({"method":"create_vm","arguments":[1],"context":{"director_uuid":"d"}})",
              "InvalidCall", "wrong number of arguments (given 1, expected 4..6)"}));

}  // namespace
