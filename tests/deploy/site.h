// A folder for one test, with the example web-vip deployed from it through the fake CPI.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/text.h"
#include "deploy/deploy.h"

namespace deploy_test {

inline std::string source(const std::string& path) {
  return std::string(HOLDFAST_SOURCE_DIR) + "/" + path;
}

class Site {
 public:
  Site() {
    std::string name = (std::filesystem::temp_directory_path() / "holdfast-deploy-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    std::filesystem::create_directory(folder_ + "/cpi");
    files = {.manifest = source("examples/web-vip/manifest.yml"),
             .cloud_config = source("examples/web-vip/cloud-config.yml"),
             .variables = {"net_id=net-1", "image_id=image-1"},
             .variable_files = {},
             .stemcell = source("examples/web-vip/light-stemcell")};
    options.cpi = {source("tests/deploy/fake_cpi.sh"), folder_ + "/cpi"};
  }
  ~Site() { std::filesystem::remove_all(folder_); }

  // The next answers of a method, one a line.
  void answer(const std::string& method, const std::vector<std::string>& lines) const {
    std::ofstream out(folder_ + "/cpi/" + method);
    for (const std::string& line : lines) out << line << "\n";
  }

  std::string state_path() const { return folder_ + "/state.json"; }
  std::string path(const std::string& name) const { return folder_ + "/" + name; }

  // Load, plan, run; empty when all went well, else the error.
  std::string deploy() {
    bosh::Report report;
    const auto documents = deploy::load(files, report);
    if (report.failed()) return report.render();
    auto file = deploy::StateFile::open(state_path());
    if (!file) return base::to_string(file.error());
    const auto plan = deploy::make_plan(documents, file->state, options, report);
    if (report.failed()) return report.render();
    return run(plan, *file);
  }

  std::string run(const bosh::Plan& plan, deploy::StateFile& file) {
    const auto done = deploy::run(plan, file, options, [&](const deploy::Event& event) {
      if (event.kind == deploy::Event::Kind::Retry) ++retries;
      if (event.kind == deploy::Event::Kind::Note) notes.push_back(event.detail);
    });
    return done ? "" : base::to_string(done.error());
  }

  deploy::State state() const {
    const auto state = deploy::StateFile::read(state_path());
    EXPECT_TRUE(state) << (state ? "" : base::to_string(state.error()));
    return state.value_or(deploy::State{});
  }

  // Every request so far, and forgets them.
  std::vector<json::Value> requests() const {
    std::vector<json::Value> out;
    std::ifstream in(folder_ + "/cpi/requests");
    for (std::string line; std::getline(in, line);) {
      const auto request = json::parse(line);
      EXPECT_TRUE(request) << line;
      if (request) out.push_back(*request);
    }
    in.close();
    std::filesystem::remove(folder_ + "/cpi/requests");
    return out;
  }

  // The methods of the requests, without `info`.
  std::vector<std::string> calls() const {
    std::vector<std::string> out;
    for (const json::Value& request : requests())
      if (request.text_or("method", "") != "info") out.push_back(request.text_or("method", ""));
    return out;
  }

  deploy::Files files;
  deploy::Options options;
  int retries = 0;
  std::vector<std::string> notes;

 private:
  std::string folder_;
};

}  // namespace deploy_test
