// For the tests of this module: a deployment that is right, to be changed in one place each.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "bosh/plan.h"
#include "yaml/parse.h"

namespace bosh::testing {

// The deployment of bosh-director.md's example: two haproxy VMs behind 10.0.0.50.
inline constexpr std::string_view kCloudConfig = R"(azs:
- name: z1
  cloud_properties: {availability_zone: nova}
- name: z2
vm_types:
- name: small
  cloud_properties: {instance_type: m1.small}
vm_extensions:
- name: vrrp-ip
  cloud_properties:
    allowed_address_pairs: 10.0.0.50
networks:
- name: default
  subnets:
  - range: 10.0.0.0/24
    gateway: 10.0.0.1
    dns: [10.0.0.2]
    reserved: [10.0.0.2-10.0.0.9, 10.0.0.50]
    static: [10.0.0.100-10.0.0.110]
    azs: [z1, z2]
    cloud_properties: {net_id: net-1, security_groups: [bosh]}
compilation: {workers: 1, network: default, az: z1, vm_type: small}
)";

inline constexpr std::string_view kManifest = R"(name: lb
tags: {project: cf}
releases:
- {name: haproxy, version: latest}
stemcells:
- {alias: default, os: ubuntu-jammy, version: latest}
update: {canaries: 1, max_in_flight: 1, canary_watch_time: 1000, update_watch_time: 1000}
instance_groups:
- name: haproxy
  instances: 2
  azs: [z1]
  vm_type: small
  vm_extensions: [vrrp-ip]
  stemcell: default
  networks: [{name: default}]
  jobs:
  - name: keepalived
    release: haproxy
    properties: {keepalived: {vip: 10.0.0.50}}
)";

// `text` with one part replaced; the part must be there.
inline std::string with(std::string_view text, std::string_view part, std::string_view other) {
  std::string out(text);
  const std::size_t at = out.find(part);
  EXPECT_NE(at, std::string::npos) << "not in the text: " << part;
  if (at != std::string::npos) out.replace(at, part.size(), other);
  return out;
}

inline yaml::Node parse(std::string_view text, std::string_view file) {
  auto node = yaml::parse(text, file);
  EXPECT_TRUE(node) << (node ? "" : text::render(node.error()[0]));
  return node.value_or(yaml::Node());
}

struct Files {
  CloudConfig cloud_config;
  Manifest manifest;
  Report report;
};

inline Files read(std::string_view cloud_config, std::string_view manifest) {
  Files files;
  files.cloud_config = read_cloud_config(parse(cloud_config, "cloud.yml"), files.report);
  files.manifest = read_manifest(parse(manifest, "manifest.yml"), files.cloud_config, files.report);
  if (!files.report.failed()) lint(files.manifest, files.cloud_config, files.report);
  return files;
}

// All that is said about the two files.
inline std::string said(std::string_view cloud_config, std::string_view manifest) {
  return read(cloud_config, manifest).report.render();
}

// Ids that count: id-1, id-2.
inline Situation situation() {
  Situation out;
  out.director_name = "vbox";
  out.stemcells = {{.name = "jammy",
                    .os = "ubuntu-jammy",
                    .version = "1.204",
                    .api_version = 3,
                    .cloud_properties = {},
                    .cid = "img-1 light"}};
  out.new_id = [count = 0]() mutable { return "id-" + std::to_string(++count); };
  return out;
}

// The instances of a plan as if they had been created.
inline std::vector<Deployed> deployed(const Plan& plan) {
  std::vector<Deployed> out;
  for (const Step& step : plan.steps)
    if (step.kind != Step::Kind::Delete)
      out.push_back({.instance = step.instance,
                     .vm_cid = "vm-" + std::to_string(step.instance.index),
                     .agent_id = "agent",
                     .has_metadata = true});
  return out;
}

}  // namespace bosh::testing
