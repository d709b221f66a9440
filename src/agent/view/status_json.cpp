#include "agent/view/status_json.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cmath>
#include <string_view>
#include <utility>

#include "agent/view/explanation.h"

namespace agent::view {
namespace {

// To the millisecond: what is finer is noise to a reader.
double seconds(vrrp::Duration duration) {
  return std::round(std::chrono::duration<double, std::milli>(duration).count()) / 1000;
}

class Clock {
 public:
  explicit Clock(const Snapshot& outline) : outline_(outline) {}
  double ago(vrrp::Instant instant) const { return seconds(outline_.time - instant); }
  std::string at(vrrp::Instant instant) const {
    const auto wall = wall_time(outline_, instant);
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(wall.time_since_epoch());
    const std::time_t time = std::chrono::system_clock::to_time_t(wall);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(time), ms.count() % 1000);
  }

 private:
  const Snapshot& outline_;
};

std::string lower_name(net::Family family) {
  return family == net::Family::Ipv4 ? "ipv4" : "ipv6";
}

std::string_view tracker_state(const std::optional<bool>& is_up, const std::optional<int>& value) {
  if (value) return "value";
  return !is_up ? "unknown" : *is_up ? "up" : "down";
}

json::Object with_value(json::Object object, const std::optional<int>& value) {
  if (value) object.set("value", *value);
  return object;
}

json::Object rejected(const std::array<std::uint64_t, vrrp::kRejectReasons>& counts) {
  json::Object out;
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (counts[i] != 0) out.set(name(static_cast<vrrp::RejectReason>(i)), counts[i]);
  return out;
}

json::Object counters(const vrrp::Counters& counters) {
  return {{"received", counters.received},
          {"sent", counters.sent},
          {"priority_zero_received", counters.priority_zero_received},
          {"priority_zero_sent", counters.priority_zero_sent},
          {"became_active", counters.became_active},
          {"released_active", counters.released_active},
          {"addresses_differ", counters.addresses_differ},
          {"rejected", rejected(counters.rejected())}};
}

json::Array peers(const RouterSnapshot& router, const Clock& clock) {
  json::Array out;
  for (const vrrp::Heard& heard : router.peers) {
    json::Object peer{{"address", to_string(heard.address)},
                      {"accepted", heard.accepted_count},
                      {"refused", heard.refused_count}};
    if (heard.accepted) {
      peer.set("priority", heard.accepted->priority.value());
      peer.set("interval_s", seconds(heard.accepted->interval));
      peer.set("heard_s_ago", clock.ago(heard.accepted->time));
      peer.set("is_active", router.active_peer && router.active_peer->address == heard.address);
    }
    if (heard.refused) {
      peer.set("refused_s_ago", clock.ago(heard.refused->time));
      peer.set("refused_because", name(heard.refused->reason));
      peer.set("refused_what", describe(heard.refused->reason));
    }
    out.emplace_back(std::move(peer));
  }
  return out;
}

json::Array addresses(const RouterSnapshot& router) {
  json::Array out;
  for (const AddressSnapshot& address : router.addresses)
    out.emplace_back(json::Object{{"address", to_string(address.address.prefix)},
                                  {"interface", address.interface_name},
                                  {"excluded", address.is_excluded},
                                  {"present", address.is_present}});
  return out;
}

json::Array tracked(const RouterSnapshot& router) {
  json::Array out;
  for (const TrackedSnapshot& known : router.tracked)
    out.emplace_back(with_value({{"name", known.name},
                                 {"weight", known.tracked.weight},
                                 {"reverse", known.tracked.reverse},
                                 {"state", tracker_state(known.is_up, known.value)}},
                                known.value));
  return out;
}

json::Array past(const RouterSnapshot& router, const Clock& clock) {
  json::Array out;
  for (const TransitionSnapshot& transition : router.transitions)
    out.emplace_back(json::Object{{"time", clock.at(transition.time)},
                                  {"s_ago", clock.ago(transition.time)},
                                  {"from", name(transition.from)},
                                  {"to", name(transition.to)},
                                  {"cause", name(transition.cause)},
                                  {"reason", transition.reason}});
  return out;
}

json::Array notices(const RouterSnapshot& router, const Clock& clock) {
  json::Array out;
  for (const NoticeSnapshot& notice : router.notices)
    out.emplace_back(json::Object{{"time", clock.at(notice.time)},
                                  {"s_ago", clock.ago(notice.time)},
                                  {"trouble", name(notice.trouble)},
                                  {"what", notice.what}});
  return out;
}

json::Array owners(const RouterSnapshot& router, const Clock& clock) {
  json::Array out;
  for (const OwnerSnapshot& owner : router.owners)
    out.emplace_back(json::Object{{"address", to_string(owner.address)},
                                  {"mac", to_string(owner.mac)},
                                  {"interface", owner.interface_name},
                                  {"expected", owner.is_expected},
                                  {"announced", owner.was_announced},
                                  {"count", owner.count},
                                  {"first", clock.at(owner.first)},
                                  {"s_ago", clock.ago(owner.last)}});
  return out;
}

json::Array strings(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

json::Object resources(const ResourceSnapshot& used) {
  return {{"longest_late_ms", seconds(used.longest_lateness * 1000)},
          {"late_turns", used.late_turns},
          {"send_failures", used.send_failures},
          {"announce_failures", used.announce_failures},
          {"netlink_overruns", used.netlink_overruns},
          {"log_lines_dropped", used.log_lines_dropped},
          {"addresses_restored", used.addresses_restored},
          {"foreign_claims", used.foreign_claims},
          {"defences", used.defences},
          {"reloads", used.reloads},
          {"reloads_refused", used.reloads_refused}};
}

}  // namespace

json::Value status_json(const Snapshot& outline) {
  const Clock clock(outline);
  json::Array groups, trackers, interfaces;
  for (const GroupSnapshot& group : outline.groups)
    groups.emplace_back(json::Object{
        {"name", group.name}, {"state", name(group.state)}, {"members", strings(group.members)}});
  for (const TrackerSnapshot& tracker : outline.trackers)
    trackers.emplace_back(with_value({{"kind", tracker.kind},
                                      {"name", tracker.name},
                                      {"state", tracker_state(tracker.is_up, tracker.value)},
                                      {"instances", strings(tracker.routers)}},
                                     tracker.value));
  for (const netlink::Link& link : outline.interfaces) {
    json::Object shown{{"name", link.name},
                       {"index", link.index.value},
                       {"up", link.is_up},
                       {"running", link.is_running}};
    if (link.mac) shown.set("mac", to_string(*link.mac));
    interfaces.emplace_back(std::move(shown));
  }
  return json::Object{{"version", outline.identity.version},
                      {"pid", outline.identity.pid},
                      {"name", outline.identity.name},
                      {"router_id", outline.identity.router_id},
                      {"config", outline.identity.config_file},
                      {"time", clock.at(outline.time)},
                      {"up_s", clock.ago(outline.started)},
                      {"stopping", outline.is_stopping},
                      {"groups", std::move(groups)},
                      {"trackers", std::move(trackers)},
                      {"interfaces", std::move(interfaces)},
                      {"rejected_of_no_instance", rejected(outline.unmatched)},
                      {"resources", resources(outline.resources)}};
}

json::Value status_json(const RouterSnapshot& router, const Snapshot& outline) {
  const Clock clock(outline);
  json::Object out{{"name", router.name},
                   {"interface", router.interface_name},
                   {"vrid", router.config.vrid.value()},
                   {"family", lower_name(router.config.family)},
                   {"version", static_cast<int>(router.config.version)},
                   {"group", router.group},
                   {"state", name(router.state)},
                   {"why", explain(router, outline.time)},
                   {"problems", strings(problems(router, outline.time))},
                   {"resigning", router.is_resigning},
                   {"drained", router.is_drained},
                   {"priority", router.effective_priority.value()},
                   {"base_priority", router.config.priority.value()},
                   {"interval_s", seconds(router.config.interval)},
                   {"preempt", router.config.preempt},
                   {"unicast", !router.config.peers.empty()}};
  if (!router.transitions.empty()) {
    out.set("since", clock.at(router.transitions.front().time));
    out.set("for_s", clock.ago(router.transitions.front().time));
  }
  if (router.source) out.set("source", to_string(*router.source));
  if (router.deadline) out.set("next_s", seconds(*router.deadline - outline.time));
  out.set("addresses", addresses(router));
  out.set("peers", peers(router, clock));
  out.set("tracked", tracked(router));
  out.set("owners", owners(router, clock));
  out.set("transitions", past(router, clock));
  out.set("notices", notices(router, clock));
  out.set("counters", counters(router.counters));
  return out;
}

}  // namespace agent::view
