#include "bosh/plan.h"

#include <gmock/gmock.h>

#include "bosh/calls.h"
#include "bosh/testing.h"

namespace {

using bosh::Step;
using bosh::testing::deployed;
using bosh::testing::kCloudConfig;
using bosh::testing::kManifest;
using bosh::testing::situation;
using bosh::testing::with;
using ::testing::HasSubstr;

struct Planned {
  bosh::Plan plan;
  std::string said;
};

Planned plan(std::string_view cloud_config, std::string_view manifest,
             const bosh::Situation& from = situation()) {
  auto files = bosh::testing::read(cloud_config, manifest);
  bosh::Plan plan = bosh::make_plan(files.manifest, files.cloud_config, from, files.report);
  return {std::move(plan), files.report.render()};
}

bosh::Situation after(const bosh::Plan& plan) {
  bosh::Situation next = situation();
  next.deployed = deployed(plan);
  next.new_id = [count = 100]() mutable { return "id-" + std::to_string(++count); };
  return next;
}

std::vector<std::string> steps(const bosh::Plan& plan) {
  std::vector<std::string> out;
  for (const Step& step : plan.steps) {
    const std::string kind = step.kind == Step::Kind::Create     ? "create"
                             : step.kind == Step::Kind::Recreate ? "recreate"
                                                                 : "delete";
    std::string line = kind + " " + step.instance.name() + " " + step.instance.az;
    for (const auto& reservation : step.instance.addresses)
      line += " " + to_string(reservation.address);
    out.push_back(line);
  }
  return out;
}

// bosh-director.md, 5.2: the arguments as a Director sends them.
TEST(Plan, GivesCreateVmTheDirectorsArguments) {
  const auto [made, said] = plan(kCloudConfig, kManifest);
  ASSERT_EQ(said, "");
  ASSERT_EQ(made.steps.size(), 2u);
  json::Array arguments = bosh::create_vm_arguments(made.steps[0].instance, "5f0c1f0e", "img-7c1e");
  arguments.back().as_object()->erase("holdfast");
  EXPECT_EQ(json::dump(arguments),
            R"(["5f0c1f0e","img-7c1e",)"
            R"({"availability_zone":"nova","instance_type":"m1.small",)"
            R"("allowed_address_pairs":"10.0.0.50"},)"
            R"({"default":{"type":"manual","ip":"10.0.0.10","prefix":"32",)"
            R"("netmask":"255.255.255.0",)"
            R"("cloud_properties":{"net_id":"net-1","security_groups":["bosh"]},)"
            R"("default":["dns","gateway"],"dns":["10.0.0.2"],"gateway":"10.0.0.1"}},[],)"
            R"({"bosh":{"tags":{"project":"cf"},"group":"vbox-lb-haproxy",)"
            R"("groups":["vbox","lb","haproxy","vbox-lb","lb-haproxy","vbox-lb-haproxy"]}}])");
}

TEST(Plan, SendsTheJobsInTheEnvironment) {
  const auto [made, said] = plan(kCloudConfig, kManifest);
  const json::Value environment = made.steps[1].instance.env;
  EXPECT_EQ(json::dump(environment["holdfast"]["instance"]),
            R"({"name":"haproxy/1","group":"haproxy","index":1,"id":"id-2","bootstrap":false,)"
            R"("deployment":"lb"})");
  EXPECT_EQ(environment["holdfast"]["jobs"].at(0)["files"].text_or(
                "/run/vcap/jobs/keepalived/config/keepalived.conf", ""),
            R"(global_defs {
  lvs_id haproxy
}

vrrp_script check_haproxy {
  script "killall -0 haproxy"
  interval 2
  weight 2
}

vrrp_instance haproxy_keepalived {
  state SLAVE
  interface auto
  virtual_router_id 1
  priority 100
  virtual_ipaddress {
    10.0.0.50
  }
  track_script {
    check_haproxy
  }
}
)");
}

TEST(Plan, TakesHoldfastsOwnPropertiesOfKeepalived) {
  const auto [made, said] =
      plan(kCloudConfig, with(kManifest, "{vip: 10.0.0.50}",
                              "{vip: 10.0.0.50, priority: 200, advert_int: 0.1, version: 3, "
                              "nopreempt: true, preempt_delay: 5, dont_track_primary: true}"));
  ASSERT_EQ(said, "");
  const json::Value environment = made.steps[0].instance.env;
  EXPECT_THAT(environment["holdfast"]["jobs"].at(0)["files"].text_or(
                  "/run/vcap/jobs/keepalived/config/keepalived.conf", ""),
              HasSubstr(R"(  state BACKUP
  version 3
  dont_track_primary
  interface auto
  virtual_router_id 1
  priority 200
  advert_int 0.1
  nopreempt
  preempt_delay 5
)"));
}

TEST(Plan, ChangesNothingTheSecondTime) {
  const auto first = plan(kCloudConfig, kManifest).plan;
  const auto second = plan(kCloudConfig, kManifest, after(first)).plan;
  EXPECT_TRUE(second.steps.empty());
  EXPECT_EQ(second.unchanged.size(), 2u);
}

TEST(Plan, RecreatesEachVmWhenItsExtensionChanges) {
  const auto first = plan(kCloudConfig, kManifest).plan;
  const auto second =
      plan(with(kCloudConfig, "pairs: 10.0.0.50", "pairs: 10.0.0.51"), kManifest, after(first))
          .plan;
  EXPECT_THAT(steps(second), ::testing::ElementsAre("recreate haproxy/0 z1 10.0.0.10",
                                                    "recreate haproxy/1 z1 10.0.0.11"));
  EXPECT_EQ(second.steps[0].why, "cloud properties changed: allowed_address_pairs");
  EXPECT_EQ(second.steps[0].vm_cid, "vm-0");
  EXPECT_TRUE(second.steps[0].instance.is_bootstrap);
}

TEST(Plan, DoesNotRecreateWhenOnlyTheNameOfAnExtensionChanges) {
  const auto first = plan(kCloudConfig, kManifest).plan;
  const auto second = plan(with(kCloudConfig, "- name: vrrp-ip", "- name: other"),
                           with(kManifest, "[vrrp-ip]", "[other]"), after(first))
                          .plan;
  EXPECT_TRUE(second.steps.empty());
}

TEST(Plan, SpreadsOverZonesByNameAndKeepsWhatIsThere) {
  const std::string zones = with(kManifest, "azs: [z1]", "azs: [z2, z1]");
  const auto first = plan(kCloudConfig, zones).plan;
  EXPECT_THAT(steps(first), ::testing::ElementsAre("create haproxy/0 z1 10.0.0.10",
                                                   "create haproxy/1 z2 10.0.0.11"));
  const auto more =
      plan(kCloudConfig, with(zones, "instances: 2", "instances: 3"), after(first)).plan;
  EXPECT_THAT(steps(more), ::testing::ElementsAre("create haproxy/2 z1 10.0.0.12"));
  const auto fewer =
      plan(kCloudConfig, with(zones, "instances: 2", "instances: 1"), after(first)).plan;
  EXPECT_THAT(steps(fewer), ::testing::ElementsAre("delete haproxy/1 z2 10.0.0.11"));
}

TEST(Plan, MovesTheBootstrapMarkOnlyWhenItsInstanceGoes) {
  const auto first = plan(kCloudConfig, kManifest).plan;
  bosh::Situation next = after(first);
  std::swap(next.deployed[0].instance.is_bootstrap, next.deployed[1].instance.is_bootstrap);
  const auto more = plan(kCloudConfig, with(kManifest, "instances: 2", "instances: 3"), next).plan;
  // The configuration follows the mark, so both are made again; the bootstrap instance first.
  ASSERT_EQ(more.steps.size(), 3u);
  EXPECT_EQ(more.steps[1].instance.name(), "haproxy/1");
  EXPECT_TRUE(more.steps[1].instance.is_bootstrap);
  EXPECT_EQ(more.steps[1].why, "jobs changed");
}

TEST(Plan, UsesStaticAddressesInTheirOrder) {
  const std::string fixed = with(kManifest, "[{name: default}]",
                                 "[{name: default, static_ips: [10.0.0.105, 10.0.0.101]}]");
  const auto made = plan(kCloudConfig, fixed);
  ASSERT_EQ(made.said, "");
  EXPECT_THAT(steps(made.plan), ::testing::ElementsAre("create haproxy/0 z1 10.0.0.105",
                                                       "create haproxy/1 z1 10.0.0.101"));
  EXPECT_THAT(plan(kCloudConfig, with(fixed, "10.0.0.105", "10.0.0.20")).said,
              HasSubstr("10.0.0.20 is not among the static addresses of network \"default\" "
                        "(Error 150002 InstanceGroupNetworkInstanceIpMismatch)"));
  EXPECT_THAT(plan(kCloudConfig, with(fixed, "10.0.0.105", "10.0.0.50")).said,
              HasSubstr("130013 NetworkReservationIpReserved"));
}

TEST(Plan, SaysWhenANetworkIsFull) {
  const std::string small = with(with(kCloudConfig, "10.0.0.0/24", "10.0.0.0/26"),
                                 "static: [10.0.0.100-10.0.0.110]", "static: []");
  EXPECT_THAT(plan(with(small, "10.0.0.2-10.0.0.9", "10.0.0.2-10.0.0.61"), kManifest).said,
              HasSubstr("network \"default\" has no free address for haproxy/1 in zone z1 (Error "
                        "130011 NetworkReservationNotEnoughCapacity)"));
}

TEST(Plan, NeedsAStemcellThatFits) {
  bosh::Situation none = situation();
  none.stemcells.clear();
  EXPECT_EQ(plan(kCloudConfig, kManifest, none).said,
            "manifest.yml:6:11: error: no stemcell \"ubuntu-jammy\" of version latest has been "
            "uploaded (Error 50003 StemcellNotFound)\n"
            "6 | - {alias: default, os: ubuntu-jammy, version: latest}\n"
            "  |           ^~~~~~~\n"
            "hint: give the light stemcell with --stemcell PATH\n");
}

TEST(Plan, MovesToANewerStemcellThatIsOffered) {
  const auto first = plan(kCloudConfig, kManifest).plan;
  bosh::Situation next = after(first);
  next.offered = next.stemcells[0];
  EXPECT_FALSE(plan(kCloudConfig, kManifest, next).plan.stemcell);
  next.offered->version = "1.1000";
  const auto second = plan(kCloudConfig, kManifest, next).plan;
  ASSERT_TRUE(second.stemcell);
  ASSERT_EQ(second.steps.size(), 2u);
  EXPECT_EQ(second.steps[0].why, "stemcell changed: jammy 1.1000");
}

TEST(Plan, MergesPropertiesOnlyAtTheFirstLevel) {
  const std::string cloud_config = R"(azs: [{name: z1, cloud_properties: {a: 1, b: 1, c: 1, n: ~}}]
vm_types: [{name: small, cloud_properties: {b: 2, h: {x: 1, y: 1}}}]
vm_extensions:
- {name: one, cloud_properties: {c: 3, h: {x: 2}, list: [1, 2]}}
- {name: two, cloud_properties: {c: 4, list: [3], n: ~}}
networks: []
compilation: {workers: 1, network: x}
)";
  bosh::Report report;
  const auto config =
      bosh::read_cloud_config(bosh::testing::parse(cloud_config, "cloud.yml"), report);
  bosh::InstanceGroup group;
  group.vm_type = "small";
  group.vm_extensions = {"one", "two", "one"};
  EXPECT_EQ(json::dump(bosh::merged_cloud_properties(config, group, "z1")),
            R"({"a":1,"b":2,"c":3,"n":null,"h":{"x":2},"list":[1,2]})");
}

TEST(Plan, RecreatesOneInstanceOrAGroup) {
  const auto first = plan(kCloudConfig, kManifest).plan;
  EXPECT_THAT(steps(bosh::plan_recreate("lb", after(first), "haproxy/1")),
              ::testing::ElementsAre("recreate haproxy/1 z1 10.0.0.11"));
  EXPECT_EQ(bosh::plan_recreate("lb", after(first), "haproxy").steps.size(), 2u);
  EXPECT_TRUE(bosh::plan_recreate("lb", after(first), "haproxy/7").steps.empty());
  EXPECT_EQ(bosh::plan_delete("lb", after(first)).steps.size(), 2u);
}

TEST(VmMetadata, FixedKeysWinOverTags) {
  bosh::Instance instance;
  instance.group = "web";
  instance.id = "u";
  instance.tags = {{"job", "mine"}, {"team", "a"}};
  EXPECT_EQ(json::dump(bosh::vm_metadata(instance, "lb", "vbox", "2026-11-20T22:15:00Z")),
            R"({"job":"web","team":"a","director":"vbox","deployment":"lb","id":"u",)"
            R"("instance_group":"web","index":"0","name":"web/u",)"
            R"("created_at":"2026-11-20T22:15:00Z"})");
}

}  // namespace
