// Real Neutron's port security on real packets: two VMs with holdfastd, and a client that asks for
// the address. The namespaces are the VMs behind the ports that the CPI had made (plug.sh).
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>
#include <functional>
#include <thread>

#include "real_cloud.h"

namespace {

using namespace std::chrono_literals;

io::Output run(std::vector<std::string> arguments) {
  auto ended = io::run({.arguments = std::move(arguments)}, "", 90s);
  if (!ended) throw std::runtime_error(ended.error().what);
  return std::move(*ended);
}

bool eventually(const std::function<bool()>& condition) {
  const auto until = std::chrono::steady_clock::now() + 30s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(100ms);
  }
  return true;
}

// A VM by the CPI, and the namespace that plays it.
class Vm {
 public:
  Vm(real::Cloud& cloud, std::string name, const std::string& address, json::Object properties)
      : cloud_(cloud), name_("holdfast-" + std::move(name)) {
    const auto created = cloud.create_vm(address, std::move(properties));
    if (!created.json["error"].is_null()) throw std::runtime_error(created.output);
    id_ = created.json["result"].at(0);
    const auto plugged =
        run({HOLDFAST_PLUG, real::state_folder(), cloud.port_of(id_).id.value(), name_});
    if (plugged.exit.succeeded()) return;
    run({HOLDFAST_PLUG, real::state_folder(), "--unplug", name_});
    throw std::runtime_error(plugged.errors);
  }
  ~Vm() {
    agent_.reset_after_stop();
    run({HOLDFAST_PLUG, real::state_folder(), "--unplug", name_});
    cloud_.call("delete_vm", {id_});
  }
  Vm(const Vm&) = delete;
  Vm& operator=(const Vm&) = delete;

  void start_agent(int priority) {
    const std::string file = real::state_folder() + "/tmp/" + name_ + ".conf";
    std::ofstream(file) << fmt::format(
        "vrrp_instance V {{\n state BACKUP\n interface eth0\n virtual_router_id 51\n priority {}\n"
        " advert_int 0.1\n version 3\n virtual_ipaddress {{\n  10.0.0.50/24\n }}\n}}\n",
        priority);
    auto started = io::Process::start(
        {.arguments = {"ip", "netns", "exec", name_, HOLDFAST_BIN_DIR "/holdfastd", "-n", "-l",
                       "-f", file, "--pid=" + file + ".pid"}});
    if (!started) throw std::runtime_error(started.error().what);
    agent_.process = std::move(*started);
  }
  void kill_agent_and_link() {
    in({"ip", "link", "set", "eth0", "down"});
    agent_.reset_after_stop();
  }
  io::Output in(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"ip", "netns", "exec", name_});
    return run(std::move(arguments));
  }
  bool has_address() const {
    return in({"ip", "-o", "addr", "show", "dev", "eth0"}).output.find(" 10.0.0.50/") !=
           std::string::npos;
  }
  // By ARP and echo, with nothing known from before.
  bool reaches(const std::string& address) const {
    in({"ip", "neigh", "flush", "dev", "eth0"});
    return in({"ping", "-n", "-q", "-c", "1", "-W", "1", address}).exit.succeeded();
  }
  openstack::PortId port() const { return cloud_.port_of(id_).id; }

 private:
  struct Agent {
    std::optional<io::Process> process;
    void reset_after_stop() {
      if (process) process->stop(5s);
      process.reset();
    }
  };
  real::Cloud& cloud_;
  std::string name_;
  json::Value id_;
  Agent agent_;
};

TEST(RealNeutron, PassesTheAddressWithThePairAndDropsItWithout) {
  if (real::state_folder().empty())
    GTEST_SKIP() << "none runs; ./dev test --real-openstack brings one up";
  real::Cloud cloud;
  const json::Object pair{{"allowed_address_pairs", "10.0.0.50"}};
  Vm better(cloud, "vm-a", "10.0.0.11", pair);
  Vm other(cloud, "vm-b", "10.0.0.12", pair);
  const Vm client(cloud, "vm-c", "10.0.0.13", {});
  better.start_agent(200);
  ASSERT_TRUE(eventually([&] { return better.has_address(); }));
  other.start_agent(100);
  EXPECT_TRUE(eventually([&] { return client.reaches("10.0.0.50"); }));
  EXPECT_FALSE(other.has_address()) << "it hears the better one: the group admits protocol 112";

  // Without its pair Neutron drops what the holder says from the address; its own passes.
  cloud.run(
      openstack::update_port(cloud.session(), better.port(),
                             {.allowed_address_pairs = std::vector<openstack::AddressPair>{}}));
  EXPECT_TRUE(eventually([&] {
    return !client.reaches("10.0.0.50") && !client.reaches("10.0.0.50") &&
           client.reaches("10.0.0.11");
  }));
  EXPECT_TRUE(better.has_address());

  // The other has its pair: when the holder fails, the client reaches the address there.
  better.kill_agent_and_link();
  EXPECT_TRUE(eventually([&] { return other.has_address(); }));
  EXPECT_TRUE(eventually([&] { return client.reaches("10.0.0.50"); }));
}

}  // namespace
