#include "keepalived/lint.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "keepalived/values.h"

namespace keepalived {
namespace {

class Linter {
 public:
  std::vector<LintFinding> one(const Config& config) {
    for (const Script& script : config.scripts) check_script(script);
    for (const Instance& instance : config.instances) check_instance(instance);
    check_shared_addresses(config);
    return std::move(found_);
  }

  std::vector<LintFinding> pair(const Config& here, const Config& peer) {
    std::map<Key, const Instance*> others;
    for (const Instance& other : peer.instances) others.emplace(key(other), &other);
    for (const Instance& mine : here.instances) {
      const auto other = others.find(key(mine));
      if (other != others.end())
        check_pair(mine, *other->second);
      else
        add("peer-missing", mine.vrid_at,
            fmt::format("the peer has no virtual router {} over {}", mine.vrid.value(),
                        net::name(mine.family)),
            "nobody takes over when this node fails");
    }
    return std::move(found_);
  }

 private:
  using Key = std::tuple<std::uint8_t, net::Family>;
  static Key key(const Instance& instance) { return {instance.vrid.value(), instance.family}; }

  void add(std::string_view rule, const text::Place& at, std::string what, std::string hint) {
    found_.push_back({rule, text::Diagnostic{.severity = text::Severity::Warning,
                                             .place = at,
                                             .what = fmt::format("{} [{}]", what, rule),
                                             .hint = std::move(hint)}});
  }

  void check_script(const Script& script) {
    static const std::set<std::string_view> shell_words = {"|",  "||", "&&",   ";", ">",
                                                           ">>", "<",  "2>&1", "&", "2>/dev/null"};
    for (const std::string& argument : script.command.argv)
      if (shell_words.contains(argument) || argument.ends_with(';'))
        return add("script-shell", script.command.at,
                   fmt::format("`{}` is an argument like any other: no shell reads it", argument),
                   "write \"/bin/sh -c '…'\", or put it into a script file");
    if (script.timeout > script.interval)
      add("script-timeout", script.at,
          fmt::format("{} may run for {} s and is due every {} s", script.name,
                      in_seconds(script.timeout), in_seconds(script.interval)),
          "a timeout within the interval tells of a hanging check in time");
  }

  void check_instance(const Instance& instance) {
    if (!instance.accept && !instance.priority.is_owner())
      add("strict-accept", instance.at,
          instance.strict
              ? fmt::format("strict mode makes the addresses of {} answer nothing", instance.name)
              : fmt::format("no_accept makes the addresses of {} answer nothing", instance.name),
          instance.strict ? "add `accept`, or take strict mode away" : "take it away");
    if (instance.authentication == Authentication::Password)
      add("password-in-clear", instance.at,
          fmt::format("the password of {} travels in clear", instance.name),
          "it keeps mistakes out, not attackers");
    if (instance.initial_state == InitialState::Master && instance.priority.is_owner() &&
        !instance.addresses.empty())
      add("owner", instance.at,
          fmt::format("{} has priority 255: it claims to own its addresses", instance.name),
          "take less, unless they are configured on this machine for good");
    check_weights(instance);
  }

  // Every combination of results is a sum between the least and the greatest one; a priority that
  // is cut off at 1 or 254 does not say what was meant.
  void check_weights(const Instance& instance) {
    if (instance.priority.is_owner()) return;
    int least = instance.priority.value(), most = least;
    const text::Place* first = nullptr;
    for (const auto* list : {&instance.interfaces, &instance.scripts, &instance.processes})
      for (const Tracked& tracked : *list) {
        const int weight = tracked.reverse ? -tracked.weight : tracked.weight;
        (weight < 0 ? least : most) += weight;
        if (weight != 0 && first == nullptr) first = &tracked.at;
      }
    if (first != nullptr && (least < 1 || most > 254))
      add("weight-range", *first,
          fmt::format("the weights of {} reach from {} to {}", instance.name, least, most),
          "priorities are kept within 1..254, so that some combinations come out equal");
  }

  void check_shared_addresses(const Config& config) {
    std::map<std::tuple<net::IpAddress, std::string>, const Instance*> holders;
    for (const Instance& instance : config.instances)
      for (const auto* list : {&instance.addresses, &instance.excluded})
        for (const VirtualAddress& address : *list) {
          const std::string& device = address.device.empty() ? instance.interface : address.device;
          const auto [other, is_new] =
              holders.emplace(std::tuple(address.prefix.address(), device), &instance);
          if (!is_new)
            add("address-twice", address.at,
                fmt::format("{} is an address of {} too", net::to_string(address.prefix.address()),
                            other->second->name),
                fmt::format("that one is at {}", text::to_string(other->second->at)));
        }
  }

  static std::set<net::IpAddress> advertised(const Instance& instance) {
    std::set<net::IpAddress> out;
    for (const VirtualAddress& address : instance.addresses) out.insert(address.prefix.address());
    return out;
  }

  // The priorities a node can have: with everything tracked well, and after each single failure.
  struct Reach {
    int healthy = 0;
    int least = 0;
  };
  static Reach reach(const Instance& instance) {
    Reach out{.healthy = instance.priority.value(), .least = instance.priority.value()};
    if (instance.priority.is_owner()) return out;
    for (const auto* list : {&instance.interfaces, &instance.scripts, &instance.processes})
      for (const Tracked& tracked : *list) {
        const int weight = tracked.reverse ? -tracked.weight : tracked.weight;
        (weight > 0 ? out.healthy : out.least) += weight;
      }
    out.healthy = std::clamp(out.healthy, 1, 254);
    out.least = std::clamp(out.least, 1, 254);
    return out;
  }

  void check_pair(const Instance& mine, const Instance& other) {
    const auto differ = [&](std::string_view rule, std::string what, std::string effect) {
      add(rule, mine.at, std::move(what),
          fmt::format("{}; the other one is at {}", effect, text::to_string(other.at)));
    };
    if (mine.version != other.version)
      differ("pair-version",
             fmt::format("{} speaks version {}, its peer version {}", mine.name,
                         static_cast<int>(mine.version), static_cast<int>(other.version)),
             "neither hears the other: both become active");
    if (mine.version == vrrp::Version::V2 && mine.interval != other.interval)
      differ("pair-interval",
             fmt::format("{} advertises every {} s, its peer every {} s", mine.name,
                         in_seconds(mine.interval), in_seconds(other.interval)),
             "version 2 refuses another interval: both become active");
    if (mine.authentication != other.authentication ||
        vrrp::password_from(mine.password) != vrrp::password_from(other.password))
      differ("pair-authentication",
             fmt::format("{} and its peer authenticate differently", mine.name),
             "neither hears the other: both become active");
    if (mine.peers.empty() != other.peers.empty())
      differ("pair-unicast",
             fmt::format("{} uses {}, its peer does not", mine.name,
                         mine.peers.empty() ? "multicast" : "unicast"),
             "neither hears the other: both become active");
    if (mine.peers.empty() && other.peers.empty() && mine.group != other.group)
      differ("pair-group", fmt::format("{} and its peer use different multicast groups", mine.name),
             "neither hears the other: both become active");
    if (advertised(mine) != advertised(other))
      differ("pair-addresses",
             fmt::format("{} and its peer advertise different addresses", mine.name),
             "keepalived up to 2.3.2 refuses such advertisements");
    check_pair_priorities(mine, other);
  }

  void check_pair_priorities(const Instance& mine, const Instance& other) {
    const Reach a = reach(mine), b = reach(other);
    if (a.healthy == b.healthy)
      return add("pair-priority", mine.at,
                 fmt::format("{} and its peer both have priority {}", mine.name, a.healthy),
                 "the greater IP address decides; give them different ones");
    const Instance& first = a.healthy > b.healthy ? mine : other;
    const Reach& upper = a.healthy > b.healthy ? a : b;
    const Reach& lower = a.healthy > b.healthy ? b : a;
    for (const auto* list : {&first.scripts, &first.processes, &first.interfaces})
      for (const Tracked& tracked : *list)
        // What a failure takes away: a bonus that ends, or a malus that begins.
        if (tracked.weight != 0 && upper.healthy - std::abs(tracked.weight) > lower.healthy)
          add("weight-never-moves", tracked.at,
              fmt::format("the failure of {} leaves {} at {}, above its peer's {}", tracked.name,
                          first.name, upper.healthy - std::abs(tracked.weight), lower.healthy),
              "the addresses stay; take a weight greater than the difference, or 0 for a fault");
  }

  std::vector<LintFinding> found_;
};

}  // namespace

std::vector<LintFinding> lint(const Config& config) {
  return Linter().one(config);
}

std::vector<LintFinding> lint_pair(const Config& here, const Config& peer) {
  return Linter().pair(here, peer);
}

}  // namespace keepalived
