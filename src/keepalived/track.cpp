// The parts that instances and groups have in common: trackers, notify scripts, gratuitous ARPs.
#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "base/text.h"
#include "keepalived/drafts.h"

namespace keepalived {
namespace {

void read_weight_of(const Call& call, const Statement& entry, std::size_t& at, TrackDraft& draft) {
  const Word& word = entry.words[at + 1];
  std::string_view digits = word.text;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  const auto value = base::parse_number<long long>(digits);
  const std::string range = fmt::format("{}..{}", call.keyword.least, call.keyword.most);
  const double number = value ? static_cast<double>(*value) : 0;
  if (!value) {
    call.findings().error(word.at, fmt::format("weight `{}` is not a whole number", word.text),
                          "the weight is ignored");
  } else if (std::abs(number) == 254 && call.keyword.most == 253) {
    // keepalived meets this one mistake half-way.
    draft.weight = number < 0 ? -253 : 253;
    call.findings().warning(word.at, fmt::format("weight {} is outside {}", word.text, range),
                            fmt::format("{} is used", *draft.weight));
  } else if (number < call.keyword.least || number > call.keyword.most) {
    call.findings().error(word.at, fmt::format("weight {} is outside {}", word.text, range),
                          "the weight is ignored");
  } else {
    draft.weight = static_cast<int>(*value);
  }
  ++at;
}

std::string_view without_prefix(std::string_view name) {
  constexpr std::string_view kGlobal = "vrrp_";
  if (name.starts_with(kGlobal)) name.remove_prefix(kGlobal.size());
  return name;
}

}  // namespace

void read_tracked(const Call& call, std::vector<TrackDraft>& into) {
  for (const Statement& entry : call.statement.block) {
    if (entry.keyword() == "{") continue;
    TrackDraft draft{.name = entry.keyword(), .at = entry.at()};
    for (std::size_t i = 1; i < entry.words.size(); ++i) {
      const Word& word = entry.words[i];
      if (word.text == "weight" && i + 1 < entry.words.size())
        read_weight_of(call, entry, i, draft);
      else if (word.text == "reverse")
        draft.reverse = true;
      else if (word.text == "noreverse" || word.text == "no_reverse")
        draft.reverse = false;
      else
        call.findings().error(
            word.at,
            fmt::format("`{}` is not known behind `{}`; it is ignored", word.text, draft.name),
            "weight N and reverse are; each name stands on a line of its own");
    }
    into.push_back(std::move(draft));
  }
}

bool read_notify(const Call& call, Notify& notify, std::optional<bool>& priority_changes) {
  static const std::map<std::string_view, std::optional<Command> Notify::*> scripts = {
      {"notify", &Notify::any},
      {"notify_master", &Notify::master},
      {"notify_backup", &Notify::backup},
      {"notify_fault", &Notify::fault},
      {"notify_stop", &Notify::stop},
      {"notify_deleted", &Notify::deleted},
      {"notify_master_rx_lower_pri", &Notify::master_received_lower_priority},
  };
  if (call.keyword.name == "notify_priority_changes") {
    if (const auto value = on_or_off(call)) priority_changes = value->value;
    return true;
  }
  const auto script = scripts.find(call.keyword.name);
  if (script == scripts.end()) return false;
  if (call.keyword.name == "notify_deleted") {
    notify.says_deleted = true;
    if (call.statement.words.size() < 2) return true;
  }
  if (auto given = command(call)) notify.*(script->second) = std::move(*given);
  return true;
}

void read_user(const std::vector<Word>& words, std::size_t first, Command& into) {
  if (words.size() <= first) return;
  into.user = words[first].text;
  if (words.size() <= first + 1) return;
  std::string_view group = words[first + 1].text;
  into.supplementary_groups = group.starts_with(':');
  if (into.supplementary_groups) group.remove_prefix(1);
  into.group = group;
}

void read_extra_announce(const Call& call, ExtraAnnounce& into) {
  constexpr unsigned kMost = 86400;
  const std::vector<Word>& words = call.statement.words;
  bool has_time = false;
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i].text == "all") {
      into.on_all_interfaces = true;
    } else if (const auto value = base::parse_number<unsigned>(words[i].text);
               value && *value <= kMost) {
      into.interval = std::chrono::seconds(*value);
      has_time = true;
    } else {
      call.findings().error(words[i].at, fmt::format("`{}` is outside 0..{}", words[i].text, kMost),
                            "the line is ignored");
      return;
    }
  }
  if (!has_time)
    call.findings().error(call.statement.at(), fmt::format("`{}` has no time", call.keyword.name),
                          fmt::format("write `{} [all] SECONDS`", call.keyword.name));
}

bool read_announce(const Call& call, AnnounceDraft& announce) {
  static const std::map<std::string_view, std::optional<Duration> AnnounceDraft::*> times = {
      {"garp_master_delay", &AnnounceDraft::delay},
      {"garp_master_refresh", &AnnounceDraft::refresh},
      {"garp_lower_prio_delay", &AnnounceDraft::lower_priority_delay},
  };
  static const std::map<std::string_view, std::optional<unsigned> AnnounceDraft::*> counts = {
      {"garp_master_repeat", &AnnounceDraft::repeat},
      {"garp_master_refresh_repeat", &AnnounceDraft::refresh_repeat},
      {"garp_lower_prio_repeat", &AnnounceDraft::lower_priority_repeat},
  };
  const std::string_view name = without_prefix(call.keyword.name);
  if (const auto time = times.find(name); time != times.end()) {
    if (const auto value = seconds(call)) announce.*(time->second) = value->value;
    return true;
  }
  if (const auto count = counts.find(name); count != counts.end()) {
    const auto value = integer(call);
    if (!value) return true;
    announce.*(count->second) = static_cast<unsigned>(value->value);
    if (value->value == 0 && name != "garp_lower_prio_repeat") {
      announce.*(count->second) = 1;
      call.findings().error(value->at, "a burst has at least one packet", "1 is used");
    }
    return true;
  }
  return false;
}

Announce resolve(const AnnounceDraft& globals, const AnnounceDraft& own) {
  const Announce fixed;
  const Duration delay = globals.delay.value_or(fixed.delay);
  const unsigned repeat = globals.repeat.value_or(fixed.repeat);
  Announce out;
  out.delay = own.delay.value_or(delay);
  out.repeat = own.repeat.value_or(repeat);
  out.refresh = own.refresh.value_or(globals.refresh.value_or(fixed.refresh));
  out.refresh_repeat =
      own.refresh_repeat.value_or(globals.refresh_repeat.value_or(fixed.refresh_repeat));
  // keepalived derives these from the globals, not from the instance's other values.
  out.lower_priority_delay =
      own.lower_priority_delay.value_or(globals.lower_priority_delay.value_or(delay));
  out.lower_priority_repeat =
      own.lower_priority_repeat.value_or(globals.lower_priority_repeat.value_or(repeat));
  return out;
}

}  // namespace keepalived
