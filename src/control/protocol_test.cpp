#include "control/protocol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using control::parse_request;
using control::Request;
using control::Verb;
using testing::HasSubstr;

TEST(Request, IsReadAsItIsWritten) {
  for (const Request& request :
       {Request{.verb = Verb::Status}, Request{.verb = Verb::Drain, .instance = "VI \"1\""},
        Request{.verb = Verb::Log, .level = base::log::Level::Debug}}) {
    const std::string line = to_line(request);
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    EXPECT_EQ(parse_request(line), request);
  }
}

TEST(Request, SaysWhatIsWrongWithAnythingElse) {
  EXPECT_THAT(parse_request("GET / HTTP/1.1").error().what, HasSubstr("this is no request"));
  EXPECT_THAT(parse_request("[]").error().what, HasSubstr("an object with a string \"do\""));
  EXPECT_EQ(parse_request(R"({"do":"drian"})").error().hint, "did you mean \"drain\"?");
  EXPECT_THAT(parse_request(R"({"do":"zzzz"})").error().hint, HasSubstr("status, drain"));
  EXPECT_THAT(parse_request(R"({"do":"drain","instance":7})").error().what, HasSubstr("a string"));
  EXPECT_THAT(parse_request(R"({"do":"log"})").error().what, HasSubstr("needs a \"level\""));
  EXPECT_EQ(parse_request(R"({"do":"log","level":"warnin"})").error().hint,
            "did you mean \"warning\"?");
}

TEST(Request, MayHaveMembersOfALaterVersion) {
  EXPECT_EQ(parse_request(R"({"do":"status","since":12})"), Request{});
}

}  // namespace
