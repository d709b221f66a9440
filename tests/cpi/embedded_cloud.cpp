#include "embedded_cloud.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <thread>

namespace embedded {
namespace {

constexpr auto kPublicKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";  // nobody's

std::string content_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return std::move(text).str();
}

}  // namespace

Cloud::Cloud() {
  problem_ = start();
  if (!problem_) furnish();
}

Cloud::~Cloud() {
  lifeline_.reset();  // ends the cloud and all that it made
  if (process_) process_->stop(std::chrono::seconds(20));
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::optional<std::string> Cloud::start() {
  std::string folder = std::filesystem::temp_directory_path() / "holdfast-cpi-cloud-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) return "cannot make a folder";
  folder_ = folder;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return "cannot make a pipe";
  const io::Descriptor input(ends[0]);
  lifeline_ = io::Descriptor(ends[1]);
  const std::string log = folder_ / "log";
  const io::Descriptor errors(::open(log.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  auto process = io::Process::start({.arguments = {HOLDFAST_BIN_DIR "/holdfast-cloud", "--state",
                                                   folder, "--foreground-lifeline"},
                                     .input = input.get(),
                                     .output = errors.get(),
                                     .errors = errors.get()});
  if (!process) return process.error().what;
  process_ = std::move(*process);
  while (!std::filesystem::exists(folder_ / "cloud.json"))
    if (process_->wait(std::chrono::milliseconds(20))) return content_of(log);
  description_ = json::parse(content_of(folder_ / "cloud.json")).value();
  return std::nullopt;
}

std::string Cloud::auth_url() const {
  return description_.text_or("auth_url", "");
}

json::Object Cloud::credentials() const {
  return {{"username", description_["username"]},
          {"api_key", description_["password"]},
          {"project", description_["project"]},
          {"domain", description_["domain"]},
          {"region", description_["region"]}};
}

void Cloud::furnish() {
  openstack::Options options{.auth_url = auth_url()};
  options.credentials.username = description_.text_or("username", "");
  options.credentials.password = description_.text_or("password", "");
  options.credentials.project_name = description_.text_or("project", "");
  blocking_ = std::make_unique<openstack::Blocking>(options);
  network = make_network("tenant");
  reserve(network, "10.0.0.50");
  run(openstack::create_key_pair(session(), "bosh", kPublicKey));
  image = run(openstack::create_image(session(), {.name = "stemcell"})).id;
  run(openstack::upload_image(session(), image, "nothing boots from this"));
}

openstack::NetworkId Cloud::make_network(const std::string& name, bool has_port_security) {
  const auto made = run(openstack::create_network(session(), name, has_port_security)).id;
  run(openstack::create_subnet(
      session(),
      {.name = name, .network = made, .cidr = net::Prefix::parse("10.0.0.0/24").value()}));
  return made;
}

openstack::Port Cloud::reserve(const openstack::NetworkId& in, const std::string& address) {
  openstack::NewPort port{.network = in, .name = "vrrp"};
  port.fixed_ips.push_back(
      {.subnet = std::nullopt, .address = net::IpAddress::parse(address).value()});
  return run(openstack::create_port(session(), port));
}

std::vector<openstack::Port> Cloud::ports(const openstack::NetworkId& in) {
  openstack::Filters filters;
  filters.emplace_back("network_id", in.value());
  auto all = run(openstack::list_ports(session(), filters));
  std::erase_if(
      all, [](const openstack::Port& port) { return port.device_owner.starts_with("network:"); });
  return all;
}

json::Value Cloud::operate(const std::string& method, const std::string& path, json::Value body) {
  io::Loop loop;
  http::Client client(loop, {});
  const auto url = http::Url::parse(description_.text_or("admin_url", "") + "/" + path).value();
  http::Request request{.method = method,
                        .target = url.path,
                        .headers = {{"X-Holdfast-Token", description_.text_or("admin_token", "")}},
                        .body = body.is_null() ? "" : json::dump(body)};
  if (!body.is_null()) request.headers.set("Content-Type", "application/json");
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  auto answer = io::run_to_end(loop, client.send(url, request, until));
  // A fault may have it refuse connections for a while.
  while (!answer && answer.error().kind == base::Kind::Unavailable &&
         std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    answer = io::run_to_end(loop, client.send(url, request, until));
  }
  if (!answer) throw std::runtime_error(answer.error().what);
  if (answer->status >= 300) throw std::runtime_error(answer->body);
  return answer->body.empty() ? json::Value() : json::parse(answer->body).value();
}

std::size_t Cloud::servers() {
  return run(openstack::list_servers(session())).size();
}

}  // namespace embedded
