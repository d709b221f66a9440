#include "http/url.h"

#include <gmock/gmock.h>

namespace {

TEST(Url, IsTakenApart) {
  const auto url = http::Url::parse("https://keystone.example:5000/identity/v3/?x=1").value();
  EXPECT_TRUE(url.is_tls);
  EXPECT_EQ(url.host, "keystone.example");
  EXPECT_EQ(url.port, 5000);
  EXPECT_EQ(url.path, "/identity/v3");
}

TEST(Url, HasTheDefaultPortOfItsScheme) {
  EXPECT_EQ(http::Url::parse("http://cloud")->port, 80);
  EXPECT_EQ(http::Url::parse("HTTPS://cloud/")->port, 443);
}

TEST(Url, KeepsAnIpv6AddressWithoutBracketsAndShowsItWithThem) {
  const auto url = http::Url::parse("http://[2001:db8::1]:8774/v2.1").value();
  EXPECT_EQ(url.host, "2001:db8::1");
  EXPECT_EQ(http::to_string(url), "http://[2001:db8::1]:8774/v2.1");
}

TEST(Url, RefusesWhatIsNoAbsoluteHttpUrl) {
  for (const char* text : {"", "cloud", "ftp://cloud", "http://", "http://:80", "http://a:0",
                           "http://a:65536", "http://a:x", "http://[::1", "http://[::1]x",
                           "http://a b", "http://a/\r\nX: y", "http://user:secret@a"}) {
    const auto url = http::Url::parse(text);
    ASSERT_FALSE(url) << text;
    EXPECT_THAT(url.error().what, testing::Not(testing::HasSubstr("secret")));
  }
}

}  // namespace
