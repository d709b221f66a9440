#include "cli/demo_cloud.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <iterator>

#include "openstack/image.h"

namespace cli {
namespace {

using namespace std::chrono_literals;

constexpr const char* kGroup = "web-vip";
constexpr const char* kKeyPair = "bosh";
// Nobody logs in to a guest of the demo; Nova only wants a key pair to exist.
constexpr const char* kPublicKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGhvbGRmYXN0LWRlbW8tcHVibGljLWtleS0wMDAx holdfast-demo";

std::string last_lines(const std::string& path) {
  std::ifstream in(path);
  std::string text(std::istreambuf_iterator<char>(in), {});
  return text.size() > 2000 ? text.substr(text.size() - 2000) : text;
}

// The failure of a typed call as the error type that commands show.
template <typename T>
base::Result<T> plain(openstack::Result<T> result) {
  if (!result) return std::unexpected(base::Error(result.error()));
  if constexpr (std::is_void_v<T>)
    return {};
  else
    return std::move(*result);
}

}  // namespace

DemoCloud::DemoCloud(io::Process process, io::Descriptor lifeline, CloudAccess access)
    : process_(std::move(process)),
      lifeline_(std::move(lifeline)),
      access_(access),
      admin_(std::make_unique<CloudAdmin>(access)),
      api_(std::make_unique<openstack::Blocking>(session_options(access))) {}

base::Result<DemoCloud> DemoCloud::start(const std::string& programs, const std::string& folder) {
  const std::string state = folder + "/cloud";
  const std::string log = folder + "/cloud.log";
  int ends[2];
  if (mkdir(state.c_str(), 0700) != 0 || pipe2(ends, O_CLOEXEC) != 0)
    return std::unexpected(base::system_error("cannot prepare " + state, errno));
  const io::Descriptor reading(ends[0]);
  io::Descriptor lifeline(ends[1]);
  const io::Descriptor output(open(log.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600));
  auto process = io::Process::start(
      {.arguments = {programs + "/holdfast-cloud", "--state", state, "--foreground-lifeline"},
       .input = reading.get(),
       .output = output.get(),
       .errors = output.get()});
  if (!process)
    return base::in_context("the embedded cloud",
                            base::Error{process.error().kind, process.error().what,
                                        "holdfast-cloud belongs beside holdfast"});
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (std::chrono::steady_clock::now() < deadline) {
    if (const auto access = read_cloud_access(state))
      return DemoCloud(std::move(*process), std::move(lifeline), *access);
    if (const auto exit = process->wait(5ms))
      return base::fail(base::Kind::Unavailable,
                        fmt::format("the embedded cloud ended ({}) before it was ready:\n{}",
                                    to_string(*exit), last_lines(log)));
  }
  process->stop(1s);
  return base::fail(base::Kind::Timeout,
                    "the embedded cloud was not ready within 20 s:\n" + last_lines(log));
}

base::Result<DemoTenant> DemoCloud::prepare_tenant() {
  auto& session = api_->session();
  const auto network = plain(api_->run(openstack::create_network(session, "tenant-net")));
  if (!network) return std::unexpected(network.error());
  openstack::NewSubnet wanted{.name = "tenant-subnet",
                              .network = network->id,
                              .cidr = *net::Prefix::parse("10.0.0.0/24"),
                              .gateway = net::IpAddress::v4(0x0a000001)};
  const auto subnet = plain(api_->run(openstack::create_subnet(session, wanted)));
  if (!subnet) return std::unexpected(subnet.error());
  const auto group =
      plain(api_->run(openstack::create_security_group(session, kGroup, "the demo's web servers")));
  if (!group) return std::unexpected(group.error());
  std::vector<openstack::NewSecurityGroupRule> rules;
  // VRRP from the group's own members only, the service from anywhere.
  rules.push_back({.group = group->id, .protocol = "112", .remote_group = group->id});
  for (const char* protocol : {"tcp", "udp"})
    rules.push_back(
        {.group = group->id, .protocol = protocol, .port_range_min = 80, .port_range_max = 80});
  for (const auto& rule : rules) {
    const auto made = plain(api_->run(openstack::create_security_group_rule(session, rule)));
    if (!made) return std::unexpected(made.error());
  }
  const auto key = plain(api_->run(openstack::create_key_pair(session, kKeyPair, kPublicKey)));
  if (!key) return std::unexpected(key.error());
  openstack::NewImage image{.name = "light-stemcell"};
  const auto made = plain(api_->run(openstack::create_image(session, image)));
  if (!made) return std::unexpected(made.error());
  const auto uploaded = plain(
      api_->run(openstack::upload_image(session, made->id, "a guest boots without a disk\n")));
  if (!uploaded) return std::unexpected(uploaded.error());
  return DemoTenant{network->id, subnet->id, group->id, made->id};
}

base::Result<openstack::Port> DemoCloud::reserve(const DemoTenant& tenant,
                                                 const net::IpAddress& address) {
  openstack::NewPort port{.network = tenant.network,
                          .name = "my_cluster_virtual_ip_port",
                          .fixed_ips = {{.subnet = tenant.subnet, .address = address}}};
  return plain(api_->run(openstack::create_port(api_->session(), port)));
}

base::Result<> DemoCloud::release(const openstack::PortId& reservation) {
  return plain(api_->run(openstack::delete_port(api_->session(), reservation)));
}

base::Result<> DemoCloud::write_cpi_configuration(const std::string& path) const {
  const json::Object openstack = {{"auth_url", access_.auth_url},
                                  {"username", access_.username},
                                  {"api_key", access_.password},
                                  {"project", access_.project},
                                  {"domain", access_.domain},
                                  {"region", access_.region},
                                  {"endpoint_type", "publicURL"},
                                  {"state_timeout", 60},
                                  {"boot_from_volume", false},
                                  {"stemcell_public_visibility", false},
                                  {"default_key_name", kKeyPair},
                                  {"default_security_groups", json::Array{kGroup}},
                                  {"default_volume_type", nullptr},
                                  {"wait_resource_poll_interval", 1},
                                  {"use_dhcp", true},
                                  {"ignore_server_availability_zone", false},
                                  {"human_readable_vm_names", true},
                                  {"use_nova_networking", false}};
  const json::Object properties = {{"openstack", openstack},
                                   {"agent", json::Object{{"mbus", "nats://127.0.0.1:4222"}}}};
  const json::Object cloud = {{"plugin", "openstack"}, {"properties", properties}};
  const io::Descriptor file(open(path.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600));
  const std::string text = json::dump_pretty(json::Object{{"cloud", cloud}}) + "\n";
  if (!file || ::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    return std::unexpected(base::system_error("cannot write " + path, errno));
  return {};
}

base::Result<std::vector<openstack::Port>> DemoCloud::ports(const DemoTenant& tenant) {
  return plain(
      api_->run(openstack::list_ports(api_->session(), {{"network_id", tenant.network.value()}})));
}

base::Result<std::vector<openstack::Server>> DemoCloud::servers() {
  return plain(api_->run(openstack::list_servers(api_->session())));
}

base::Result<std::string> DemoCloud::console(const openstack::ServerId& server) {
  return plain(api_->run(openstack::console_output(api_->session(), server)));
}

base::Result<> DemoCloud::stop_server(const openstack::ServerId& server) {
  const json::Object action = {{"os-stop", nullptr}};
  return plain(api_->run(openstack::server_action(api_->session(), server, action)));
}

base::Result<> DemoCloud::power_off(const openstack::ServerId& server) {
  const auto done = admin_->call("POST", "servers/" + server.value() + "/power-off");
  if (!done) return std::unexpected(done.error());
  return {};
}

base::Result<> DemoCloud::stop() {
  lifeline_.reset();
  const auto exit = process_.wait(10s);
  if (!exit) {
    process_.stop(1s);
    return base::fail(base::Kind::Timeout, "the embedded cloud did not end within 10 s");
  }
  if (!exit->succeeded())
    return base::fail(base::Kind::Internal, "the embedded cloud ended with " + to_string(*exit));
  return {};
}

}  // namespace cli
