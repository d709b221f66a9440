// What a deployment has in the cloud, in one JSON file: written to a new file and renamed, after
// every answer of the CPI, so that a crash forgets nothing. Open files are locked against a second
// deployer.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "bosh/plan.h"
#include "io/descriptor.h"

namespace deploy {

struct State {
  std::string deployment;
  std::string director_uuid;
  std::vector<bosh::UploadedStemcell> stemcells;
  std::vector<bosh::Deployed> instances;

  bosh::Deployed* find(const std::string& instance_id);
  bool operator==(const State&) const = default;
};

json::Value to_json(const State& state);
base::Result<State> state_from_json(const json::Value& value);

class StateFile {
 public:
  // A file that does not exist is an empty state with a new director_uuid; nothing is written yet.
  // Kind::Conflict when another process has it open.
  static base::Result<StateFile> open(const std::string& path);
  // For looking only: no lock, and Kind::NotFound when there is no file.
  static base::Result<State> read(const std::string& path);

  State state;
  base::Result<> save() const;
  base::Result<> remove();  // the deployment is gone
  const std::string& path() const { return path_; }

 private:
  StateFile(std::string path, io::Descriptor lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}
  std::string path_;
  io::Descriptor lock_;  // held for as long as the object lives
};

// "web-vip.yml" -> "web-vip-state.json", beside the manifest, as bosh create-env does.
std::string default_state_path(const std::string& manifest);

std::string new_uuid();  // random, version 4

}  // namespace deploy
