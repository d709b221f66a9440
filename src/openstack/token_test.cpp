#include "openstack/token.h"

#include <gmock/gmock.h>

#include "openstack/base64.h"

namespace {

using openstack::Service;
using testing::HasSubstr;

openstack::Token token() {
  return openstack::read_token("secret", json::parse(R"({"token":{"project":{"id":"P"},"catalog":[
    {"type":"network","endpoints":[
      {"interface":"public","region_id":"one","url":"http://neutron:9696/"},
      {"interface":"internal","region_id":"one","url":"http://internal:9696"},
      {"interface":"public","region":"two","url":"http://neutron.two/v2.0"}]},
    {"type":"compute","endpoints":[{"interface":"publicURL","region_id":"one","url":"http://nova/v2.1"}]},
    {"type":"image","endpoints":[{"interface":"public","region_id":"one","url":"http://glance:9292"}]}]}})")
                                             .value())
      .value();
}

TEST(IdentityRoot, EndsInVersionThree) {
  for (const char* url : {"http://k:5000", "http://k:5000/", "http://k:5000/v3",
                          "http://k:5000/v3/", "http://k:5000/v3/auth/tokens"})
    EXPECT_EQ(openstack::identity_root(url).value(), "http://k:5000/v3") << url;
  EXPECT_EQ(openstack::identity_root("https://k/identity").value(), "https://k/identity/v3");
  EXPECT_FALSE(openstack::identity_root("http://k:5000/v2.0"));
  EXPECT_FALSE(openstack::identity_root("keystone"));
}

TEST(TokenRequest, ScopesAPasswordToTheProject) {
  const auto request = openstack::token_request(
      {.username = "u", .password = "p", .project_name = "demo", .user_domain_name = "D"});
  EXPECT_EQ(request["auth"]["identity"]["password"]["user"]["domain"]["name"], json::Value("D"));
  EXPECT_EQ(request["auth"]["scope"]["project"]["name"], json::Value("demo"));
  EXPECT_EQ(request["auth"]["scope"]["project"]["domain"]["name"], json::Value("Default"));
  const auto by_id =
      openstack::token_request({.username = "u", .password = "p", .project_id = "P"});
  EXPECT_EQ(by_id["auth"]["scope"]["project"], json::Value(json::Object{{"id", "P"}}));
}

TEST(TokenRequest, OfAnApplicationCredentialHasNoScope) {
  const auto request = openstack::token_request(
      {.application_credential_id = "i", .application_credential_secret = "s"});
  EXPECT_TRUE(request["auth"]["scope"].is_null());
  EXPECT_EQ(request["auth"]["identity"]["application_credential"]["id"], json::Value("i"));
}

TEST(Catalog, GivesTheEndpointOfRegionAndInterfaceWithItsVersion) {
  const auto find = [](Service service, const char* interface, const char* region) {
    return openstack::find_endpoint(token(), service, interface, region).value_or("none");
  };
  EXPECT_EQ(find(Service::Network, "public", ""), "http://neutron:9696/v2.0");
  EXPECT_EQ(find(Service::Network, "internal", ""), "http://internal:9696/v2.0");
  EXPECT_EQ(find(Service::Network, "public", "two"), "http://neutron.two/v2.0");
  EXPECT_EQ(find(Service::Compute, "public", ""), "http://nova/v2.1");
  EXPECT_EQ(find(Service::Image, "public", ""), "http://glance:9292/v2");
}

TEST(Catalog, NamesTheRegionsWhereAServiceIs) {
  const auto missing = openstack::find_endpoint(token(), Service::Network, "public", "three");
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().hint, HasSubstr("one, two"));
}

TEST(Token, WithoutCatalogOrIdIsRefused) {
  EXPECT_FALSE(openstack::read_token("t", json::parse("{}").value()));
  EXPECT_FALSE(openstack::read_token("", json::parse(R"({"token":{"catalog":[]}})").value()));
}

TEST(Base64, IsThatOfRfc4648) {
  EXPECT_EQ(openstack::base64(""), "");
  EXPECT_EQ(openstack::base64("f"), "Zg==");
  EXPECT_EQ(openstack::base64("fo"), "Zm8=");
  EXPECT_EQ(openstack::base64("foo"), "Zm9v");
  EXPECT_EQ(openstack::base64("\xff\xfe"), "//4=");
}

}  // namespace
