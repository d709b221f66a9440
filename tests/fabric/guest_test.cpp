#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "cloud/guest/spawn.h"
#include "world.h"

namespace {

using namespace world;
using fabric::Direction;
using guest::Cause;
using guest::ServerId;
using namespace std::chrono_literals;
using testing::HasSubstr;

class Guest : public CloudTest {
 protected:
  fabric::PortSpec open_port(int number, std::string_view ip) {
    auto spec = port(number, ip);
    spec.rules.push_back(allow_all(Direction::Ingress));
    return spec;
  }
  bool console_says(const std::string& what) {
    return eventually([&] { return read_file(console_).find(what) != std::string::npos; });
  }
  bool has_ended(const ServerId& server, Cause cause) {
    return eventually([&] {
      return std::ranges::any_of(the_world()->ended, [&](const guest::Ended& ended) {
        return ended.server == server && ended.cause == cause;
      });
    });
  }
};

TEST_F(Guest, BootsAJobThatAnswersOverTheNetwork) {
  boot(server(open_port(1, "10.0.0.11"), web("web/0")));
  const pid_t client = boot(server(open_port(2, "10.0.0.12")));
  EXPECT_TRUE(in_guest(client, [] { return ask("10.0.0.11") == "who web/0"; }));
  EXPECT_TRUE(console_says("web: serving on port 80"));
}

TEST_F(Guest, ConfiguresInterfacesAsTheUserDataSay) {
  auto first = open_port(1, "10.0.0.11");
  auto spec = server(first,
                     R"({"networks": {"a": {"type": "manual", "ip": "10.9.0.7", "netmask":
      "255.255.255.0", "gateway": "10.9.0.1", "default": ["dns", "gateway"],
      "mac": "02:00:00:00:00:01"}}, "agent_id": "x"})");
  boot(spec);
  EXPECT_TRUE(console_says("eth0 02:00:00:00:00:01 10.9.0.7/24 via 10.9.0.1"));
}

TEST_F(Guest, IgnoresUserDataOfOtherClients) {
  boot(server(open_port(1, "10.0.0.11"), "#cloud-config\nhostname: x\n"));
  EXPECT_TRUE(console_says("ignoring user data"));
  EXPECT_TRUE(console_says("eth0 02:00:00:00:00:01 10.0.0.11/24"));
}

TEST_F(Guest, HasItsOwnRunAndHostNameAndProcesses) {
  boot(
      server(open_port(1, "10.0.0.11"),
             user_data("x", "look", {"sh", "-c", "ls /run; hostname; echo pid $$; ls -d /tmp/*"})));
  EXPECT_TRUE(console_says("look: vcap"));
  EXPECT_TRUE(console_says("look: HasItsOwnRunAndHostNameAndProcesses-1"));
  EXPECT_TRUE(console_says("look: pid 2"));
  EXPECT_TRUE(console_says("job look ended"));
}

TEST_F(Guest, AGracefulStopEndsJobsInOrder) {
  const auto spec = server(
      open_port(1, "10.0.0.11"),
      user_data(
          "x", "slow",
          {"sh", "-c",
           "trap 'echo said goodbye; exit 0' TERM; echo ready; while :; do sleep 0.01; done"}));
  boot(spec);
  ASSERT_TRUE(console_says("slow: ready"));
  ASSERT_TRUE(guests().stop(spec.server, 30s));
  EXPECT_TRUE(has_ended(spec.server, Cause::Stopped));
  EXPECT_TRUE(console_says("slow: said goodbye"));
  EXPECT_TRUE(console_says("powering off"));
  EXPECT_FALSE(guests().is_running(spec.server));
  EXPECT_FALSE(fabric().is_plugged(spec.ports[0].id));
}

TEST_F(Guest, AJobThatDoesNotListenIsPoweredOffAfterThePatience) {
  const auto spec =
      server(open_port(1, "10.0.0.11"),
             user_data("x", "deaf",
                       {"sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.01; done"}));
  boot(spec);
  ASSERT_TRUE(console_says("deaf: ready"));
  ASSERT_TRUE(guests().stop(spec.server, 100ms));
  EXPECT_TRUE(has_ended(spec.server, Cause::Stopped));
}

TEST_F(Guest, PowerOffTakesProcessesAndLinkAtOnce) {
  const auto spec = server(open_port(1, "10.0.0.11"), web("web/0"));
  const pid_t pid = boot(spec);
  ASSERT_TRUE(console_says("web: serving"));
  const auto processes = guest::processes_of(pid);
  ASSERT_EQ(processes.size(), 2u);
  ASSERT_TRUE(guests().power_off(spec.server));
  for (const pid_t process : processes) EXPECT_EQ(kill(process, 0), -1);
  EXPECT_FALSE(fabric().is_plugged(spec.ports[0].id));
  EXPECT_TRUE(has_ended(spec.server, Cause::PoweredOff));
  EXPECT_TRUE(guests().boot(spec)) << "it can be booted again";
}

TEST_F(Guest, FrozenItAnswersNothingAndThawedItGoesOn) {
  const auto spec = server(open_port(1, "10.0.0.11"), web("web/0"));
  boot(spec);
  const pid_t client = boot(server(open_port(2, "10.0.0.12")));
  ASSERT_TRUE(in_guest(client, [] { return ask("10.0.0.11") == "who web/0"; }));
  ASSERT_TRUE(guests().freeze(spec.server));
  EXPECT_TRUE(guests().is_frozen(spec.server));
  EXPECT_TRUE(in_guest(client, [] { return ask("10.0.0.11", {}, 200ms).empty(); }));
  ASSERT_TRUE(guests().thaw(spec.server));
  EXPECT_TRUE(in_guest(client, [] { return ask("10.0.0.11") == "who web/0"; }));
}

TEST_F(Guest, WithTheCableOutItIsUnreachable) {
  const auto spec = server(open_port(1, "10.0.0.11"), web("web/0"));
  boot(spec);
  const pid_t client = boot(server(open_port(2, "10.0.0.12")));
  ASSERT_TRUE(in_guest(client, [] { return ask("10.0.0.11") == "who web/0"; }));
  ASSERT_TRUE(guests().set_links(spec.server, false));
  EXPECT_TRUE(in_guest(client, [] { return ask("10.0.0.11", {}, 200ms).empty(); }));
  ASSERT_TRUE(guests().set_links(spec.server, true));
  EXPECT_TRUE(in_guest(client, [] { return ask("10.0.0.11") == "who web/0"; }));
}

TEST_F(Guest, OneThatEndsByItselfIsNoticed) {
  const auto spec = server(open_port(1, "10.0.0.11"));
  kill(boot(spec), SIGKILL);
  EXPECT_TRUE(has_ended(spec.server, Cause::ByItself));
  EXPECT_FALSE(fabric().is_plugged(spec.ports[0].id));
}

TEST_F(Guest, AProgramThatIsNotThereIsAnErrorAndLeavesNothing) {
  guest::Guests broken(the_world()->loop, fabric(), "/nowhere/holdfast-cloud");
  const auto spec = server(open_port(1, "10.0.0.11"));
  const auto pid = broken.boot(spec);
  ASSERT_FALSE(pid);
  EXPECT_THAT(pid.error().what, HasSubstr("cannot start /nowhere/holdfast-cloud"));
  EXPECT_FALSE(broken.is_running(spec.server));
}

TEST_F(Guest, APortThatCannotBePluggedLeavesNothing) {
  auto spec = server(open_port(1, "10.0.0.11"));
  spec.ports[0].network = fabric::NetworkId("nowhere");
  const auto pid = guests().boot(spec);
  ASSERT_FALSE(pid);
  EXPECT_THAT(pid.error().what, HasSubstr("no network nowhere"));
  EXPECT_FALSE(guests().is_running(spec.server));
}

// A client's probe, in a guest of its own: answers, and what it sees on the wire.
TEST_F(Guest, AProbeTellsWhoServedAndWhatItSaw) {
  const pid_t holder = boot(server(open_port(1, "10.0.0.11"), web("web/0")));
  const pid_t client = boot(server(open_port(2, "10.0.0.12")));
  int input[2];
  int output[2];
  ASSERT_EQ(pipe2(input, O_CLOEXEC), 0);
  ASSERT_EQ(pipe2(output, O_CLOEXEC), 0);
  const std::string program = this_program();
  const pid_t probe = start_in_guest(client, [&] {
    dup2(input[0], STDIN_FILENO);
    dup2(output[1], STDOUT_FILENO);
    execl(program.c_str(), "holdfast-cloud", "guest-probe", "--target", "10.0.0.11:80", nullptr);
    return false;
  });
  close(output[1]);
  fcntl(output[0], F_SETFL, O_NONBLOCK);
  std::string seen;
  EXPECT_TRUE(eventually([&] {
    in_guest(holder, [] {
      send_frame(frame("02:00:00:00:00:01", "ff:ff:ff:ff:ff:ff", 0x0806,
                       gratuitous_arp("02:00:00:00:00:01", "10.0.0.11")));
      send_vrrp("10.0.0.11", "224.0.0.18");
      return true;
    });
    std::array<char, 65536> buffer;
    const ssize_t got = read(output[0], buffer.data(), buffer.size());
    if (got > 0) seen.append(buffer.data(), static_cast<std::size_t>(got));
    return seen.find(" web/0\n") != std::string::npos && seen.find("garp ") != std::string::npos &&
           seen.find("advert ") != std::string::npos;
  })) << seen;
  EXPECT_THAT(seen, testing::ContainsRegex("garp [0-9]+ 10.0.0.11 02:00:00:00:00:01\n"));
  EXPECT_THAT(seen, testing::ContainsRegex("advert [0-9]+ 10.0.0.11 3 51 100\n"));
  EXPECT_THAT(seen, testing::ContainsRegex("probe [0-9]+ [0-9]+ web/0\n"));
  close(input[1]);  // it ends with its input
  int status = -1;
  EXPECT_TRUE(eventually([&] { return waitpid(probe, &status, WNOHANG) == probe; }));
  EXPECT_EQ(status, 0);
  close(input[0]);
  close(output[0]);
}

// The server process is a child here, with a guest of its own, frozen for good measure.
TEST_F(Guest, NothingSurvivesAKilledServer) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t cloud = fork();
  if (cloud == 0) {
    io::Loop loop;
    guest::Guests own(loop, fabric());
    const auto spec = server(open_port(1, "10.0.0.11"),
                             user_data("x", "job", {"sh", "-c", "sleep 1000 & sleep 1000"}));
    const auto pid = own.boot(spec);
    while (guest::processes_of(*pid).size() < 4) usleep(1000);
    own.freeze(spec.server).value();
    [[maybe_unused]] const auto written = write(ends[1], &*pid, sizeof *pid);
    loop.run();
    _exit(0);
  }
  pid_t init = -1;
  ASSERT_EQ(read(ends[0], &init, sizeof init), static_cast<ssize_t>(sizeof init));
  const auto processes = guest::processes_of(init);
  EXPECT_GE(processes.size(), 4u);
  kill(cloud, SIGKILL);
  waitpid(cloud, nullptr, 0);
  for (const pid_t process : processes)
    EXPECT_TRUE(eventually([&] { return kill(process, 0) == -1; })) << process;
}

}  // namespace
