#include "cpi/config.h"

#include <gmock/gmock.h>

namespace {

using testing::HasSubstr;
using testing::Not;

json::Object openstack_properties() {
  return {{"auth_url", "http://keystone:5000/v3"},
          {"username", "admin"},
          {"api_key", "hunter22"},
          {"project", "demo"},
          {"domain", "Default"},
          {"default_key_name", "bosh"},
          {"default_security_groups", json::Array{"default"}}};
}

std::string file(json::Object openstack) {
  json::Object properties{{"openstack", std::move(openstack)},
                          {"agent", json::Object{{"mbus", "nats://10.0.0.2"}}}};
  return json::dump(
      json::Object{{"cloud", json::Object{{"plugin", "openstack"}, {"properties", properties}}}});
}

std::string with(const char* key, json::Value value) {
  json::Object openstack = openstack_properties();
  openstack.set(key, std::move(value));
  return file(openstack);
}

cpi::Error error_of(const std::string& text, const json::Object& context = {}) {
  const auto config = cpi::read_config(text, context, "");
  EXPECT_FALSE(config);
  return config ? cpi::Error{} : config.error();
}

TEST(Config, HasTheDefaultsOfTheJobs) {
  const auto config = cpi::read_config(file(openstack_properties()), {}, "");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->cloud.interface, "public");
  EXPECT_EQ(config->state_timeout, std::chrono::seconds(300));
  EXPECT_TRUE(config->use_dhcp);
  EXPECT_TRUE(config->cloud.http.verify_peer);
  EXPECT_EQ(config->cloud.credentials.user_domain_name, "Default");
  EXPECT_EQ(config->cloud.credentials.project_domain_name, "Default");
  EXPECT_TRUE(config->agent.contains("mbus"));
}

TEST(Config, TakesNullAsAbsent) {
  EXPECT_TRUE(cpi::read_config(with("region", nullptr), {}, ""));
  EXPECT_THAT(error_of(with("auth_url", nullptr)).message, HasSubstr("auth_url => Missing key"));
}

TEST(Config, IsOverriddenByTheContextKeyByKey) {
  const json::Object context{{"director_uuid", "d"},
                             {"auth_url", "https://other:5000/v3"},
                             {"region", "two"},
                             {"connection_options", json::Object{{"ssl_verify_peer", false}}}};
  const auto config =
      cpi::read_config(with("connection_options", json::Object{{"read_timeout", 5}}), context, "");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->cloud.auth_url, "https://other:5000/v3");
  EXPECT_EQ(config->cloud.region, "two");
  EXPECT_FALSE(config->cloud.http.verify_peer);
  // The whole hash is replaced, as the Ruby CPI does.
  EXPECT_EQ(config->cloud.http.answer_timeout, http::ClientOptions{}.answer_timeout);
}

TEST(Config, NeedsExactlyOneKindOfCredentials) {
  json::Object neither = openstack_properties();
  neither.erase("api_key");
  json::Object both = openstack_properties();
  both.set("application_credential_id", "id");
  for (const auto& properties : {neither, both}) {
    const auto error = error_of(file(properties));
    EXPECT_EQ(error.type, "InvalidCall");
    EXPECT_THAT(error.message, HasSubstr("username and api_key or application_credential_id and "
                                         "application_credential_secret is required"));
  }
}

TEST(Config, NeedsNoProjectWithAnApplicationCredential) {
  json::Object properties = openstack_properties();
  for (const char* key : {"username", "api_key", "project", "domain"}) properties.erase(key);
  properties.set("application_credential_id", "id");
  properties.set("application_credential_secret", "secret");
  EXPECT_TRUE(cpi::read_config(file(properties), {}, ""));
}

TEST(Config, ReportsAllMistakesAtOnceAndNoValue) {
  json::Object properties = openstack_properties();
  properties.set("auth_url", 5);
  properties.set("state_timeout", "soon-secret");
  properties.set("boot_from_volume", "yes-secret");
  properties.set("config_drive", "floppy-secret");
  properties.set("default_security_groups", "default-secret");
  properties.set("endpoint_type", "secretURL");
  properties.erase("project");
  const auto error = error_of(file(properties));
  EXPECT_EQ(error.type, "InvalidCall");
  for (const char* key : {"auth_url", "state_timeout", "boot_from_volume", "config_drive",
                          "default_security_groups", "endpoint_type", "project"})
    EXPECT_THAT(error.message, HasSubstr(key));
  EXPECT_THAT(error.message, Not(HasSubstr("secret")));
}

TEST(Config, UsesTheCaCertificateOfTheOptions) {
  const json::Object text{{"ca_cert", "-----BEGIN CERTIFICATE-----\n"}};
  EXPECT_EQ(cpi::read_config(with("connection_options", text), {}, "ca.pem")->cloud.http.ca_pem,
            "-----BEGIN CERTIFICATE-----\n");
  const json::Object path{{"ca_cert", "in the job's file"}};
  EXPECT_EQ(cpi::read_config(with("connection_options", path), {}, "ca.pem")->cloud.http.ca_file,
            "ca.pem");
  EXPECT_TRUE(
      cpi::read_config(file(openstack_properties()), {}, "ca.pem")->cloud.http.ca_file.empty());
}

TEST(Config, WithoutCloudPropertiesIsRefused) {
  EXPECT_EQ(error_of("{}").type, "Unknown");
  EXPECT_EQ(error_of("nonsense").type, "Bosh::Clouds::CpiError");
  EXPECT_EQ(error_of(R"({"cloud":{"properties":{}}})").type, "InvalidCall");
}

}  // namespace
