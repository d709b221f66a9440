// Sync groups under fire: nodes with one virtual router on each of two links, which stand and fall
// together, while links break and packets are lost.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <queue>

#include "random.h"
#include "vrrp/engine.h"

namespace {

using namespace vrrp;  // NOLINT(google-build-using-namespace): these tests are about nothing else
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

constexpr std::size_t kLinks = 2;
// Two down intervals, one after the other, and some.
constexpr Duration kSettling = 12s;

class Groups {
 public:
  explicit Groups(std::uint64_t seed) : random_(seed) {
    nodes_.resize(2 + random_.below(2));
    for (std::size_t i = 0; i < nodes_.size(); ++i) start(i);
  }

  // What was broken, or nothing.
  std::string run() {
    for (int phase = 0; phase < 12 && broken_.empty(); ++phase) {
      const bool is_calm = phase % 3 == 2;
      if (is_calm)
        mend();
      else
        befall();
      pass(is_calm ? kSettling + 3s : random_.between(100ms, 6s));
      if (is_calm) check_settled();
    }
    return broken_;
  }

 private:
  struct Node {
    Engine engine;
    std::vector<RouterId> members;
    std::vector<bool> has_addresses = std::vector<bool>(kLinks);
    std::vector<bool> is_link_up = std::vector<bool>(kLinks, true);
  };
  struct Delivery {
    Instant at;
    std::uint64_t number = 0;
    std::size_t to = 0;
    std::size_t link = 0;
    net::IpAddress source;
    std::vector<std::uint8_t> bytes;
    friend bool operator<(const Delivery& a, const Delivery& b) {
      return a.at != b.at ? a.at > b.at : a.number > b.number;
    }
  };

  void start(std::size_t index) {
    Node& node = nodes_[index];
    for (std::size_t link = 0; link < kLinks; ++link)
      node.members.push_back(
          node.engine
              .add({.interface = {static_cast<std::uint32_t>(link)},
                    .vrid = *VirtualRouterId::from(7),
                    .version = Version::V3,
                    .priority = *Priority::from(100 + static_cast<int>(index) * 20),
                    .addresses = {net::IpAddress::v4(0x0a0000fe)},
                    .source = net::IpAddress::v4(static_cast<std::uint32_t>(0x0a000001 + index))})
              .value());
    node.engine.set_groups({node.members}, now_, actions_);
    node.engine.handle_all(Startup{}, now_, actions_);
    perform(index);
  }

  void befall() {
    loss_ = random_.chance(50) ? 20 : 0;
    const std::size_t index = random_.below(nodes_.size());
    const std::size_t link = random_.below(kLinks);
    switch (random_.below(4)) {
      case 0:
        is_cut_[link] = !is_cut_[link];
        return;
      case 1:
        nodes_[index].engine.handle(nodes_[index].members[link], Resign{}, now_, actions_);
        return perform(index);
      default:
        return set_link(index, link, !nodes_[index].is_link_up[link]);
    }
  }

  void mend() {
    loss_ = 0;
    is_cut_.assign(kLinks, false);
    for (std::size_t index = 0; index < nodes_.size(); ++index)
      for (std::size_t link = 0; link < kLinks; ++link) set_link(index, link, true);
  }

  void set_link(std::size_t index, std::size_t link, bool is_up) {
    Node& node = nodes_[index];
    node.is_link_up[link] = is_up;
    const Event event = is_up ? Event(LinkUp{}) : Event(LinkDown{});
    node.engine.handle(node.members[link], event, now_, actions_);
    perform(index);
  }

  void pass(Duration duration) {
    const Instant end = now_ + duration;
    while (broken_.empty()) {
      const auto due = std::ranges::min_element(nodes_, {}, [](const Node& node) {
        return node.engine.deadline().value_or(Instant::max());
      });
      const Instant timer = due->engine.deadline().value_or(Instant::max());
      const Instant packet = network_.empty() ? Instant::max() : network_.top().at;
      if (std::min(timer, packet) > end) break;
      now_ = std::min(timer, packet);
      if (packet <= timer) {
        deliver();
      } else {
        due->engine.advance(now_, actions_);
        perform(static_cast<std::size_t>(due - nodes_.begin()));
      }
    }
    now_ = end;
  }

  void deliver() {
    const Delivery delivery = network_.top();
    network_.pop();
    Node& node = nodes_[delivery.to];
    if (!node.is_link_up[delivery.link]) return;
    node.engine.receive({static_cast<std::uint32_t>(delivery.link)},
                        {delivery.source, kGroupIpv4, kHopLimit, delivery.bytes}, now_, actions_);
    perform(delivery.to);
  }

  void perform(std::size_t index) {
    Node& node = nodes_[index];
    for (const auto& [id, action] : std::exchange(actions_, {})) {
      if (const auto* advertise = std::get_if<Advertise>(&action)) send(index, id, *advertise);
      if (std::holds_alternative<ClaimAddresses>(action)) node.has_addresses[id.value] = true;
      if (std::holds_alternative<ReleaseAddresses>(action)) node.has_addresses[id.value] = false;
    }
    for (const RouterId id : node.members)
      if (node.has_addresses[id.value] != (node.engine.router(id).state() == State::Active))
        broken_ = fmt::format("node {}: addresses and state differ", index);
    if (node.has_addresses[0] != node.has_addresses[1])
      broken_ = fmt::format("node {}: the group is split", index);
  }

  void send(std::size_t index, RouterId id, const Advertise& advertise) {
    Node& node = nodes_[index];
    const std::size_t link = id.value;
    if (!node.is_link_up[link] || is_cut_[link]) return;
    const auto bytes = node.engine.packet(id, advertise, kGroupIpv4);
    for (std::size_t to = 0; to < nodes_.size(); ++to)
      if (to != index && !random_.chance(loss_))
        network_.push({now_ + 1ms,
                       number_++,
                       to,
                       link,
                       *node.engine.router(id).source(),
                       {bytes.begin(), bytes.end()}});
  }

  void check_settled() {
    for (std::size_t link = 0; link < kLinks; ++link) {
      const auto serving =
          std::ranges::count_if(nodes_, [&](const Node& node) { return node.has_addresses[link]; });
      if (serving != 1) broken_ = fmt::format("link {} has {} active routers", link, serving);
    }
    if (!nodes_.back().has_addresses[0] && broken_.empty()) broken_ = "the best is not active";
  }

  scenario::Random random_;
  Instant now_{};
  std::vector<Node> nodes_;
  std::priority_queue<Delivery> network_;
  std::uint64_t number_ = 0;
  int loss_ = 0;
  std::vector<bool> is_cut_ = std::vector<bool>(kLinks);
  RouterActions actions_;
  std::string broken_;
};

TEST(SyncGroups, AreNeverSplitAndFindTheBest) {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed)
    ASSERT_EQ(Groups(seed).run(), "") << "seed " << seed;
}

}  // namespace
