#include "http/message.h"

#include <gtest/gtest.h>

namespace {

TEST(Headers, NamesCompareWithoutCase) {
  http::Headers headers{{"Content-Type", "text/plain"}};
  EXPECT_EQ(headers.find("content-type"), "text/plain");
  headers.set("CONTENT-TYPE", "application/json");
  EXPECT_EQ(headers.find("Content-Type"), "application/json");
  EXPECT_FALSE(headers.contains("Accept"));
}

TEST(Target, SplitsIntoPathAndQuery) {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  const std::string_view target = "/v2.0/ports/a%2Fb?fixed_ips=ip_address%3D10.0.0.5&name=a+b&bare";
  EXPECT_EQ(http::path_parts(target), (std::vector<std::string>{"v2.0", "ports", "a/b"}));
  EXPECT_EQ(http::query_pairs(target),
            (Pairs{{"fixed_ips", "ip_address=10.0.0.5"}, {"name", "a b"}, {"bare", ""}}));
}

TEST(PercentEncoding, GoesBothWaysAndSurvivesRubbish) {
  EXPECT_EQ(http::percent_decode(http::percent_encode("a/b c%=&ü")), "a/b c%=&ü");
  EXPECT_EQ(http::percent_decode("100%"), "100%");
  EXPECT_EQ(http::percent_decode("%zz%4"), "%zz%4");
}

}  // namespace
