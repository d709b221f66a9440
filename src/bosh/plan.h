// What a deployment has to do: which VMs are to be created, replaced or deleted, in which order,
// and what exactly the CPI is to be told about each. Pure: what exists comes in, ids come in.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bosh/cloud_config.h"
#include "bosh/manifest.h"

namespace bosh {

struct Reservation {
  std::string network;
  net::IpAddress address;
  bool operator==(const Reservation&) const = default;
};

// A stemcell as the cloud has it, or (cid empty) as it is to be uploaded.
struct UploadedStemcell {
  std::string name;
  std::string os;
  std::string version;
  int api_version = 1;
  json::Object cloud_properties;
  std::string cid;
  bool operator==(const UploadedStemcell&) const = default;
};

// One instance, as it is or shall be.
struct Instance {
  std::string group;
  int index = 0;
  std::string id;  // uuid, for life
  std::string az;  // empty: none
  bool is_bootstrap = false;
  std::vector<Reservation> addresses;
  std::string stemcell_name;
  std::string stemcell_version;
  // What create_vm is told; a difference to what it was told last time recreates the VM.
  json::Object cloud_properties;
  json::Object networks;
  json::Object env;
  json::Object tags;

  std::string name() const { return group + "/" + std::to_string(index); }
  bool operator==(const Instance&) const = default;
};

// An instance whose VM exists, or existed (vm_cid empty: it was deleted and not created again).
struct Deployed {
  Instance instance;
  std::string vm_cid;
  std::string agent_id;
  bool has_metadata = false;  // set_vm_metadata was answered
  bool operator==(const Deployed&) const = default;
};

struct Step {
  enum class Kind { Create, Recreate, Delete };
  Kind kind = Kind::Create;
  Instance instance;
  std::string vm_cid;  // of the VM to be deleted
  std::string why;     // "cloud properties changed: allowed_address_pairs"
};

struct Plan {
  std::string deployment;
  std::optional<UploadedStemcell> stemcell;  // to be uploaded first
  std::vector<UploadedStemcell> stemcells;   // in use, known with their cid
  std::vector<Step> steps;  // deletions, then creations (which may run together), then recreations
  std::vector<Instance> unchanged;
};

struct Situation {
  std::string director_name = "holdfast";
  std::vector<Deployed> deployed;
  std::vector<UploadedStemcell> stemcells;
  std::optional<UploadedStemcell> offered;  // with --stemcell; uploaded when not known yet
  std::function<std::string()> new_id;      // uuids
};

Plan make_plan(const Manifest& manifest, const CloudConfig& cloud_config,
               const Situation& situation, Report& report);

// Delete-create of the instances that `name` fits ("web/0", "web", or empty for all).
Plan plan_recreate(const std::string& deployment, const Situation& situation,
                   std::string_view name);
Plan plan_delete(const std::string& deployment, const Situation& situation);

// What goes wrong only later, and nobody else says: see lint.cpp.
void lint(const Manifest& manifest, const CloudConfig& cloud_config, Report& report);

}  // namespace bosh
