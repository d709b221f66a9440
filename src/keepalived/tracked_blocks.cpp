// The blocks of groups and of what is tracked, as they are written.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "keepalived/drafts.h"

namespace keepalived {

GroupDraft read_group(Context& context, const Statement& statement) {
  GroupDraft draft{.name = statement.words[1]};
  read_block(context, Block::SyncGroup, statement.block, [&](const Call& call) {
    const std::string_view name = call.keyword.name;
    if (name == "group") {
      for (const Statement& entry : call.statement.block)
        for (const Word& word : entry.words)
          if (word.text != "{") draft.members.push_back(word);
    } else if (name == "track_interface") {
      read_tracked(call, draft.tracked.interfaces);
    } else if (name == "track_script") {
      read_tracked(call, draft.tracked.scripts);
    } else if (name == "track_file") {
      read_tracked(call, draft.tracked.files);
    } else if (name == "track_process") {
      read_tracked(call, draft.tracked.processes);
    } else if (name == "track_bfd") {
      read_tracked(call, draft.tracked.bfd);
    } else if (name == "sync_group_tracking_weight") {
      draft.tracking_weight = true;
    } else if (name == "smtp_alert") {
      if (const auto value = on_or_off(call)) draft.smtp_alert = value->value;
    } else {
      read_notify(call, draft.notify, draft.notify_priority_changes);
    }
  });
  return draft;
}

namespace {

// Milliseconds count. keepalived takes a zero, once allowed, for a second.
Duration at_least_some(const Call& call, const Given<Duration>& given) {
  const auto rounded = std::chrono::floor<std::chrono::milliseconds>(given.value);
  if (rounded > Duration{}) return rounded;
  call.findings().error(given.at, fmt::format("{} must be more than 0", call.keyword.name),
                        "1 is used");
  return std::chrono::seconds(1);
}

}  // namespace

std::optional<Script> read_script(Context& context, const Statement& statement) {
  Script script{.name = statement.words[1].text,
                .command = {},
                .at = context.sources.place(statement.words[1].at)};
  std::optional<Duration> timeout;
  Command user;
  read_block(context, Block::Script, statement.block, [&](const Call& call) {
    const std::string_view name = call.keyword.name;
    if (name == "script") {
      if (auto value = command(call)) script.command = std::move(*value);
    } else if (name == "interval") {
      if (const auto value = seconds(call)) script.interval = at_least_some(call, *value);
    } else if (name == "timeout") {
      if (const auto value = seconds(call)) timeout = at_least_some(call, *value);
    } else if (name == "weight") {
      if (const auto value = weight(call)) {
        script.weight = value->value;
        script.reverse = value->reverse.value_or(false);
      }
    } else if (name == "rise") {
      if (const auto value = integer(call)) script.rise = static_cast<unsigned>(value->value);
    } else if (name == "fall") {
      if (const auto value = integer(call)) script.fall = static_cast<unsigned>(value->value);
    } else if (name == "user") {
      read_user(call.statement.words, 1, user);
      refuse_more_words(call, 3);
    } else if (name == "init_fail") {
      script.starts_failed = true;
    }
  });
  script.timeout = timeout.value_or(script.interval);
  script.command.user = std::move(user.user);
  script.command.group = std::move(user.group);
  script.command.supplementary_groups = user.supplementary_groups;
  if (!script.command.argv.empty()) return script;
  context.findings.error(statement.words[1].at,
                         fmt::format("vrrp_script {} runs nothing", script.name),
                         "add `script \"PROGRAM ARGUMENT…\"`; the block is ignored");
  return std::nullopt;
}

std::optional<TrackedFile> read_tracked_file(Context& context, const Statement& statement) {
  TrackedFile file{.name = statement.words[1].text,
                   .at = context.sources.place(statement.words[1].at)};
  read_block(context, Block::TrackFile, statement.block, [&](const Call& call) {
    if (call.keyword.name == "file") {
      if (auto value = text_word(call)) file.path = std::move(value->value);
    } else if (call.keyword.name == "weight") {
      if (const auto value = weight(call)) {
        file.weight = value->value;
        file.reverse = value->reverse.value_or(false);
      }
    } else if (call.keyword.name == "init_file") {
      file.initial_value = 0;
      for (std::size_t i = 1; i < call.statement.words.size(); ++i) {
        const Word& word = call.statement.words[i];
        if (word.text == "overwrite")
          file.overwrite = true;
        else if (const auto value = base::parse_number<int>(word.text))
          file.initial_value = value;
        else
          call.findings().error(word.at, fmt::format("`{}` is not a whole number", word.text),
                                "init_file takes a number and `overwrite`");
      }
    }
  });
  if (!file.path.empty()) return file;
  context.findings.error(statement.words[1].at,
                         fmt::format("track_file {} names no file", file.name),
                         "add `file \"PATH\"`; the block is ignored");
  return std::nullopt;
}

namespace {

using Match = TrackedProcess::Match;

void set_match(const Call& call, std::optional<Match>& match) {
  const std::vector<Word>& words = call.statement.words;
  refuse_more_words(call, 2);
  if (words.size() < 2)
    match = Match::Exact;
  else if (words[1].text == "initial")
    match = Match::Initial;
  else if (words[1].text == "partial")
    match = Match::Partial;
  else
    call.findings().error(
        words[1].at, fmt::format("param_match `{}` is not one of initial, partial", words[1].text),
        "the line is ignored");
}

// The two bounds must fit each other; 0 at most means that none may run.
void set_quorum(const Call& call, TrackedProcess& process) {
  const auto value = integer(call);
  if (!value) return;
  const auto number = static_cast<unsigned>(value->value);
  if (call.keyword.name == "quorum") {
    if (process.quorum_max && number > *process.quorum_max)
      call.findings().error(value->at, "quorum is more than quorum_max", "it is ignored");
    else
      process.quorum = number;
  } else if ((number > 0 || process.quorum > 1) && number < process.quorum) {
    call.findings().error(value->at, "quorum_max is less than quorum", "it is ignored");
  } else {
    process.quorum_max = number;
    process.quorum = number == 0 ? 0 : std::max(process.quorum, 1U);
  }
}

void set_process_weight(const Call& call, TrackedProcess& process) {
  if (const auto value = weight(call)) {
    process.weight = value->value;
    process.reverse = value->reverse.value_or(false);
  }
}

void set_delay(const Call& call, TrackedProcess& process) {
  const auto value = seconds(call);
  if (!value) return;
  if (call.keyword.name != "terminate_delay") process.fork_delay = value->value;
  if (call.keyword.name != "fork_delay") process.terminate_delay = value->value;
}

}  // namespace

std::optional<TrackedProcess> read_tracked_process(Context& context, const Statement& statement) {
  TrackedProcess process{.name = statement.words[1].text,
                         .at = context.sources.place(statement.words[1].at)};
  std::optional<Match> match;
  read_block(context, Block::TrackProcess, statement.block, [&](const Call& call) {
    const std::string_view name = call.keyword.name;
    const std::vector<Word>& words = call.statement.words;
    if (name == "process")
      for (std::size_t i = 1; i < words.size(); ++i) process.argv.push_back(words[i].text);
    else if (name == "param_match")
      set_match(call, match);
    else if (name == "weight")
      set_process_weight(call, process);
    else if (name == "quorum" || name == "quorum_max")
      set_quorum(call, process);
    else if (name == "full_command")
      process.full_command = true;
    else
      set_delay(call, process);
  });
  if (process.argv.empty()) {
    context.findings.error(statement.words[1].at,
                           fmt::format("vrrp_track_process {} names no process", process.name),
                           "add `process NAME`; the block is ignored");
    return std::nullopt;
  }
  // To compare arguments takes the whole command line.
  if (match || process.argv.size() > 1) {
    process.match = match.value_or(Match::Exact);
    process.full_command = true;
  }
  return process;
}

std::optional<BfdSession> read_bfd(Context& context, const Statement& statement) {
  BfdSession session{.name = statement.words[1].text,
                     .at = context.sources.place(statement.words[1].at)};
  bool for_vrrp = false, for_checks = false;
  static const std::map<std::string_view, Duration BfdSession::*> times = {
      {"min_rx", &BfdSession::min_receive},
      {"min_tx", &BfdSession::min_transmit},
      {"idle_tx", &BfdSession::idle_transmit},
  };
  read_block(context, Block::Bfd, statement.block, [&](const Call& call) {
    const std::string_view name = call.keyword.name;
    if (const auto time = times.find(name); time != times.end()) {
      if (const auto value = milliseconds(call)) session.*(time->second) = value->value;
    } else if (name == "neighbor_ip" || name == "neighbour_ip") {
      if (const auto value = address(call)) session.neighbour = value->value;
    } else if (name == "source_ip") {
      if (const auto value = address(call)) session.source = value->value;
    } else if (name == "multiplier") {
      if (const auto value = integer(call))
        session.multiplier = static_cast<unsigned>(value->value);
    } else if (name == "ttl") {
      if (const auto value = integer(call)) session.ttl = static_cast<std::uint8_t>(value->value);
    } else if (name == "hoplimit") {
      if (const auto value = integer(call))
        session.hop_limit = static_cast<std::uint8_t>(value->value);
    } else if (name == "max_hops") {
      if (const auto value = integer(call)) session.max_hops = value->value;
    } else if (name == "multihop") {
      if (const auto value = on_or_off(call)) session.is_multihop = value->value;
    } else if (name == "weight") {
      if (const auto value = weight(call)) {
        session.weight = value->value;
        session.reverse = value->reverse.value_or(false);
      }
    } else if (name == "passive") {
      session.is_passive = true;
    } else {
      (name == "vrrp" ? for_vrrp : for_checks) = true;
    }
  });
  session.for_vrrp = for_vrrp || !for_checks;
  if (session.neighbour) return session;
  context.findings.error(statement.words[1].at,
                         fmt::format("bfd_instance {} has no neighbor_ip", session.name),
                         "add `neighbor_ip ADDRESS`; the block is ignored");
  return std::nullopt;
}

}  // namespace keepalived
