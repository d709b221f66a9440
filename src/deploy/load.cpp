#include "deploy/load.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "bosh/fields.h"
#include "bosh/ops.h"
#include "bosh/variables.h"
#include "deploy/files.h"
#include "io/process.h"
#include "yaml/parse.h"

namespace deploy {
namespace {

constexpr std::chrono::milliseconds kTarDeadline = std::chrono::seconds(60);

void report_unreadable(const std::string& file, const base::Error& error, bosh::Report& report) {
  report.add({{.severity = text::Severity::Error,
               .place = {.file = file, .text = "", .line = 0, .column = 1, .length = 1},
               .what = error.what,
               .hint = error.hint}});
}

std::optional<yaml::Node> parse(const std::string& text, const std::string& file,
                                bosh::Report& report) {
  auto node = yaml::parse(text, file);
  if (node) return std::move(*node);
  report.add(node.error());
  return std::nullopt;
}

std::optional<yaml::Node> read_yaml(const std::string& path, bosh::Report& report) {
  const auto text = read_file(path);
  if (text) return parse(*text, path, report);
  report_unreadable(path, text.error(), report);
  return std::nullopt;
}

bool is_directory(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

// stemcell.MF, wherever it is.
base::Result<std::string> stemcell_manifest(const std::string& path) {
  if (is_directory(path)) return read_file(path + "/stemcell.MF");
  if (!path.ends_with(".tgz") && !path.ends_with(".tar.gz")) return read_file(path);
  // Real tarballs have it with and without "./".
  const auto output =
      io::run({.arguments = {"tar", "-xzOf", path, "--wildcards", "--no-anchored", "stemcell.MF"}},
              "", kTarDeadline);
  if (!output) return std::unexpected(output.error());
  if (output->exit.succeeded()) return output->output;
  return base::fail(base::Kind::Invalid, fmt::format("{} has no stemcell.MF", path),
                    "a stemcell is a .tgz made by BOSH's stemcell builder, or a folder with a "
                    "stemcell.MF");
}

std::optional<bosh::UploadedStemcell> read_stemcell(const std::string& path,
                                                    const bosh::Variables& variables,
                                                    bosh::Report& report) {
  const auto text = stemcell_manifest(path);
  if (!text) {
    report_unreadable(path, text.error(), report);
    return std::nullopt;
  }
  auto root = parse(*text, path, report);
  if (!root) return std::nullopt;
  bosh::interpolate(*root, variables, report);
  bosh::Fields fields(*root, "stemcell.MF", report);
  if (!fields.is_map()) return std::nullopt;
  bosh::UploadedStemcell stemcell{
      .name = fields.text("name"),
      .os = fields.optional_text("operating_system").value_or(""),
      .version = fields.text("version"),
      .api_version = static_cast<int>(
          std::clamp<std::int64_t>(fields.optional_integer("api_version", 1).value_or(1), 1, 1000)),
      .cloud_properties = fields.object("cloud_properties"),
      .cid = {}};
  if (!stemcell.cloud_properties.contains("image_id"))
    report.unsupported(root->mark(),
                       "a stemcell that brings its own image (no "
                       "cloud_properties.image_id)");
  return stemcell;
}

bosh::Variables read_variables(const Files& files, bosh::Report& report) {
  bosh::Variables variables;
  for (const std::string& assignment : files.variables) variables.assign(assignment, report);
  // The first to give a value wins, and a later file beats an earlier one.
  for (auto path = files.variable_files.rbegin(); path != files.variable_files.rend(); ++path)
    if (const auto root = read_yaml(*path, report)) variables.add_file(*root, report);
  return variables;
}

}  // namespace

Documents load(const Files& files, bosh::Report& report) {
  Documents documents;
  const bosh::Variables variables = read_variables(files, report);
  auto cloud_config = read_yaml(files.cloud_config, report);
  auto manifest = read_yaml(files.manifest, report);
  if (!files.stemcell.empty())
    documents.stemcell = read_stemcell(files.stemcell, variables, report);
  for (const std::string& path : files.ops_files)
    if (const auto ops = read_yaml(path, report); ops && manifest)
      bosh::apply_ops(*manifest, *ops, report);
  for (auto* document : {&cloud_config, &manifest})
    if (*document) bosh::interpolate(**document, variables, report);
  // A placeholder left over would be reported again as a wrong value.
  if (report.failed() || !cloud_config || !manifest) return documents;
  documents.cloud_config = bosh::read_cloud_config(*cloud_config, report);
  documents.manifest = bosh::read_manifest(*manifest, documents.cloud_config, report);
  if (!report.failed()) bosh::lint(documents.manifest, documents.cloud_config, report);
  return documents;
}

}  // namespace deploy
