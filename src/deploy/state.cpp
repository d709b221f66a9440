#include "deploy/state.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>

#include "base/text.h"
#include "deploy/files.h"

namespace deploy {
namespace {

constexpr int kFormat = 1;

json::Value to_json(const bosh::UploadedStemcell& stemcell) {
  return json::Object{{"name", stemcell.name},
                      {"os", stemcell.os},
                      {"version", stemcell.version},
                      {"api_version", stemcell.api_version},
                      {"cloud_properties", stemcell.cloud_properties},
                      {"cid", stemcell.cid}};
}

json::Value to_json(const bosh::Deployed& deployed) {
  const bosh::Instance& instance = deployed.instance;
  json::Array addresses;
  for (const bosh::Reservation& reservation : instance.addresses)
    addresses.push_back(
        json::Object{{"network", reservation.network}, {"ip", to_string(reservation.address)}});
  return json::Object{{"group", instance.group},
                      {"index", instance.index},
                      {"id", instance.id},
                      {"az", instance.az},
                      {"bootstrap", instance.is_bootstrap},
                      {"vm_cid", deployed.vm_cid},
                      {"agent_id", deployed.agent_id},
                      {"has_metadata", deployed.has_metadata},
                      {"addresses", std::move(addresses)},
                      {"stemcell", json::Object{{"name", instance.stemcell_name},
                                                {"version", instance.stemcell_version}}},
                      {"cloud_properties", instance.cloud_properties},
                      {"networks", instance.networks},
                      {"env", instance.env},
                      {"tags", instance.tags}};
}

json::Object object(const json::Value& value) {
  return value.as_object() == nullptr ? json::Object{} : *value.as_object();
}

bool flag(const json::Value& value) {
  return value.as_bool() != nullptr && *value.as_bool();
}

bosh::UploadedStemcell stemcell_from(const json::Value& value) {
  return {.name = value.text_or("name", ""),
          .os = value.text_or("os", ""),
          .version = value.text_or("version", ""),
          .api_version = static_cast<int>(value["api_version"].as_integer().value_or(1)),
          .cloud_properties = object(value["cloud_properties"]),
          .cid = value.text_or("cid", "")};
}

base::Result<bosh::Deployed> deployed_from(const json::Value& value) {
  bosh::Instance instance;
  instance.group = value.text_or("group", "");
  instance.index = static_cast<int>(value["index"].as_integer().value_or(0));
  instance.id = value.text_or("id", "");
  instance.az = value.text_or("az", "");
  instance.is_bootstrap = flag(value["bootstrap"]);
  if (instance.group.empty() || instance.id.empty())
    return base::fail(base::Kind::Invalid, "an instance has no group or no id");
  if (const json::Array* addresses = value["addresses"].as_array())
    for (const json::Value& item : *addresses) {
      const auto address = net::IpAddress::parse(item.text_or("ip", ""));
      if (!address) return std::unexpected(address.error());
      instance.addresses.push_back({item.text_or("network", ""), *address});
    }
  instance.stemcell_name = value["stemcell"].text_or("name", "");
  instance.stemcell_version = value["stemcell"].text_or("version", "");
  instance.cloud_properties = object(value["cloud_properties"]);
  instance.networks = object(value["networks"]);
  instance.env = object(value["env"]);
  instance.tags = object(value["tags"]);
  return bosh::Deployed{.instance = std::move(instance),
                        .vm_cid = value.text_or("vm_cid", ""),
                        .agent_id = value.text_or("agent_id", ""),
                        .has_metadata = flag(value["has_metadata"])};
}

base::Result<State> parse_state(const std::string& path, const std::string& text) {
  const auto value = json::parse(text);
  auto state = value ? state_from_json(*value) : std::unexpected(value.error());
  if (!state)
    return base::fail(base::Kind::Invalid,
                      fmt::format("the state file {} cannot be read: {}", path, state.error().what),
                      "it is written by holdfast deploy; restore it from a copy, since it alone "
                      "knows which VMs exist");
  return state;
}

}  // namespace

bosh::Deployed* State::find(const std::string& instance_id) {
  const auto found = std::ranges::find_if(instances, [&](const bosh::Deployed& deployed) {
    return deployed.instance.id == instance_id;
  });
  return found == instances.end() ? nullptr : &*found;
}

json::Value to_json(const State& state) {
  json::Array stemcells;
  for (const auto& stemcell : state.stemcells) stemcells.push_back(to_json(stemcell));
  json::Array instances;
  for (const auto& deployed : state.instances) instances.push_back(to_json(deployed));
  return json::Object{{"format", kFormat},
                      {"deployment", state.deployment},
                      {"director_uuid", state.director_uuid},
                      {"stemcells", std::move(stemcells)},
                      {"instances", std::move(instances)}};
}

base::Result<State> state_from_json(const json::Value& value) {
  if (value["format"].as_integer() != kFormat)
    return base::fail(base::Kind::Invalid, fmt::format("its format is not {}", kFormat));
  State state{.deployment = value.text_or("deployment", ""),
              .director_uuid = value.text_or("director_uuid", ""),
              .stemcells = {},
              .instances = {}};
  if (const json::Array* stemcells = value["stemcells"].as_array())
    for (const json::Value& item : *stemcells) state.stemcells.push_back(stemcell_from(item));
  if (const json::Array* instances = value["instances"].as_array())
    for (const json::Value& item : *instances) {
      auto deployed = deployed_from(item);
      if (!deployed) return std::unexpected(deployed.error());
      state.instances.push_back(std::move(*deployed));
    }
  return state;
}

base::Result<StateFile> StateFile::open(const std::string& path) {
  // The lock is a file of its own, because the state file is replaced by every save.
  const std::string lock_path = path + ".lock";
  io::Descriptor lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock)
    return std::unexpected(
        base::system_error(fmt::format("cannot open the lock {}", lock_path), errno));
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
    return base::fail(base::Kind::Conflict, fmt::format("another holdfast is working on {}", path),
                      "wait until it has ended");
  StateFile file(path, std::move(lock));
  auto state = read(path);
  if (!state && state.error().kind != base::Kind::NotFound) return std::unexpected(state.error());
  if (state) file.state = std::move(*state);
  if (file.state.director_uuid.empty()) file.state.director_uuid = new_uuid();
  return file;
}

base::Result<State> StateFile::read(const std::string& path) {
  const auto text = read_file(path);
  if (!text) return std::unexpected(text.error());
  return parse_state(path, *text);
}

base::Result<> StateFile::save() const {
  return write_file(path_, json::dump_pretty(to_json(state)) + "\n");
}

base::Result<> StateFile::remove() {
  if (std::remove(path_.c_str()) != 0 && errno != ENOENT)
    return std::unexpected(base::system_error(fmt::format("cannot remove {}", path_), errno));
  std::remove((path_ + ".lock").c_str());
  return {};
}

std::string default_state_path(const std::string& manifest) {
  const std::size_t slash = manifest.rfind('/');
  const std::size_t dot = manifest.rfind('.');
  const bool has_suffix = dot != std::string::npos && (slash == std::string::npos || dot > slash);
  return (has_suffix ? manifest.substr(0, dot) : manifest) + "-state.json";
}

std::string new_uuid() {
  std::array<std::uint8_t, 16> bytes{};
  while (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
  }
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x40);  // RFC 9562, 5.4
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  const std::string hex = base::to_hex(bytes);
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                     hex.substr(16, 4), hex.substr(20));
}

}  // namespace deploy
