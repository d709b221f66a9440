// The plan of the example, call by call, as it was reviewed. UPDATE_GOLDEN=1 writes it anew.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "site.h"

namespace {

using deploy_test::source;

std::string planned() {
  deploy_test::Site site;
  bosh::Report report;
  const auto documents = deploy::load(site.files, report);
  EXPECT_EQ(report.render(), "");
  bosh::Situation situation;
  situation.offered = documents.stemcell;
  situation.new_id = [count = 0]() mutable {
    return "00000000-0000-4000-8000-00000000000" + std::to_string(++count);
  };
  const auto plan = bosh::make_plan(documents.manifest, documents.cloud_config, situation, report);
  json::Array calls;
  for (const auto& [subject, call] : deploy::planned_calls(plan, situation.director_name))
    calls.push_back(json::Object{{"method", call.method}, {"arguments", call.arguments}});
  return json::dump_pretty(calls) + "\n";
}

TEST(PlanOfTheExample, IsTheReviewedOne) {
  const std::string path = source("tests/deploy/web-vip-plan.json");
  const std::string calls = planned();
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path) << calls;
  std::ifstream in(path);
  const std::string golden{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(calls, golden);
}

}  // namespace
