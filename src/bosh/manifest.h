// A deployment manifest (version 2), checked against the cloud-config with the Director's codes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bosh/cloud_config.h"

namespace bosh {

struct Stemcell {
  std::string alias;
  std::string os;  // one of the two is given
  std::string name;
  std::string version;  // "latest" takes any
  yaml::Mark mark;
};

struct Job {
  std::string name;
  std::string release;
  json::Object properties;
  yaml::Mark mark;             // of the name
  yaml::Node properties_node;  // for messages about one of them
};

struct GroupNetwork {
  std::string name;
  std::vector<net::IpAddress> static_ips;  // in the order of the manifest
  std::vector<std::string> defaults;       // sorted; the only network of a group has all
  yaml::Mark mark;
};

struct InstanceGroup {
  std::string name;
  std::int64_t instances = 0;
  std::vector<std::string> azs;
  std::vector<Job> jobs;
  std::string stemcell;  // alias
  std::string vm_type;
  std::vector<std::string> vm_extensions;
  std::vector<GroupNetwork> networks;
  json::Object env;
  json::Object tags;
  yaml::Mark mark;
};

struct Manifest {
  std::string name;
  std::vector<Stemcell> stemcells;
  std::vector<InstanceGroup> groups;
  json::Object tags;
};

Manifest read_manifest(const yaml::Node& root, const CloudConfig& cloud_config, Report& report);

}  // namespace bosh
