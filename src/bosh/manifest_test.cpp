#include "bosh/manifest.h"

#include <gmock/gmock.h>

#include "bosh/testing.h"

namespace {

using bosh::testing::kCloudConfig;
using bosh::testing::kManifest;
using bosh::testing::said;
using bosh::testing::with;
using ::testing::HasSubstr;

std::string manifest(std::string_view part, std::string_view other) {
  return said(kCloudConfig, with(kManifest, part, other));
}

TEST(Manifest, MustNotBeEmpty) {
  EXPECT_EQ(said(kCloudConfig, "[]"),
            "manifest.yml:1:1: error: the manifest is empty or no map (Error 440001 BadManifest)\n"
            "1 | []\n"
            "  | ^\n");
}

TEST(Manifest, NamesTheNearestExtension) {
  EXPECT_EQ(manifest("[vrrp-ip]", "[vrpp-ip]"),
            "manifest.yml:13:19: error: the vm_extension 'vrpp-ip' has not been configured in "
            "cloud-config (Error 100)\n"
            "13 |   vm_extensions: [vrpp-ip]\n"
            "   |                   ^~~~~~~\n"
            "hint: did you mean \"vrrp-ip\"?\n");
}

TEST(Manifest, KnowsWhatBelongsInTheCloudConfig) {
  EXPECT_THAT(manifest("name: lb\n", "name: lb\nnetworks: []\nvm_types: []\njobs: []\n"),
              ::testing::AllOf(HasSubstr("140026 V1DeprecatedNetworks"),
                               HasSubstr("190014 DeploymentInvalidProperty"),
                               HasSubstr("140023 V1DeprecatedJob")));
}

TEST(Manifest, ChecksReferences) {
  EXPECT_THAT(manifest("vm_type: small", "vm_type: large"),
              HasSubstr("the vm_type 'large' has not been configured in cloud-config (Error 140004 "
                        "InstanceGroupUnknownVmType)"));
  EXPECT_THAT(manifest("stemcell: default", "stemcell: other"), HasSubstr("140005"));
  EXPECT_THAT(manifest("networks: [{name: default}]", "networks: [{name: other}]"),
              HasSubstr("150001 JobUnknownNetwork"));
  EXPECT_THAT(manifest("azs: [z1]", "azs: [z9]"), HasSubstr("140018 JobUnknownAvailabilityZone"));
  EXPECT_THAT(manifest("azs: [z1]\n", "migrated_from: []\n"),
              HasSubstr("140016 JobInvalidAvailabilityZone"));
  EXPECT_THAT(manifest("release: haproxy", "release: other"),
              HasSubstr("140002 InstanceGroupUnknownRelease"));
}

TEST(Manifest, ChecksTheUpdateSection) {
  EXPECT_THAT(manifest("canary_watch_time: 1000", "canary_watch_time: 9-1"),
              HasSubstr("\"canary_watch_time\" must be milliseconds or a range of them, not "
                        "\"9-1\" (Error 180001 UpdateConfigInvalidWatchTime)"));
  EXPECT_THAT(manifest("canaries: 1", "vm_strategy: create-swap-delete, canaries: 1"),
              HasSubstr("the VM strategy create-swap-delete is not supported by holdfast deploy "
                        "yet"));
}

TEST(Manifest, RefusesWhatChangesTheMeaning) {
  EXPECT_THAT(manifest("  azs: [z1]\n", "  azs: [z1]\n  persistent_disk: 1024\n"),
              HasSubstr("\"persistent_disk\" of instance group \"haproxy\" is not supported by "
                        "holdfast deploy yet"));
  EXPECT_EQ(manifest("  azs: [z1]\n", "  azs: [z1]\n  persistent_disk: 0\n"), "");
  EXPECT_THAT(manifest("  azs: [z1]\n", "  azs: [z1]\n  lifecycle: errand\n"),
              HasSubstr("an errand is not supported by holdfast deploy yet"));
}

TEST(Manifest, CountsStaticAddresses) {
  EXPECT_THAT(manifest("[{name: default}]", "[{name: default, static_ips: [10.0.0.100]}]"),
              HasSubstr("instance group \"haproxy\" has 2 instances and 1 static addresses in "
                        "network \"default\" (Error 150002 "
                        "InstanceGroupNetworkInstanceIpMismatch)"));
  EXPECT_THAT(
      manifest("[{name: default}]", "[{name: default, static_ips: [10.0.0.100, 10.0.0.100]}]"),
      HasSubstr("10.0.0.100 is listed twice (Error 150009 JobInvalidStaticIPs)"));
}

TEST(Jobs, RefuseUnknownOnesAndWrongProperties) {
  EXPECT_THAT(manifest("- name: keepalived", "- name: haproxy"),
              HasSubstr("the job \"haproxy\" (known are keepalived and web) is not supported by "
                        "holdfast deploy yet"));
  EXPECT_THAT(manifest("vip: 10.0.0.50", "vip: 10.0.0.500"),
              HasSubstr("the property keepalived.vip must be an IP address"));
  EXPECT_THAT(
      manifest("vip: 10.0.0.50", "virtual_router_id: 256"),
      ::testing::AllOf(HasSubstr("the property keepalived.virtual_router_id must be a whole number "
                                 "from 1 to 255"),
                       HasSubstr("the job keepalived needs the property keepalived.vip")));
  EXPECT_THAT(manifest("vip: 10.0.0.50", "vip: 10.0.0.50, healthcheck_command: \"a\\\"\\n}\""),
              HasSubstr("the property keepalived.healthcheck_command must be a text without "
                        "quotes or line feeds"));
  EXPECT_THAT(manifest("vip: 10.0.0.50", "vip: 10.0.0.50, virtual_router: 3"),
              HasSubstr("warning: the job keepalived has no property keepalived.virtual_router; "
                        "it is ignored"));
}

TEST(Lint, ComparesTheTwoPlacesOfTheAddress) {
  EXPECT_THAT(manifest("vip: 10.0.0.50", "vip: 10.0.0.9"),
              HasSubstr("warning: keepalived.vip 10.0.0.9 is not what allowed_address_pairs "
                        "permits: \"10.0.0.50\""));
  EXPECT_THAT(manifest("  vm_extensions: [vrrp-ip]\n", ""),
              HasSubstr("warning: the cloud will drop packets from 10.0.0.50: no vm_extension of "
                        "this group sets allowed_address_pairs"));
  EXPECT_THAT(manifest("vip: 10.0.0.50", "vip: 10.0.0.1"),
              HasSubstr("warning: keepalived.vip 10.0.0.1 is the gateway of network \"default\""));
}

TEST(Lint, WarnsWhenOneExtensionOverwritesAnother) {
  const std::string cloud_config =
      with(kCloudConfig, "vm_extensions:\n",
           "vm_extensions:\n- name: other\n  cloud_properties: {allowed_address_pairs: "
           "10.0.0.51}\n");
  EXPECT_EQ(said(cloud_config, with(kManifest, "[vrrp-ip]", "[other, vrrp-ip]")),
            "manifest.yml:9:9: warning: \"allowed_address_pairs\" of extension \"vrrp-ip\" "
            "replaces that of \"other\"\n"
            "9 | - name: haproxy\n"
            "  |         ^~~~~~~\n"
            "hint: extensions are merged key by key, the last one wins; nothing is joined\n");
}

TEST(Lint, KnowsThatDynamicNetworksTakeNoPairs) {
  const std::string cloud_config = with(kCloudConfig, "networks:\n",
                                        "networks:\n- {name: dyn, type: dynamic, "
                                        "cloud_properties: {net_id: net-2}}\n");
  EXPECT_THAT(said(cloud_config, with(kManifest, "[{name: default}]", "[{name: dyn}]")),
              HasSubstr("warning: allowed_address_pairs does not work on the dynamic network "
                        "\"dyn\""));
}

}  // namespace
