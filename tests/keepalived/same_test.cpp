// The same file to Debian's keepalived and to our reader: what is in force must be the same, value
// by value. keepalived tells by its configuration dump (-d); we write the lines it should have.
// Differences on purpose stand in docs/keepalived.md.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "base/text.h"
#include "keepalived/read.h"
#include "lab/lab.h"

namespace {

using keepalived::Announce;
using keepalived::Instance;
using keepalived::VirtualAddress;

constexpr auto kKeepalived = "/usr/sbin/keepalived";

std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string seconds(vrrp::Duration time) {
  return fmt::format("{}", std::chrono::duration<double>(time).count());
}

std::string address_line(const Instance& instance, const VirtualAddress& given) {
  static const std::map<int, std::string> scopes = {
      {0, "global"}, {200, "site"}, {253, "link"}, {254, "host"}};
  std::string out = given.prefix.is_host() ? net::to_string(given.prefix.address())
                                           : net::to_string(given.prefix);
  if (given.broadcast) out += " brd " + net::to_string(*given.broadcast);
  out += " dev " + (given.device.empty() ? instance.interface : given.device);
  out += " scope " + scopes.at(given.scope.value_or(0));
  if (!given.label.empty()) out += " label " + given.label;
  if (given.home) out += " home";
  if (!given.track) out += " no_track";
  if (given.preferred_lifetime == 0U)
    out += " deprecated";
  else if (!given.prefix.address().is_v4())
    out += " preferred_lft forever";
  return out;
}

std::string on_off(bool value) {
  return value ? "enabled" : "disabled";
}
std::string true_false(bool value) {
  return value ? "true" : "false";
}

// What keepalived's dump says of such an instance.
std::vector<std::string> expected(const Instance& one) {
  const bool is_v2 = one.version == vrrp::Version::V2;
  const Announce& announce = one.announce;
  std::vector<std::string> lines = {
      fmt::format("VRRP Version = {}", static_cast<int>(one.version)),
      fmt::format("Interface = {}", one.interface),
      fmt::format("Gratuitous ARP delay = {}", seconds(announce.delay)),
      fmt::format("Gratuitous ARP repeat = {}", announce.repeat),
      fmt::format("Gratuitous ARP refresh = {}", seconds(announce.refresh)),
      fmt::format("Gratuitous ARP refresh repeat = {}", announce.refresh_repeat),
      fmt::format("Gratuitous ARP lower priority delay = {}",
                  seconds(announce.lower_priority_delay)),
      fmt::format("Gratuitous ARP lower priority repeat = {}", announce.lower_priority_repeat),
      fmt::format("Down timer adverts = {}", one.down_timer_adverts),
      fmt::format("Send advert after receive lower priority advert = {}",
                  true_false(!one.lower_priority_no_advert)),
      fmt::format("Send advert after receive higher priority advert = {}",
                  true_false(one.higher_priority_send_advert)),
      fmt::format("Virtual Router ID = {}", one.vrid.value()),
      fmt::format("Priority = {}", one.priority.value()),
      is_v2 ? fmt::format("Advert interval = {} sec", seconds(one.interval))
            : fmt::format("Advert interval = {} milli-sec",
                          one.interval / std::chrono::milliseconds(1)),
      fmt::format("Accept = {}", on_off(one.accept)),
      fmt::format("Preempt = {}", on_off(one.preempt)),
  };
  if (one.preempt_delay != vrrp::Duration{})
    lines.push_back(fmt::format("Preempt delay = {} secs", seconds(one.preempt_delay)));
  if (!one.track_own_interface) lines.push_back("VRRP interface tracking disabled");
  if (is_v2)
    lines.push_back(one.authentication == keepalived::Authentication::Password
                        ? "Authentication type = SIMPLE_PASSWORD"
                        : "Authentication type = none");
  if (!one.addresses.empty())
    lines.push_back(fmt::format("Virtual IP ({}):", one.addresses.size()));
  for (const VirtualAddress& address : one.addresses) lines.push_back(address_line(one, address));
  for (const VirtualAddress& address : one.excluded) lines.push_back(address_line(one, address));
  if (one.peers.empty())
    lines.push_back(fmt::format("Multicast address {}", net::to_string(one.group)));
  for (const keepalived::UnicastPeer& peer : one.peers)
    lines.push_back(fmt::format("{} min_ttl {} max_ttl {}", net::to_string(peer.address),
                                peer.min_ttl.value_or(0), peer.max_ttl.value_or(255)));
  for (const auto* list : {&one.scripts, &one.interfaces})
    for (const keepalived::Tracked& tracked : *list)
      lines.push_back(fmt::format("{} weight {}{}", tracked.name, tracked.weight,
                                  tracked.reverse ? " reverse" : ""));
  return lines;
}

// The lines of each instance in the dump, without time and indentation.
std::map<std::string, std::vector<std::string>> instances_of(const std::string& dump) {
  constexpr std::string_view kName = "VRRP Instance = ";
  std::map<std::string, std::vector<std::string>> out;
  std::vector<std::string>* current = nullptr;
  for (const std::string& line : base::split(dump, '\n')) {
    const std::size_t time = line.find(" 20");  // "Fri Nov 20 22:19:16 2026: text"
    const std::size_t colon = line.find(": ", time == std::string::npos ? 0 : time);
    const std::string text(base::trim(colon == std::string::npos ? line : line.substr(colon + 2)));
    if (text.starts_with(kName))
      current = &out[text.substr(kName.size())];
    else if (text.starts_with("------<"))
      current = nullptr;
    else if (current != nullptr)
      current->push_back(text.substr(0, text.find(", ifindex ")));
  }
  return out;
}

class SameAsKeepalived : public lab::Test, public testing::WithParamInterface<std::string> {};

TEST_P(SameAsKeepalived, IsInForce) {
  if (access(kKeepalived, X_OK) != 0)
    GTEST_SKIP() << "keepalived is not installed: apt-get install keepalived";
  const std::string text =
      text_of(std::filesystem::path(HOLDFAST_SOURCE_DIR) / "tests/keepalived/same" / GetParam());
  // Root's files belong to nobody in an ordinary user's namespace, and keepalived drops such
  // scripts.
  struct stat shell {};
  if (text.find("track_script") != std::string::npos && stat("/bin/sh", &shell) == 0 &&
      shell.st_uid != 0)
    GTEST_SKIP() << "keepalived tracks no script whose path is not root's; run this as root";
  lab::Network network;
  lab::Host& host = network.add_host("a", "192.0.2.2/24");
  host.run({"ip", "link", "add", "eth1", "type", "veth", "peer", "name", "eth1p"});
  host.link_up("eth1");
  host.add_address("10.0.0.2/24", "eth1");
  const std::string file = host.write("k.conf", text);
  lab::Program& theirs = host.start({kKeepalived, "-P", "-n", "-l", "-d", "-f", file, "-p",
                                     host.directory() + "/p", "-r", host.directory() + "/r"});
  ASSERT_TRUE(lab::wait_until([&] { return theirs.said("------< Interfaces"); }))
      << theirs.output();
  const auto dumped = instances_of(theirs.output());
  theirs.send(SIGTERM);
  theirs.wait();

  const keepalived::Reading ours = keepalived::read_text(file, text);
  EXPECT_EQ(ours.config.instances.size(), dumped.size());
  for (const Instance& instance : ours.config.instances) {
    const auto found = dumped.find(instance.name);
    ASSERT_NE(found, dumped.end()) << instance.name;
    for (const std::string& line : expected(instance))
      EXPECT_THAT(found->second, testing::Contains(line)) << GetParam() << ": " << instance.name;
  }
}

std::vector<std::string> files() {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(
           std::filesystem::path(HOLDFAST_SOURCE_DIR) / "tests/keepalived/same"))
    out.push_back(entry.path().filename());
  std::sort(out.begin(), out.end());
  return out;
}

INSTANTIATE_TEST_SUITE_P(Files, SameAsKeepalived, testing::ValuesIn(files()), [](const auto& file) {
  return file.param.substr(0, file.param.find('.'));
});

}  // namespace
