#include "cloud/model/address_pairs.h"

#include <gmock/gmock.h>

namespace cloud::model {
namespace {

const net::MacAddress kMac({0xfa, 0x16, 0x3e, 0, 0, 1});

json::Value parsed(std::string_view text) {
  auto value = json::parse(text);
  EXPECT_TRUE(value) << text;
  return value ? *value : json::Value();
}

TEST(AddressPairs, GetThePortsMacWhenTheyHaveNone) {
  const auto pairs = read_address_pairs(parsed(R"([{"ip_address": "10.0.0.50"},
                 {"ip_address": "10.0.0.0/24", "mac_address": "00:00:5E:00:01:33"}])"),
                                        kMac);
  ASSERT_TRUE(pairs);
  EXPECT_EQ(*pairs, (std::vector<AddressPair>{{"10.0.0.50", "fa:16:3e:00:00:01"},
                                              {"10.0.0.0/24", "00:00:5e:00:01:33"}}));
  EXPECT_TRUE(read_address_pairs(parsed("null"), kMac)->empty());
}

// The table of allowed_address_pairs' mistakes, as Neutron answers them.
struct Mistake {
  const char* name;
  const char* sent;
  const char* type;
};
class AddressPairsMistake : public testing::TestWithParam<Mistake> {};

TEST_P(AddressPairsMistake, IsRefusedWithNeutronsType) {
  const auto pairs = read_address_pairs(parsed(GetParam().sent), kMac);
  ASSERT_FALSE(pairs);
  EXPECT_EQ(pairs.error().status, 400);
  EXPECT_EQ(pairs.error().type, GetParam().type) << pairs.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Table, AddressPairsMistake,
    testing::Values(
        Mistake{"NoList", R"({"ip_address": "10.0.0.50"})", "HTTPBadRequest"},
        Mistake{"AText", R"(["10.0.0.50"])", "HTTPBadRequest"},
        Mistake{"NoAddress", R"([{"mac_address": "fa:16:3e:00:00:02"}])",
                "AllowedAddressPairsMissingIP"},
        Mistake{"BadAddress", R"([{"ip_address": "10.0.0.500"}])", "HTTPBadRequest"},
        Mistake{"BadPrefix", R"([{"ip_address": "10.0.0.0/33"}])", "HTTPBadRequest"},
        Mistake{"NullAddress", R"([{"ip_address": null}])", "HTTPBadRequest"},
        Mistake{"MulticastAddress", R"([{"ip_address": "224.0.0.18"}])", "HTTPBadRequest"},
        Mistake{"BadMac", R"([{"ip_address": "10.0.0.5", "mac_address": "aa"}])", "HTTPBadRequest"},
        Mistake{"MulticastMac",
                R"([{"ip_address": "10.0.0.5", "mac_address": "01:00:5e:00:00:12"}])",
                "HTTPBadRequest"},
        Mistake{"UnknownKey", R"([{"ip_address": "10.0.0.5", "vip": true}])", "HTTPBadRequest"},
        Mistake{"Twice", R"([{"ip_address": "10.0.0.5"}, {"ip_address": "10.0.0.5"}])",
                "DuplicateAddressPairInRequest"},
        Mistake{"TwiceByDefaultMac", R"([{"ip_address": "10.0.0.5"},
                   {"ip_address": "10.0.0.5", "mac_address": "fa:16:3e:00:00:01"}])",
                "DuplicateAddressPairInRequest"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(AddressPairs, ElevenAreTooMany) {
  json::Array sent;
  for (int i = 1; i <= 10; ++i)
    sent.push_back(json::Object{{"ip_address", "10.0.0." + std::to_string(i)}});
  EXPECT_TRUE(read_address_pairs(sent, kMac));
  sent.push_back(json::Object{{"ip_address", "10.0.0.11"}});
  EXPECT_EQ(read_address_pairs(sent, kMac).error().type, "AllowedAddressPairExhausted");
}

TEST(AddressPairs, NeedPortSecurity) {
  Port port;
  port.allowed_address_pairs = {{"10.0.0.50", "fa:16:3e:00:00:01"}};
  EXPECT_TRUE(check_pairs_against_port_security(port));
  port.port_security_enabled = false;
  const auto refused = check_pairs_against_port_security(port);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status, 409);
  EXPECT_EQ(refused.error().type, "AddressPairAndPortSecurityRequired");
}

}  // namespace
}  // namespace cloud::model
