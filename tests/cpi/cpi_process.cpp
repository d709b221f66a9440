#include "cpi_process.h"

#include <stdlib.h>

#include <fstream>
#include <stdexcept>

#include "io/process.h"

namespace cpi_process {
namespace {

// What a Director leaves of the environment.
const std::vector<std::string> kEnvironment{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "TMPDIR=/tmp"};

json::Object configuration(const std::string& auth_url, const json::Object& more) {
  json::Object openstack{{"auth_url", auth_url},
                         {"username", "demo"},
                         {"api_key", "password-is-a-secret"},
                         {"project", "demo"},
                         {"domain", "Default"},
                         {"default_key_name", "bosh"},
                         {"default_security_groups", json::Array{"default"}},
                         {"state_timeout", 60}};
  for (const auto& [key, value] : more) openstack.set(key, value);
  json::Object properties{
      {"openstack", openstack},
      {"agent", json::Object{{"mbus", "nats://nats:mbus-is-a-secret@10.0.0.2"}}}};
  return {{"cloud", json::Object{{"plugin", "openstack"}, {"properties", properties}}}};
}

}  // namespace

Answer start(std::vector<std::string> arguments, const std::string& standard_input) {
  arguments.insert(arguments.begin(), HOLDFAST_BIN_DIR "/holdfast-cpi");
  const io::Command command{.arguments = std::move(arguments), .environment = kEnvironment};
  const auto ended = io::run(command, standard_input, std::chrono::minutes(2));
  if (!ended) throw std::runtime_error(ended.error().what);
  Answer answer{.exit_status = ended->exit.succeeded() ? 0 : 1,
                .json = {},
                .errors = ended->errors,
                .output = ended->output};
  if (auto parsed = json::parse(ended->output)) answer.json = std::move(*parsed);
  return answer;
}

Cpi::Cpi(const std::string& auth_url, json::Object more) {
  std::string folder = std::filesystem::temp_directory_path() / "holdfast-cpi-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) throw std::runtime_error("cannot make a folder");
  folder_ = folder;
  std::ofstream(config_file()) << json::dump(configuration(auth_url, more));
}

Cpi::~Cpi() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

Answer Cpi::call(const std::string& method, json::Array arguments) const {
  const json::Object context{{"director_uuid", "director"},
                             {"request_id", "cpi-123456"},
                             {"vm", json::Object{{"stemcell", json::Object{{"api_version", 3}}}}}};
  return send(json::dump(json::Object{{"method", method},
                                      {"arguments", std::move(arguments)},
                                      {"context", context},
                                      {"api_version", 2}}));
}

Answer Cpi::send(const std::string& standard_input) const {
  return start({config_file()}, standard_input);
}

json::Array create_vm_arguments(const std::string& image, const std::string& net_id,
                                const std::string& address, json::Object cloud_properties) {
  if (!cloud_properties.contains("instance_type")) cloud_properties.set("instance_type", "m1.tiny");
  const json::Object network{{"type", "manual"},
                             {"ip", address},
                             {"prefix", "32"},
                             {"netmask", "255.255.255.0"},
                             {"gateway", "10.0.0.1"},
                             {"default", json::Array{"dns", "gateway"}},
                             {"dns", json::Array{"10.0.0.2"}},
                             {"cloud_properties", json::Object{{"net_id", net_id}}}};
  const json::Object environment{
      {"bosh", json::Object{{"mbus", json::Object{{"private_key", "key-is-a-secret"}}}}}};
  return {
      "agent-1",     image,      std::move(cloud_properties), json::Object{{"default", network}},
      json::Array{}, environment};
}

}  // namespace cpi_process
