#include "keepalived/references.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "text/place.h"

namespace keepalived {
namespace {

constexpr std::size_t kMostSuggested = 200;  // names that are worth comparing for a typing mistake

template <typename Map>
std::string suggestion(const Findings& findings, std::string_view word, const Map& known,
                       std::string_view otherwise) {
  if (findings.is_full()) return {};
  std::vector<std::string_view> names;
  for (const auto& [name, value] : known)
    if (names.size() < kMostSuggested) names.push_back(name);
  const std::string_view near = word.size() > 64 ? std::string_view() : text::nearest(word, names);
  return near.empty() ? std::string(otherwise) : fmt::format("did you mean `{}`?", near);
}

// Weights of the members would pull a group apart; of an owner they change nothing.
void drop_weighted(Findings& findings, std::vector<Tracked>& trackers,
                   const std::vector<Origin>& origins, std::string_view why,
                   std::string_view hint) {
  std::vector<Tracked> left;
  for (std::size_t i = 0; i < trackers.size(); ++i) {
    if (trackers[i].weight == 0)
      left.push_back(std::move(trackers[i]));
    else
      findings.warning(origins[i],
                       fmt::format("`{}` is ignored: its weight {}", trackers[i].name, why),
                       std::string(hint));
  }
  trackers = std::move(left);
}

}  // namespace

References::References(Context& context, const Config& config,
                       const std::vector<GroupDraft>& groups)
    : context_(context) {
  for (const Script& script : config.scripts)
    scripts_.emplace(script.name, Default{script.weight, script.reverse});
  for (const TrackedFile& file : config.files)
    files_.emplace(file.name, Default{file.weight, file.reverse});
  for (const TrackedProcess& process : config.processes)
    processes_.emplace(process.name, Default{process.weight, process.reverse});
  for (const BfdSession& session : config.bfd)
    bfd_.emplace(session.name, Default{session.weight, session.reverse});
  for (const GroupDraft& group : groups)
    for (const Word& member : group.members) group_of_.emplace(member.text, &group);
}

std::vector<Tracked> References::resolve(std::vector<TrackDraft> drafts, const Known* known,
                                         std::string_view kind) const {
  std::vector<Tracked> out;
  for (TrackDraft& draft : drafts) {
    Default standard;
    if (known != nullptr) {
      const auto found = known->find(draft.name);
      if (found == known->end()) {
        context_.findings.error(
            draft.at, fmt::format("there is no {} {}; it is not tracked", kind, draft.name),
            suggestion(context_.findings, draft.name, *known,
                       fmt::format("add `{} {} {{ … }}`", kind, draft.name)));
        continue;
      }
      standard = found->second;
    }
    out.push_back({.name = std::move(draft.name),
                   .weight = draft.weight.value_or(standard.weight),
                   .reverse = draft.reverse.value_or(standard.reverse),
                   .at = context_.sources.place(draft.at)});
  }
  return out;
}

void References::resolve(TrackDrafts tracked, Instance& into) const {
  const auto group = group_of_.find(into.name);
  const bool is_pulled = group != group_of_.end() && !group->second->tracking_weight;
  const auto one = [&](std::vector<TrackDraft>& drafts, const Known* known, std::string_view kind) {
    std::vector<Origin> origins;
    for (const TrackDraft& draft : drafts)
      if (known == nullptr || known->contains(draft.name)) origins.push_back(draft.at);
    std::vector<Tracked> out = resolve(std::move(drafts), known, kind);
    if (into.priority.is_owner())
      drop_weighted(context_.findings, out, origins, "cannot change priority 255",
                    "take a priority below 255, or weight 0");
    else if (is_pulled)
      drop_weighted(
          context_.findings, out, origins,
          fmt::format("would pull the group {} apart", group->second->name.text),
          "track it in the group, take weight 0, or add sync_group_tracking_weight there");
    return out;
  };
  // The own interface is not among them: whether it is tracked is dont_track_primary's affair.
  std::erase_if(tracked.interfaces, [&](const TrackDraft& draft) {
    const bool is_own = draft.name == into.interface;
    if (is_own && draft.weight.value_or(0) != 0)
      context_.findings.warning(
          draft.at, fmt::format("the weight of {}'s own interface has no effect", into.name),
          "when it is down nothing can be sent: that is a fault");
    return is_own;
  });
  if (is_pulled && !into.priority.is_owner())
    for (TrackDraft& draft : tracked.interfaces) {
      if (draft.weight.value_or(0) == 0) continue;
      context_.findings.warning(draft.at,
                                fmt::format("the weight of `{}` would pull the group {} apart",
                                            draft.name, group->second->name.text),
                                "without it its loss is a fault; track it in the group, or add "
                                "sync_group_tracking_weight there");
      draft.weight = 0;
    }
  into.interfaces = one(tracked.interfaces, nullptr, "interface");
  into.scripts = one(tracked.scripts, &scripts_, "vrrp_script");
  into.files = one(tracked.files, &files_, "track_file");
  into.processes = one(tracked.processes, &processes_, "vrrp_track_process");
  into.bfd = one(tracked.bfd, &bfd_, "bfd_instance");
}

void References::inherit(Instance& into) const {
  const auto group = group_of_.find(into.name);
  if (group != group_of_.end())
    into.notify.priority_changes =
        group->second->notify_priority_changes.value_or(into.notify.priority_changes);
}

std::vector<SyncGroup> References::resolve_groups(std::vector<GroupDraft> drafts,
                                                  const Config& config) const {
  std::map<std::string_view, const Instance*> instances;
  for (const Instance& instance : config.instances) instances.emplace(instance.name, &instance);
  std::map<std::string, Origin> taken;
  std::vector<SyncGroup> groups;
  for (GroupDraft& draft : drafts) {
    SyncGroup group;
    group.name = draft.name.text;
    group.at = context_.sources.place(draft.name.at);
    for (const Word& member : draft.members) {
      const auto [other, is_new] = taken.emplace(member.text, member.at);
      if (!instances.contains(member.text))
        context_.findings.error(
            member.at, fmt::format("there is no vrrp_instance {}; it is left out", member.text),
            suggestion(context_.findings, member.text, instances,
                       "name instances of this file, one a line"));
      else if (!is_new)
        context_.findings
            .error(member.at, fmt::format("{} is in a group already; it is left out", member.text),
                   "an instance is in one group at most")
            .also(other->second, "it is named here first");
      else
        group.members.push_back(member.text);
    }
    if (group.members.empty()) {
      context_.findings.error(draft.name.at,
                              fmt::format("the group {} has no members; it is ignored", group.name),
                              "add `group { INSTANCE … }`");
      continue;
    }
    if (group.members.size() == 1)
      context_.findings
          .warning(draft.name.at, fmt::format("the group {} has one member only", group.name),
                   "it needs at least two to have an effect")
          .rule("group-of-one");
    resolve(std::move(draft), config.globals, group);
    groups.push_back(std::move(group));
  }
  return groups;
}

void References::resolve(GroupDraft draft, const Globals& globals, SyncGroup& into) const {
  into.interfaces = resolve(std::move(draft.tracked.interfaces), nullptr, "interface");
  into.scripts = resolve(std::move(draft.tracked.scripts), &scripts_, "vrrp_script");
  into.files = resolve(std::move(draft.tracked.files), &files_, "track_file");
  into.processes = resolve(std::move(draft.tracked.processes), &processes_, "vrrp_track_process");
  into.bfd = resolve(std::move(draft.tracked.bfd), &bfd_, "bfd_instance");
  into.tracking_weight = draft.tracking_weight;
  into.smtp_alert = draft.smtp_alert.value_or(globals.smtp_alert);
  into.notify = std::move(draft.notify);
  into.notify.priority_changes =
      draft.notify_priority_changes.value_or(globals.notify_priority_changes);
}

void References::resolve_track_groups(std::vector<TrackGroupDraft> drafts, Config& config) const {
  std::set<std::string_view> instances;
  for (const Instance& instance : config.instances) instances.insert(instance.name);
  for (TrackGroupDraft& draft : drafts) {
    TrackGroup group{.name = draft.name.text, .at = context_.sources.place(draft.name.at)};
    for (const Word& member : draft.members) {
      if (instances.contains(member.text))
        group.members.push_back(member.text);
      else
        context_.findings.error(
            member.at, fmt::format("there is no vrrp_instance {}; it is left out", member.text),
            "name instances of this file, one a line");
    }
    if (group.members.empty())
      context_.findings.error(
          draft.name.at,
          fmt::format("the track_group {} has no members; it is ignored", group.name),
          "add `group { INSTANCE … }`");
    else
      config.track_groups.push_back(std::move(group));
  }
}

template <typename Item>
std::vector<Item> References::resolve_static(std::vector<Given<Item>> given,
                                             const std::vector<TrackGroup>& groups) const {
  std::vector<Item> out;
  out.reserve(given.size());
  for (Given<Item>& item : given) {
    std::string& wanted = item.value.track_group;
    const bool is_known =
        wanted.empty() || std::ranges::find(groups, wanted, &TrackGroup::name) != groups.end();
    if (!is_known) {
      context_.findings.error(
          item.at, fmt::format("there is no track_group {}; nobody tracks this", wanted),
          fmt::format("add `track_group {} {{ group {{ INSTANCE … }} }}`", wanted));
      wanted.clear();
    }
    out.push_back(std::move(item.value));
  }
  return out;
}

void References::resolve_static(Drafts& drafts, Config& config) const {
  resolve_track_groups(std::move(drafts.track_groups), config);
  config.static_addresses = resolve_static(std::move(drafts.static_addresses), config.track_groups);
  config.static_routes = resolve_static(std::move(drafts.static_routes), config.track_groups);
  config.static_rules = resolve_static(std::move(drafts.static_rules), config.track_groups);
}

void check_router_ids(Context& context, const Config& config, const std::vector<Origins>& origins) {
  // Unicast packets are told apart by their sender, so that only instances with a peer in common
  // are in each other's way; multicast ones by their group.
  using Key = std::tuple<std::string_view, net::Family, std::uint8_t, net::IpAddress>;
  std::map<Key, std::size_t> taken;
  for (std::size_t i = 0; i < config.instances.size(); ++i) {
    const Instance& instance = config.instances[i];
    std::set<net::IpAddress> targets;
    for (const UnicastPeer& peer : instance.peers) targets.insert(peer.address);
    if (targets.empty()) targets.insert(instance.group);
    for (const net::IpAddress& target : targets) {
      const auto [other, is_new] =
          taken.emplace(Key{instance.interface, instance.family, instance.vrid.value(), target}, i);
      if (is_new) continue;
      const std::string what =
          fmt::format("{} and {} are both virtual router {} on {} over {}",
                      config.instances[other->second].name, instance.name, instance.vrid.value(),
                      instance.interface, net::name(instance.family));
      const bool is_auto = instance.interface == kAutoInterface;
      const std::string hint = is_auto ? "which is no conflict if their networks differ"
                                       : "give one of them another virtual_router_id";
      auto remark = is_auto ? context.findings.warning(origins[i].vrid, what, hint)
                            : context.findings.fatal(origins[i].vrid, what, hint);
      remark.also(origins[other->second].vrid, "the other one is here").rule("duplicate-vrid");
      break;
    }
  }
}

}  // namespace keepalived
