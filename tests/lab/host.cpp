#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

#include "lab/lab.h"
#include "netlink/control.h"

namespace lab {
namespace {

using namespace std::chrono_literals;

// In a test there is no better answer to a broken laboratory than to stop it.
template <typename T>
T must(base::Result<T> result) {
  if (!result) throw std::runtime_error(base::to_string(result.error()));
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

[[noreturn]] void give_up(std::string_view doing) {
  throw std::runtime_error(fmt::format("{}: {}", doing, std::strerror(errno)));
}

io::Descriptor this_namespace() {
  io::Descriptor fd(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
  if (!fd) give_up("cannot open the network namespace");
  return fd;
}

netlink::Control control_in(const Namespace& space) {
  std::optional<netlink::Control> control;
  space.inside([&] { control = must(netlink::Control::open()); });
  return std::move(*control);
}

net::InterfaceIndex index_of(netlink::Control& control, const std::string& name) {
  return must(control.link(name)).index;
}

net::Prefix prefix(std::string_view text) {
  return must(net::Prefix::parse(text));
}

// Nobody has an address twice here: a host's link-local address is usable at once.
void skip_duplicate_detection() {
  std::ofstream("/proc/sys/net/ipv6/conf/eth0/accept_dad") << "0";
}

std::string cable(const Host& host) {
  return "to-" + host.name();
}

}  // namespace

bool wait_until(const std::function<bool()>& condition, std::chrono::milliseconds at_most) {
  const auto end = std::chrono::steady_clock::now() + at_most;
  for (;;) {
    if (condition()) return true;
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(5ms);
  }
}

bool holds_for(std::chrono::milliseconds time, const std::function<bool()>& condition) {
  return !wait_until([&] { return !condition(); }, time);
}

Namespace Namespace::create() {
  const io::Descriptor home = this_namespace();
  if (unshare(CLONE_NEWNET) != 0) give_up("cannot make a network namespace");
  io::Descriptor made = this_namespace();
  if (setns(home.get(), CLONE_NEWNET) != 0) give_up("cannot return to the network namespace");
  return Namespace(std::move(made));
}

void Namespace::inside(const std::function<void()>& function) const {
  const io::Descriptor home = this_namespace();
  if (setns(fd(), CLONE_NEWNET) != 0) give_up("cannot enter a network namespace");
  function();
  if (setns(home.get(), CLONE_NEWNET) != 0) give_up("cannot return to the network namespace");
}

Program::~Program() {
  kill();
}

std::string Program::output() const {
  std::ifstream in(log_);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool Program::is_running() {
  return !process_.wait(0ms);
}

void Program::send(int signal) {
  process_.send(signal);
}

void Program::kill() {
  process_.send_to_group(SIGKILL);
  process_.send(SIGKILL);
  process_.wait(20s);
}

std::optional<io::Exit> Program::wait(std::chrono::milliseconds at_most) {
  return process_.wait(at_most);
}

Host::Host(std::string name, std::string directory, Namespace space)
    : name_(std::move(name)), directory_(std::move(directory)), space_(std::move(space)) {
  mkdir(directory_.c_str(), 0755);
}

Host::~Host() = default;

std::string Host::write(const std::string& name, std::string_view text) const {
  const std::string path = directory_ + "/" + name;
  std::ofstream(path) << text << std::flush;
  return path;
}

Program& Host::start(std::vector<std::string> arguments) {
  if (arguments[0].find('/') == std::string::npos && access(built(arguments[0]).c_str(), X_OK) == 0)
    arguments[0] = built(arguments[0]);
  const std::string log = fmt::format("{}/program-{}.log", directory_, programs_.size() + 1);
  const io::Descriptor out(open(log.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0644));
  const io::Descriptor nothing(open("/dev/null", O_RDONLY | O_CLOEXEC));
  io::Command command{.arguments = std::move(arguments)};
  command.directory = directory_;
  command.input = nothing.get();
  command.output = out.get();
  command.errors = out.get();
  command.own_group = true;
  std::optional<io::Process> process;
  space_.inside([&] { process = must(io::Process::start(command)); });
  programs_.push_back(std::make_unique<Program>(std::move(*process), log));
  return *programs_.back();
}

io::Output Host::run(std::vector<std::string> arguments, std::chrono::milliseconds deadline) const {
  if (arguments[0].find('/') == std::string::npos && access(built(arguments[0]).c_str(), X_OK) == 0)
    arguments[0] = built(arguments[0]);
  std::optional<io::Output> output;
  space_.inside([&] {
    output =
        must(io::run({.arguments = std::move(arguments), .directory = directory_}, "", deadline));
  });
  return std::move(*output);
}

bool Host::reaches(std::string_view address) const {
  return run({"ping", "-n", "-q", "-c", "1", "-W", "1", std::string(address)}).exit.succeeded();
}

std::vector<netlink::Address> Host::addresses() const {
  auto control = control_in(space_);
  return must(control.addresses());
}

bool Host::has_address(std::string_view address) const {
  const auto wanted = must(net::IpAddress::parse(address));
  return std::ranges::any_of(addresses(),
                             [&](const auto& known) { return known.prefix.address() == wanted; });
}

void Host::add_address(std::string_view text, const std::string& interface) const {
  auto control = control_in(space_);
  must(control.add_address(index_of(control, interface), prefix(text)));
}

void Host::remove_address(std::string_view text, const std::string& interface) const {
  auto control = control_in(space_);
  must(control.remove_address(index_of(control, interface), prefix(text)));
}

void Host::link_down(const std::string& interface) const {
  auto control = control_in(space_);
  must(control.set_down(index_of(control, interface)));
}

void Host::link_up(const std::string& interface) const {
  auto control = control_in(space_);
  must(control.set_up(index_of(control, interface)));
}

net::MacAddress Host::mac(const std::string& interface) const {
  auto control = control_in(space_);
  return must(control.link(interface)).mac.value();
}

net::IpAddress Host::link_local() const {
  std::optional<net::IpAddress> found;
  wait_until([&] {
    for (const auto& address : addresses())
      if (!address.prefix.address().is_v4() && address.prefix.address().is_link_local())
        found = address.prefix.address();
    return found.has_value();
  });
  return found.value();
}

void Host::power_off() {
  link_down();
  programs_.clear();
}

Network::Network() : directory_("/run/lab/network-XXXXXX"), space_(Namespace::create()) {
  if (mkdtemp(directory_.data()) == nullptr) give_up("cannot make a directory below /run/lab");
  auto control = control_in(space_);
  must(control.set_up(index_of(control, "lo")));
  must(control.set_up(must(control.create_bridge("switch"))));
}

Network::~Network() = default;

Host& Network::add_host(const std::string& name, std::string_view address) {
  hosts_.push_back(std::make_unique<Host>(name, directory_ + "/" + name, Namespace::create()));
  Host& host = *hosts_.back();
  auto outside = control_in(space_);
  must(outside.create_veth({.name = cable(host)},
                           {.name = "eth0", .in = netlink::NamespaceFd{.fd = host.space().fd()}}));
  const auto port = index_of(outside, cable(host));
  must(outside.set_master(port, index_of(outside, "switch")));
  must(outside.set_up(port));
  auto inside = control_in(host.space());
  host.space().inside(skip_duplicate_detection);
  must(inside.set_up(index_of(inside, "lo")));
  must(inside.add_address(index_of(inside, "eth0"), prefix(address)));
  must(inside.set_up(index_of(inside, "eth0")));
  wait_until([&] { return must(inside.link("eth0")).is_running; });
  return host;
}

void Network::unplug(const Host& host) {
  auto control = control_in(space_);
  must(control.set_down(index_of(control, cable(host))));
}

void Network::plug(const Host& host) {
  auto control = control_in(space_);
  must(control.set_up(index_of(control, cable(host))));
}

std::string built(std::string_view name) {
  return fmt::format("{}/{}", HOLDFAST_BIN_DIR, name);
}

}  // namespace lab
