// Reads the files of a deployment and makes the plan: manifest, cloud-config, variables, stemcell.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "bosh/plan.h"
#include "bosh/report.h"

namespace deploy {

struct Files {
  std::string manifest = {};
  std::string cloud_config = {};
  std::vector<std::string> variables = {};       // "NAME=VALUE", as -v takes them
  std::vector<std::string> variable_files = {};  // as -l; a later one wins
  // A light stemcell: its folder, its stemcell.MF or its .tgz; may be empty.
  std::string stemcell = {};
  std::vector<std::string> ops_files = {};  // as -o; applied to the manifest in this order
};

struct Documents {
  bosh::Manifest manifest;
  bosh::CloudConfig cloud_config;
  std::optional<bosh::UploadedStemcell> stemcell;
};

// Everything that is wrong goes to the report with its place; the documents are usable unless
// report.failed(). Warnings of the lint are in the report too.
Documents load(const Files& files, bosh::Report& report);

}  // namespace deploy
