// Any bytes as manifest, cloud-config or both: no crash, and a plan only from what is right.
#include <algorithm>
#include <cstdint>
#include <string_view>

#include "bosh/calls.h"
#include "bosh/plan.h"
#include "bosh/variables.h"
#include "yaml/parse.h"

namespace {

constexpr std::string_view kSeparator = "\n--8<--\n";

yaml::Node parse(std::string_view text, const bosh::Variables& variables, bosh::Report& report) {
  auto node = yaml::parse(text, "fuzz.yml", {.bytes = 65536, .depth = 100, .expansion = 1 << 20});
  if (!node) {
    report.add(node.error());
    return {};
  }
  bosh::interpolate(*node, variables, report);
  return std::move(*node);
}

}  // namespace

// The input is a cloud-config, then optionally the separator and a manifest.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = std::min(input.find(kSeparator), input.size());
  const std::size_t rest = std::min(cut + kSeparator.size(), input.size());
  bosh::Report report;
  bosh::Variables variables;
  variables.assign("net_id={a: [1, text]}", report);
  variables.assign("n=5", report);
  const auto cloud_config =
      bosh::read_cloud_config(parse(input.substr(0, cut), variables, report), report);
  const auto manifest =
      bosh::read_manifest(parse(input.substr(rest), variables, report), cloud_config, report);
  if (!report.failed()) {
    bosh::lint(manifest, cloud_config, report);
    bosh::Situation situation;
    bosh::UploadedStemcell stemcell;
    stemcell.os = "ubuntu-jammy";
    stemcell.version = "1";
    situation.stemcells = {stemcell};
    situation.new_id = [] { return "id"; };
    for (const auto& step : bosh::make_plan(manifest, cloud_config, situation, report).steps)
      json::dump(bosh::create_vm_arguments(step.instance, "agent", "stemcell"));
  }
  report.render();
  return 0;
}
