#include "lab/lab.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>

#include "netlink/control.h"
#include "netlink/monitor.h"
#include "netlink/requests.h"

namespace {

using namespace std::chrono_literals;

class Laboratory : public lab::Test {};
class Netlink : public lab::Test {};

TEST_F(Laboratory, HostsOnANetworkReachEachOtherUntilUnplugged) {
  lab::Network network;
  lab::Host& a = network.add_host("a", "10.0.0.11/24");
  lab::Host& b = network.add_host("b", "10.0.0.12/24");
  EXPECT_TRUE(lab::wait_until([&] { return a.reaches("10.0.0.12"); }));
  network.unplug(b);
  EXPECT_FALSE(a.reaches("10.0.0.12"));
  network.plug(b);
  EXPECT_TRUE(lab::wait_until([&] { return a.reaches("10.0.0.12"); }));
}

TEST_F(Laboratory, AProgramRunsInItsHostAndTellsHowItEnded) {
  lab::Network network;
  lab::Host& a = network.add_host("a", "10.0.0.11/24");
  lab::Program& program = a.start({"sh", "-c", "ip -br addr show eth0; exit 3"});
  const auto exit = program.wait();
  ASSERT_TRUE(exit.has_value());
  EXPECT_EQ(exit->code, 3);
  EXPECT_TRUE(program.said("10.0.0.11/24")) << program.output();
}

TEST_F(Laboratory, PowerOffEndsEveryProgramOfTheHost) {
  lab::Network network;
  lab::Host& a = network.add_host("a", "10.0.0.11/24");
  const pid_t pid = a.start({"sleep", "1000"}).pid();
  a.power_off();
  EXPECT_NE(kill(pid, 0), 0);
}

TEST_F(Laboratory, ATapSeesWhatPasses) {
  lab::Network network;
  lab::Host& a = network.add_host("a", "10.0.0.11/24");
  lab::Host& b = network.add_host("b", "10.0.0.12/24");
  lab::Tap tap = b.tap();
  std::vector<std::uint8_t> frame(60, 0xff);  // a broadcast
  std::ranges::copy(a.mac().bytes(), frame.begin() + 6);
  a.tap().send(frame);
  EXPECT_TRUE(tap.wait_for([&](const lab::Frame& seen) { return seen.bytes == frame; }));
}

std::vector<netlink::Request> many(netlink::Request::What what, net::InterfaceIndex interface,
                                   std::size_t count) {
  std::vector<netlink::Request> changes;
  changes.reserve(count);
  const auto first = net::IpAddress::parse("10.1.0.1").value();
  for (std::size_t i = 0; i < count; ++i)
    changes.push_back(
        {what, netlink::Address{.interface = interface,
                                .prefix = net::Prefix::from(first.plus(i), 32).value(),
                                .protocol = netlink::kProtocolKeepalived}});
  return changes;
}

TEST_F(Netlink, SetsAThousandAddressesInBatchesAndTellsOfThem) {
  lab::Network network;
  lab::Host& a = network.add_host("a", "10.0.0.11/24");
  a.space().inside([] {
    constexpr std::size_t kCount = 1000;
    io::Loop loop;
    std::size_t added = 0;
    std::size_t removed = 0;
    auto monitor = netlink::Monitor::open(loop, [&](const netlink::Change& change) {
      // The interface's own link-local address may become usable meanwhile.
      if (const auto* news = std::get_if<netlink::AddressAdded>(&change))
        added += news->address.prefix.address().is_v4() ? 1 : 0;
      if (std::holds_alternative<netlink::AddressRemoved>(change)) ++removed;
      if (removed == kCount) loop.stop();
    });
    ASSERT_TRUE(monitor.has_value());
    const auto eth0 = netlink::Control::open().value().link("eth0").value().index;
    auto changes = netlink::Requests::open(loop).value();
    std::size_t failed = 0;
    const auto count_failures = [&](std::span<const netlink::Outcome> outcomes) {
      EXPECT_EQ(outcomes.size(), kCount);
      for (const auto& outcome : outcomes) failed += outcome.error ? 1 : 0;
    };
    using What = netlink::Request::What;
    changes->apply(many(What::Add, eth0, kCount), count_failures);
    changes->apply(many(What::Add, eth0, kCount), count_failures);  // there already: no failure
    changes->apply(many(What::Remove, eth0, kCount), count_failures);
    changes->apply(many(What::Remove, eth0, kCount), count_failures);
    io::Timer give_up(loop, [&] { loop.stop(); });
    give_up.after(20s);
    loop.run();
    EXPECT_EQ(added, kCount);
    EXPECT_EQ(removed, kCount);
    changes->finish(20s);
    EXPECT_EQ(failed, 0U);
    EXPECT_TRUE(changes->is_idle());
  });
}

TEST_F(Netlink, SaysWhichAddressCouldNotBeAdded) {
  lab::Network network;
  lab::Host& a = network.add_host("a", "10.0.0.11/24");
  a.space().inside([] {
    io::Loop loop;
    auto changes = netlink::Requests::open(loop).value();
    std::string said;
    changes->apply(many(netlink::Request::What::Add, {4711}, 2),
                   [&](std::span<const netlink::Outcome> outcomes) {
                     for (const auto& outcome : outcomes)
                       if (outcome.error) said += outcome.error->what + "\n";
                   });
    changes->finish(20s);
    EXPECT_THAT(said, testing::HasSubstr("cannot add 10.1.0.1/32 to interface 4711"));
    EXPECT_THAT(said, testing::HasSubstr("cannot add 10.1.0.2/32 to interface 4711"));
  });
}

}  // namespace
