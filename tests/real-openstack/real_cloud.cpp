#include "real_cloud.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace real {
namespace {

constexpr auto kPublicKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";  // nobody's

std::string content_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return std::move(text).str();
}

}  // namespace

std::string state_folder() {
  const char* folder = std::getenv("HOLDFAST_REAL_OPENSTACK");
  return folder == nullptr ? "" : folder;
}

Cloud::Cloud() : name_(fmt::format("holdfast-test-{}", getpid())) {
  const std::filesystem::path file = std::filesystem::path(state_folder()) / "etc" / "cloud.json";
  description_ = json::parse(content_of(file)).value();
  openstack::Options options{.auth_url = description_.text_or("auth_url", "")};
  options.credentials.username = description_.text_or("username", "");
  options.credentials.password = description_.text_or("password", "");
  options.credentials.project_name = description_.text_or("project", "");
  blocking_ = std::make_unique<openstack::Blocking>(options);
  furnish();
}

Cloud::~Cloud() {
  try {
    clear();
  } catch (const std::exception& problem) {
    // The cloud itself is removed after the tests.
    fmt::print(stderr, "could not clear away: {}\n", problem.what());
  }
}

void Cloud::furnish() {
  network = run(openstack::create_network(session(), name_)).id;
  run(openstack::create_subnet(
      session(),
      {.name = name_, .network = network, .cidr = net::Prefix::parse("10.0.0.0/24").value()}));
  group = run(openstack::create_security_group(session(), name_)).id;
  for (const char* protocol : {"vrrp", "icmp"})
    run(openstack::create_security_group_rule(session(), {.group = group, .protocol = protocol}));
  openstack::NewPort reservation{.network = network, .name = "vrrp"};
  reservation.fixed_ips.push_back(
      {.subnet = std::nullopt, .address = net::IpAddress::parse("10.0.0.50").value()});
  run(openstack::create_port(session(), reservation));
  run(openstack::create_key_pair(session(), name_, kPublicKey));
  image = run(openstack::create_image(session(), {.name = name_})).id;
  run(openstack::upload_image(session(), image, "nothing boots from this"));
}

void Cloud::clear() {
  for (const auto& server : run(openstack::list_servers(session()))) {
    run(openstack::delete_server(session(), server.id));
    run(openstack::wait_until_gone(session(), server.id,
                                   std::chrono::steady_clock::now() + std::chrono::seconds(60)));
  }
  openstack::Filters filters;
  filters.emplace_back("network_id", network.value());
  for (const auto& port : run(openstack::list_ports(session(), filters)))
    run(openstack::delete_port(session(), port.id));
  run(openstack::delete_network(session(), network));
  run(openstack::delete_security_group(session(), group));
  run(openstack::delete_key_pair(session(), name_));
  run(openstack::delete_image(session(), image));
}

cpi_process::Answer Cloud::call(const std::string& method, json::Array arguments) const {
  const cpi_process::Cpi cpi(description_.text_or("auth_url", ""),
                             {{"username", description_["username"]},
                              {"api_key", description_["password"]},
                              {"project", description_["project"]},
                              {"domain", description_["domain"]},
                              {"region", description_["region"]},
                              {"default_key_name", name_},
                              {"default_security_groups", json::Array{name_}}});
  return cpi.call(method, std::move(arguments));
}

cpi_process::Answer Cloud::create_vm(const std::string& address, json::Object properties) const {
  return call("create_vm",
              cpi_process::create_vm_arguments(image.value() + " light", network.value(), address,
                                               std::move(properties)));
}

openstack::Port Cloud::port_of(const json::Value& vm) {
  openstack::Filters filters;
  filters.emplace_back("device_id", vm.as_string()->c_str());
  return run(openstack::list_ports(session(), filters)).at(0);
}

}  // namespace real
