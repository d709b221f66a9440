#include "bosh/cloud_config.h"

#include <gmock/gmock.h>

#include "bosh/testing.h"

namespace {

using bosh::testing::kCloudConfig;
using bosh::testing::kManifest;
using bosh::testing::said;
using bosh::testing::with;
using ::testing::HasSubstr;

std::string cloud(std::string_view part, std::string_view other) {
  return said(with(kCloudConfig, part, other), kManifest);
}

TEST(CloudConfig, OfTheExampleIsRight) {
  EXPECT_EQ(said(kCloudConfig, kManifest), "");
}

TEST(CloudConfig, ShowsPlaceAndCodeOfADuplicateZone) {
  EXPECT_EQ(cloud("- name: z2", "- name: z1"),
            "cloud.yml:4:9: error: the availability zone \"z1\" is defined twice (Error 190017 "
            "DeploymentDuplicateAvailabilityZoneName)\n"
            "4 | - name: z1\n"
            "  |         ^~\n"
            "\n"
            "cloud.yml:20:15: error: the availability zone \"z2\" is not defined (Error 160007 "
            "NetworkSubnetUnknownAvailabilityZone)\n"
            "20 |     azs: [z1, z2]\n"
            "   |               ^~\n");
}

TEST(CloudConfig, ReportsEveryProblemInOnePass) {
  const std::string all = said(R"(networks:
- name: a
  subnets:
  - {range: 10.0.0.0/24, gateway: 10.0.1.1, reserved: [10.9.9.9], static: [10.0.0.0]}
  - {range: 10.0.0.128/25, gateway: 10.0.0.255, dns: [resolver.example]}
- {name: A, type: bogus}
vm_types: [{cloud_properties: ~}]
)",
                               kManifest);
  for (const char* code :
       {"160003 NetworkInvalidGateway", "160005 NetworkReservedIpOutOfRange",
        "160006 NetworkStaticIpOutOfRange", "160004 NetworkInvalidDns",
        "160001 NetworkOverlappingSubnets", "190007 DeploymentCanonicalNetworkNameTaken",
        "190010 DeploymentInvalidNetworkType", "40000 ValidationInvalidType",
        "40001 ValidationMissingField"})
    EXPECT_THAT(all, HasSubstr(code));
}

TEST(CloudConfig, RefusesWhatIsNoNetwork) {
  EXPECT_THAT(cloud("range: 10.0.0.0/24", "range: 10.0.0.0"),
              HasSubstr("the range \"10.0.0.0\" is no network of two or more addresses (Error "
                        "160002 NetworkInvalidRange)"));
  EXPECT_THAT(cloud("gateway: 10.0.0.1", "gateway: 10.0.0.255"),
              HasSubstr("the gateway 10.0.0.255 is the last address of 10.0.0.0/24"));
  EXPECT_THAT(cloud("10.0.0.2-10.0.0.9", "10.0.0.2-10.0.0.9-10.0.0.11"),
              HasSubstr("160010 NetworkInvalidIpRangeFormat"));
  EXPECT_THAT(cloud("10.0.0.100-10.0.0.110", "10.0.0.40-10.0.0.60"),
              HasSubstr("static 10.0.0.40-10.0.0.60 overlaps the gateway, the first or last "
                        "address, or what is reserved (Error 160006 NetworkStaticIpOutOfRange)"));
}

TEST(CloudConfig, RefusesWhatHoldfastCannotDo) {
  EXPECT_THAT(cloud("- name: default\n", "- name: default\n  type: vip\n"),
              HasSubstr("a network of type vip (floating addresses) is not supported by holdfast "
                        "deploy yet\n"));
  EXPECT_THAT(cloud("- name: z2", "- name: z2\n  cpi: other"),
              HasSubstr("\"cpi\" of an availability zone is not supported by holdfast deploy yet"));
}

TEST(CloudConfig, NeedsACompilationSectionThatIsRight) {
  EXPECT_THAT(cloud("compilation: {workers: 1, network: default, az: z1, vm_type: small}\n", ""),
              HasSubstr("the cloud-config needs the key \"compilation\", a map (Error 40001 "
                        "ValidationMissingField)"));
  EXPECT_THAT(cloud("workers: 1, network: default", "workers: 0, network: other"),
              HasSubstr("\"workers\" of compilation must be at least 1 (Error 40002"));
  EXPECT_THAT(cloud("network: default, az", "network: other, az"),
              HasSubstr("120001 CompilationConfigUnknownNetwork"));
}

TEST(CloudConfig, WarnsOfAKeyThatIsNearlyKnown) {
  EXPECT_EQ(cloud("    reserved:", "    reservd:"),
            "cloud.yml:18:5: warning: \"reservd\" of a subnet of network \"default\" is unknown "
            "and ignored\n"
            "18 |     reservd: [10.0.0.2-10.0.0.9, 10.0.0.50]\n"
            "   |     ^~~~~~~\n"
            "hint: did you mean \"reserved\"?\n"
            "\n"
            "manifest.yml:19:36: warning: 10.0.0.50 may be given to a VM: it is not reserved in "
            "network \"default\"\n"
            "19 |     properties: {keepalived: {vip: 10.0.0.50}}\n"
            "   |                                    ^~~~~~~~~\n"
            "hint: add 10.0.0.50 to \"reserved\" of the subnet 10.0.0.0/24\n");
}

}  // namespace
