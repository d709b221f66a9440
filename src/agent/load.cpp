#include "agent/load.h"

#include <fmt/format.h>
#include <glob.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace agent {
namespace {

// A configuration larger than this is none.
constexpr std::size_t kLargestFile = std::size_t{64} << 20;

base::Result<std::string> contents(const std::string& path) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::unexpected(base::system_error(fmt::format("cannot read {}", path), errno));
  std::string text;
  std::array<char, 65536> buffer;
  while (in.read(buffer.data(), buffer.size()), in.gcount() > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(in.gcount()));
    if (text.size() > kLargestFile)
      return base::fail(base::Kind::Invalid, fmt::format("{} is larger than 64 MiB", path));
  }
  if (in.bad())
    return std::unexpected(base::system_error(fmt::format("cannot read {}", path), errno));
  return text;
}

std::vector<std::string> matching(const std::string& pattern) {
  glob_t found{};
  std::vector<std::string> paths;
  if (glob(pattern.c_str(), GLOB_BRACE, nullptr, &found) == 0)
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  globfree(&found);
  return paths;
}

std::string short_host_name() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  const std::string whole(name.data());
  return whole.substr(0, whole.find('.'));
}

std::string environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? "" : value;
}

}  // namespace

keepalived::Reading read_file(const std::string& file, const std::string& config_id) {
  const keepalived::Options options{.config_id = config_id.empty() ? short_host_name() : config_id,
                                    .environment = environment};
  return keepalived::read(file, {.contents = contents, .matching = matching}, options);
}

Loaded load(const std::string& file, const std::string& config_id, const Network& network,
            TrackNames& names, const ProgramRules& rules) {
  keepalived::Reading reading = read_file(file, config_id);
  const auto programs = settle_programs(reading.config, rules);
  Planning planning = make_plan(reading.config, network, names);
  Loaded loaded{.plan = std::move(planning.plan),
                .globals = std::move(reading.config.globals),
                .diagnostics = std::move(reading.diagnostics),
                .verdict = reading.verdict};
  loaded.diagnostics.insert(loaded.diagnostics.end(), programs.begin(), programs.end());
  loaded.diagnostics.insert(loaded.diagnostics.end(), planning.diagnostics.begin(),
                            planning.diagnostics.end());
  if (!planning.can_run) loaded.verdict = keepalived::Verdict::CannotRun;
  return loaded;
}

}  // namespace agent
