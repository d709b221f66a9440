#include "agent/view/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "agent/view/explanation.h"

namespace agent::view {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
// Lines that append() makes at a time.
constexpr std::size_t kLines = 200;

double seconds(vrrp::Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

double unix_time(const Snapshot& outline, vrrp::Instant instant) {
  return std::chrono::duration<double>(wall_time(outline, instant).time_since_epoch()).count();
}

double number(std::uint64_t count) {
  return static_cast<double>(count);
}

// keepalived's numbers, as its exporters show them.
double state_number(vrrp::State state) {
  switch (state) {
    case vrrp::State::Initialize:
      return 0;
    case vrrp::State::Backup:
      return 1;
    case vrrp::State::Active:
      return 2;
    case vrrp::State::Fault:
      return 3;
  }
  return kNone;
}

struct Sight {
  const RouterSnapshot& router;
  const Snapshot& outline;
};

struct RouterFamily {
  MetricFamily family;
  double (*value)(const Sight& sight);
};

bool has_peer(const Sight& sight) {
  return sight.router.state != vrrp::State::Active && sight.router.active_peer;
}

constexpr RouterFamily kOfRouters[] = {
    {{"holdfast_instance_state", "gauge", "0 initialize, 1 backup, 2 active, 3 fault"},
     [](const Sight& at) { return state_number(at.router.state); }},
    {{"holdfast_instance_priority", "gauge",
      "Priority in force, with the weights of what is tracked"},
     [](const Sight& at) -> double { return at.router.effective_priority.value(); }},
    {{"holdfast_instance_base_priority", "gauge", "Priority as configured"},
     [](const Sight& at) -> double { return at.router.config.priority.value(); }},
    {{"holdfast_instance_interval_seconds", "gauge", "Advertisement interval as configured"},
     [](const Sight& at) { return seconds(at.router.config.interval); }},
    {{"holdfast_instance_drained", "gauge",
      "1 while an operator keeps it out (holdfast ctl drain)"},
     [](const Sight& at) -> double { return at.router.is_drained ? 1 : 0; }},
    {{"holdfast_instance_problems", "gauge", "Things that holdfast status calls a problem"},
     [](const Sight& at) { return number(problems(at.router, at.outline.time).size()); }},
    {{"holdfast_instance_addresses", "gauge", "Virtual addresses configured"},
     [](const Sight& at) { return number(at.router.addresses.size()); }},
    {{"holdfast_instance_addresses_present", "gauge",
      "Virtual addresses that are on this machine now"},
     [](const Sight& at) {
       return static_cast<double>(
           std::ranges::count(at.router.addresses, true, &AddressSnapshot::is_present));
     }},
    {{"holdfast_instance_foreign_owners", "gauge",
      "Hosts that have an address by ARP or neighbour discovery and should not"},
     [](const Sight& at) {
       return static_cast<double>(
           std::ranges::count(at.router.owners, false, &OwnerSnapshot::is_expected));
     }},
    {{"holdfast_instance_peer_priority", "gauge",
      "Priority of the active router heard last (not while active)"},
     [](const Sight& at) -> double {
       return has_peer(at) ? at.router.active_peer->priority.value() : kNone;
     }},
    {{"holdfast_instance_peer_heard_timestamp_seconds", "gauge",
      "When the active router was heard last (not while active)"},
     [](const Sight& at) {
       return has_peer(at) ? unix_time(at.outline, at.router.active_peer->heard) : kNone;
     }},
    {{"holdfast_instance_last_transition_timestamp_seconds", "gauge",
      "When the state changed last"},
     [](const Sight& at) {
       return at.router.transitions.empty()
                  ? kNone
                  : unix_time(at.outline, at.router.transitions.front().time);
     }},
    {{"holdfast_became_active_total", "counter", "Times it became active"},
     [](const Sight& at) { return number(at.router.counters.became_active); }},
    {{"holdfast_released_active_total", "counter", "Times it ceased to be active"},
     [](const Sight& at) { return number(at.router.counters.released_active); }},
    {{"holdfast_advertisements_received_total", "counter", "Advertisements listened to"},
     [](const Sight& at) { return number(at.router.counters.received); }},
    {{"holdfast_advertisements_sent_total", "counter", "Advertisements sent"},
     [](const Sight& at) { return number(at.router.counters.sent); }},
    {{"holdfast_priority_zero_received_total", "counter", "Resignations received"},
     [](const Sight& at) { return number(at.router.counters.priority_zero_received); }},
    {{"holdfast_priority_zero_sent_total", "counter", "Resignations sent"},
     [](const Sight& at) { return number(at.router.counters.priority_zero_sent); }},
    {{"holdfast_addresses_differ_total", "counter",
      "Advertisements listened to that list other addresses than ours"},
     [](const Sight& at) { return number(at.router.counters.addresses_differ); }},
};

constexpr MetricFamily kRejected{"holdfast_rejected_total", "counter",
                                 "Packets for a virtual router that were refused, by reason"};

// Those of the agent are few and written as they come.
class AgentText {
 public:
  explicit AgentText(std::vector<MetricFamily>* names) : names_(names) {}
  explicit AgentText(std::string* out) : out_(out) {}

  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    if (names_ != nullptr) names_->push_back({name, type, help});
    if (out_ != nullptr) *out_ += fmt::format("# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
  }
  void value(double number, std::string_view labels = {}) {
    if (out_ == nullptr) return;
    *out_ += labels.empty() ? fmt::format("{} {}\n", name_, number)
                            : fmt::format("{}{{{}}} {}\n", name_, labels, number);
  }
  void counter(std::string_view name, std::string_view help, std::uint64_t count) {
    family(name, "counter", help);
    value(number(count));
  }

 private:
  std::vector<MetricFamily>* names_ = nullptr;
  std::string* out_ = nullptr;
  std::string_view name_;
};

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out + "\"";
}

void describe_agent(AgentText& text, const Snapshot& outline, const ProcessMetrics& process) {
  const ResourceSnapshot& used = outline.resources;
  text.family("holdfast_build_info", "gauge", "1, with the version and who this is");
  text.value(1, fmt::format("version={},router_id={},name={}", quoted(outline.identity.version),
                            quoted(outline.identity.router_id), quoted(outline.identity.name)));
  text.family("holdfast_start_time_seconds", "gauge", "When the agent started");
  text.value(unix_time(outline, outline.started));
  text.counter("holdfast_reloads_total", "Configurations read again and put in force",
               used.reloads);
  text.counter("holdfast_reloads_refused_total",
               "Configurations refused on reload, with nothing changed", used.reloads_refused);
  text.counter("holdfast_late_turns_total", "Deadlines missed by 20 ms or more", used.late_turns);
  text.family("holdfast_longest_lateness_seconds", "gauge",
              "The longest that a deadline was missed by");
  text.value(seconds(used.longest_lateness));
  text.counter("holdfast_send_failures_total", "Advertisements that could not be sent",
               used.send_failures);
  text.counter("holdfast_announce_failures_total",
               "Gratuitous ARP and neighbour advertisements that could not be sent",
               used.announce_failures);
  text.counter("holdfast_netlink_overruns_total",
               "Times the kernel dropped news for us; each was followed by a resync",
               used.netlink_overruns);
  text.counter("holdfast_log_lines_dropped_total", "Log lines that the sink did not take",
               used.log_lines_dropped);
  text.counter("holdfast_addresses_restored_total",
               "Addresses put back that another program removed", used.addresses_restored);
  text.counter("holdfast_foreign_claims_total",
               "Claims of others to addresses that we held, by ARP or neighbour discovery",
               used.foreign_claims);
  text.counter("holdfast_defences_total", "Announcements in answer to foreign ones", used.defences);
  text.family("holdfast_tracker_up", "gauge",
              "1 if what is tracked is up, 0 if it is down; absent before the first result");
  for (const TrackerSnapshot& tracker : outline.trackers)
    if (tracker.is_up)
      text.value(*tracker.is_up ? 1 : 0,
                 fmt::format("kind={},name={}", quoted(tracker.kind), quoted(tracker.name)));
  text.family("holdfast_tracker_value", "gauge", "The number in a tracked file");
  for (const TrackerSnapshot& tracker : outline.trackers)
    if (tracker.value)
      text.value(*tracker.value,
                 fmt::format("kind={},name={}", quoted(tracker.kind), quoted(tracker.name)));
  text.family("holdfast_group_state", "gauge",
              "State of a sync group, in the numbers of holdfast_instance_state");
  for (const GroupSnapshot& group : outline.groups)
    text.value(state_number(group.state), "group=" + quoted(group.name));
  text.family("holdfast_interface_running", "gauge",
              "1 if an interface in use is up and has a carrier");
  for (const netlink::Link& link : outline.interfaces)
    text.value(link.is_running ? 1 : 0, "interface=" + quoted(link.name));
  text.family("holdfast_rejected_of_no_instance_total", "counter",
              "Packets refused that belong to no instance here, by reason");
  for (std::size_t i = 0; i < outline.unmatched.size(); ++i)
    if (outline.unmatched[i] != 0)
      text.value(number(outline.unmatched[i]),
                 "reason=" + quoted(name(static_cast<vrrp::RejectReason>(i))));
  text.family("process_cpu_seconds_total", "counter", "Processor time used");
  text.value(process.cpu_seconds);
  text.family("process_resident_memory_bytes", "gauge", "Memory in use");
  text.value(process.resident_bytes);
}

}  // namespace

std::vector<MetricFamily> metric_families() {
  std::vector<MetricFamily> out;
  AgentText names(&out);
  describe_agent(names, {}, {});
  for (const RouterFamily& known : kOfRouters) out.push_back(known.family);
  out.push_back(kRejected);
  return out;
}

RouterMetrics::RouterMetrics(const RouterSnapshot& router, const Snapshot& outline)
    : labels(fmt::format("vrrp_instance={},interface={},vrid=\"{}\",family=\"{}\"",
                         quoted(router.name), quoted(router.interface_name),
                         router.config.vrid.value(),
                         router.config.family == net::Family::Ipv4 ? "ipv4" : "ipv6")) {
  values.reserve(std::size(kOfRouters));
  for (const RouterFamily& known : kOfRouters) values.push_back(known.value({router, outline}));
  for (std::size_t i = 0; i < vrrp::kRejectReasons; ++i)
    if (router.counters.rejected()[i] != 0)
      rejected.emplace_back(static_cast<vrrp::RejectReason>(i), router.counters.rejected()[i]);
}

MetricsText::MetricsText(const Snapshot& outline, const ProcessMetrics& process) {
  AgentText text(&agent_);
  describe_agent(text, outline, process);
}

void MetricsText::head(std::string& out, std::size_t family) const {
  const MetricFamily& known =
      family < std::size(kOfRouters) ? kOfRouters[family].family : kRejected;
  out += fmt::format("# HELP {0} {2}\n# TYPE {0} {1}\n", known.name, known.type, known.help);
}

bool MetricsText::append(std::string& out) {
  if (!is_begun_) {
    is_begun_ = true;
    out += agent_;
    return true;
  }
  for (std::size_t lines = 0; lines < kLines; ++lines) {
    if (family_ > std::size(kOfRouters)) return false;
    if (router_ == 0) head(out, family_);
    if (router_ == routers_.size()) {
      ++family_;
      router_ = 0;
      continue;
    }
    const RouterMetrics& router = routers_[router_++];
    if (family_ == std::size(kOfRouters)) {
      for (const auto& [reason, count] : router.rejected)
        out += fmt::format("{}{{{},reason=\"{}\"}} {}\n", kRejected.name, router.labels,
                           name(reason), count);
    } else if (!std::isnan(router.values[family_])) {
      out += fmt::format("{}{{{}}} {}\n", kOfRouters[family_].family.name, router.labels,
                         router.values[family_]);
    }
  }
  return true;
}

}  // namespace agent::view
