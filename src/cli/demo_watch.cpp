// What the client and the consoles tell the demo.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "cli/demo_story.h"

namespace cli {

using namespace std::chrono_literals;
using demo::Micros;

namespace {

// The job's advertisement interval: haproxy-boshrelease's keepalived has no property for it.
constexpr Micros kInterval = 1s;

// RFC 3768 6.1 and RFC 9568 6.1: three intervals, and the longer the lower the priority.
Micros down_interval(int priority) {
  return 3 * kInterval + kInterval * (256 - priority) / 256;
}

}  // namespace

base::Result<std::vector<DemoStory::Machine>> DemoStory::machines() const {
  const auto state = deploy::StateFile::read(folder_ + "/state.json");
  if (!state) return std::unexpected(state.error());
  std::vector<Machine> found;
  for (const bosh::Deployed& deployed : state->instances) {
    if (deployed.instance.addresses.empty() || deployed.vm_cid.empty())
      return base::fail(base::Kind::Internal,
                        deployed.instance.name() + " has no VM or no address");
    found.push_back({deployed.instance.name(), openstack::ServerId(deployed.vm_cid),
                     deployed.instance.addresses[0].address});
  }
  std::ranges::sort(found, {}, &Machine::instance);
  return found;
}

base::Result<DemoStory::Machine> DemoStory::machine(const std::string& instance) const {
  const auto all = machines();
  if (!all) return std::unexpected(all.error());
  for (const Machine& one : *all)
    if (one.instance == instance) return one;
  return base::fail(base::Kind::NotFound, fmt::format("no instance {} is deployed", instance));
}

std::string DemoStory::other_than(const std::string& instance) const {
  for (const auto& [name, address] : addresses_)
    if (name != instance) return name;
  return {};
}

base::Result<demo::Observation> DemoStory::wait_until_served_by(const std::string& instance,
                                                                Micros since,
                                                                std::chrono::milliseconds at_most) {
  constexpr std::size_t kSteady =
      300;  // answers in a row, so that the tail of the change is seen too
  const Micros deadline = now() + at_most;
  progress_.begin(fmt::format("waiting until {} answers", instance));
  for (;;) {
    auto seen = client_->observe();
    if (!seen) return seen;
    std::size_t in_a_row = 0;
    for (auto probe = seen->probes.rbegin(); probe != seen->probes.rend() && probe->sent >= since;
         ++probe) {
      if (!probe->answered || probe->instance != instance) break;
      ++in_a_row;
    }
    if (in_a_row >= kSteady) {
      seen_ = *seen;
      return seen;
    }
    if (now() > deadline)
      return base::fail(
          base::Kind::Timeout,
          fmt::format("{} did not answer the client within {} ms (last answer: {})", instance,
                      at_most.count(), demo::last_answered_by(*seen, since)));
    usleep(20000);
  }
}

DemoStory::Done DemoStory::add_takeover(const std::string& event, Micros from,
                                        const Machine& before, const Machine& after,
                                        bool by_silence) {
  // A hand-over is over in an instant: what matters is a second around it, not a hiccup elsewhere.
  const auto change = demo::first_answer_by(seen_, after.instance, from);
  if (!change)
    return base::fail(base::Kind::Internal, "no probe was answered by " + after.instance);
  const auto outage = by_silence ? demo::longest_outage(seen_, from - 500ms, now())
                                 : demo::longest_outage(seen_, *change - 1s, *change + 1s);
  if (!outage)
    return base::fail(base::Kind::Internal, "the client has too few answers to measure " + event);
  demo::Takeover takeover{.event = event,
                          .before = before.instance,
                          .after = after.instance,
                          .change = *change,
                          .outage = *outage};
  const auto last = demo::last_advert_before(seen_, before.address, now());
  const auto first = std::ranges::find_if(seen_.adverts, [&](const demo::Advert& advert) {
    return advert.source == after.address && advert.at > from;
  });
  if (by_silence && last && first != seen_.adverts.end()) {
    takeover.detection = first->at - last->at;
    takeover.theory = down_interval(first->priority);
  }
  report_.takeovers.push_back(takeover);
  return {};
}

void DemoStory::mark(const std::string& label) {
  marks_.push_back({now(), label});
}

DemoStory::Done DemoStory::read_consoles() {
  const auto all = machines();
  if (!all) return std::unexpected(all.error());
  for (const Machine& one : *all) {
    const auto console = cloud_->console(one.server);
    if (!console) return std::unexpected(console.error());
    auto& known = transitions_[one.instance];
    for (demo::Transition& transition : demo::parse_console(*console))
      if (known.empty() || transition.at > known.back().at) known.push_back(std::move(transition));
  }
  return {};
}

demo::Timeline DemoStory::timeline() const {
  demo::Timeline timeline{.lanes = {}, .seen = seen_, .marks = marks_};
  for (const auto& [instance, address] : addresses_) {
    demo::Lane lane{.instance = instance, .address = address, .states = {}, .announcements = {}};
    std::vector<std::pair<Micros, std::string>> changes;
    if (const auto found = transitions_.find(instance); found != transitions_.end())
      for (const demo::Transition& transition : found->second)
        changes.emplace_back(transition.at, transition.to);
    for (const auto& [dead, at] : power_losses_)
      if (dead == instance) changes.emplace_back(at, "off");
    std::ranges::sort(changes);
    for (std::size_t i = 0; i < changes.size(); ++i) {
      const Micros until = i + 1 < changes.size() ? changes[i + 1].first : report_.end;
      const std::string& state = changes[i].second;
      lane.states.push_back({changes[i].first, until, state == "initialize" ? "off" : state});
      if (state != "active") continue;
      for (const demo::Announcement& announcement : seen_.announcements)
        if (announcement.at >= changes[i].first && announcement.at < until)
          lane.announcements.push_back(announcement.at);
    }
    timeline.lanes.push_back(std::move(lane));
  }
  return timeline;
}

}  // namespace cli
