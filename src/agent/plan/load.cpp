#include "agent/plan/load.h"

#include <fmt/format.h>
#include <glob.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <utility>

#include "agent/plan/keys.h"
#include "base/text.h"
#include "netlink/control.h"

namespace agent::plan {
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

base::Result<KernelNetwork> KernelNetwork::ask() {
  auto control = netlink::Control::open();
  if (!control) return std::unexpected(control.error());
  auto links = control->links();
  if (!links) return std::unexpected(links.error());
  auto addresses = control->addresses();
  if (!addresses) return std::unexpected(addresses.error());
  KernelNetwork out;
  out.links_ = std::move(*links);
  out.addresses_ = std::move(*addresses);
  return out;
}

keepalived::Surroundings surroundings(const Network& network) {
  const auto firmware = [](const char* name) {
    const auto text = contents(fmt::format("/sys/class/dmi/id/{}", name));
    return text ? std::string(base::trim(*text)) : std::string();
  };
  keepalived::Surroundings out{
      .interfaces = {}, .vendor = firmware("sys_vendor"), .product = firmware("product_name")};
  for (const netlink::Link& link : network.links) {
    auto& interface = out.interfaces.emplace_back();
    interface.name = link.name;
    for (const netlink::Address& address : network.addresses)
      if (address.interface == link.index) interface.networks.push_back(address.prefix);
  }
  return out;
}

Loaded load(keepalived::Reading reading, const Network& network, TrackNames& names,
            const ProgramRules& rules) {
  const auto programs = settle_programs(reading.config, rules);
  const auto keys = read_key_files(reading.config);
  Planning planning = make_plan(reading.config, network, names);
  Loaded loaded{.plan = std::move(planning.plan),
                .globals = std::move(reading.config.globals),
                .diagnostics = std::move(reading.diagnostics),
                .verdict = reading.verdict};
  loaded.diagnostics.insert(loaded.diagnostics.end(), programs.begin(), programs.end());
  loaded.diagnostics.insert(loaded.diagnostics.end(), planning.diagnostics.begin(),
                            planning.diagnostics.end());
  loaded.diagnostics.insert(loaded.diagnostics.end(), keys.begin(), keys.end());
  if (!planning.can_run || !keys.empty()) loaded.verdict = keepalived::Verdict::CannotRun;
  return loaded;
}

Loaded load(const std::string& file, const std::string& config_id, const Network& network,
            TrackNames& names, const ProgramRules& rules) {
  return load(read_file(file, config_id), network, names, rules);
}

}  // namespace agent::plan
