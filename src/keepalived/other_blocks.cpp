// The blocks besides vrrp_instance, as they are written.
#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "keepalived/drafts.h"
#include "keepalived/words.h"

namespace keepalived {
namespace {

template <bool Globals::*Member>
void set_switch(GlobalsDraft& draft, const Call& call) {
  if (const auto value = on_or_off(call)) draft.globals.*Member = value->value;
}

template <bool Globals::*Member>
void set_flag(GlobalsDraft& draft, const Call&) {
  draft.globals.*Member = true;
}

template <std::string Globals::*Member>
void set_text(GlobalsDraft& draft, const Call& call) {
  if (auto value = text_word(call)) draft.globals.*Member = std::move(value->value);
}

template <Duration Globals::*Member>
void set_seconds(GlobalsDraft& draft, const Call& call) {
  if (const auto value = seconds(call)) draft.globals.*Member = value->value;
}

template <std::optional<int> Globals::*Member>
void set_integer(GlobalsDraft& draft, const Call& call) {
  if (const auto value = integer(call)) draft.globals.*Member = value->value;
}

template <net::IpAddress GlobalsDraft::*Member, net::Family Family>
void set_group(GlobalsDraft& draft, const Call& call) {
  const auto value = address(call);
  if (value && value->value.family() == Family && value->value.is_multicast())
    draft.*Member = value->value;
  else if (value)
    call.findings().error(value->at,
                          fmt::format("{} is no multicast address of {}",
                                      net::to_string(value->value), net::name(Family)),
                          fmt::format("the default is used: {}", call.keyword.default_text));
}

void set_script_user(GlobalsDraft& draft, const Call& call) {
  refuse_more_words(call, 3);
  const std::vector<Word>& words = call.statement.words;
  if (words.size() > 1) draft.globals.script_user = words[1].text;
  if (words.size() > 2) draft.globals.script_group = words[2].text;
}

template <Fifo Globals::*Member>
void set_fifo_script(GlobalsDraft& draft, const Call& call) {
  if (auto value = command(call)) (draft.globals.*Member).script = std::move(*value);
}

template <Fifo Globals::*Member>
void set_fifo(GlobalsDraft& draft, const Call& call) {
  Fifo& fifo = draft.globals.*Member;
  const std::vector<Word>& words = call.statement.words;
  if (words.size() > 1) fifo.path = words[1].text;
  if (words.size() > 2) fifo.user = words[2].text;
  if (words.size() > 3) fifo.group = words[3].text;
  fifo.at = call.place();
}

const Handlers<GlobalsDraft>& globals_handlers() {
  using D = GlobalsDraft;
  static const Handlers<D> table = {
      {"router_id", set_text<&Globals::router_id>},
      {"vrrp_version",
       [](D& draft, const Call& call) {
         if (const auto value = choice(call))
           draft.globals.version = value->value == 0 ? vrrp::Version::V2 : vrrp::Version::V3;
       }},
      {"vrrp_strict", set_switch<&Globals::strict>},
      {"vrrp_skip_check_adv_addr", set_switch<&Globals::skip_check_adv_addr>},
      {"vrrp_check_unicast_src", set_switch<&Globals::check_unicast_source>},
      {"vrrp_garp_interval", set_seconds<&Globals::garp_interval>},
      {"vrrp_gna_interval", set_seconds<&Globals::gna_interval>},
      {"vrrp_min_garp",
       [](D& draft, const Call& call) {
         if (const auto value = on_or_off(call)) draft.min_garp = value->value;
       }},
      {"vrrp_lower_prio_no_advert", set_switch<&Globals::lower_priority_no_advert>},
      {"vrrp_higher_prio_send_advert", set_switch<&Globals::higher_priority_send_advert>},
      {"vrrp_down_timer_adverts",
       [](D& draft, const Call& call) {
         if (const auto value = integer(call)) draft.down_timer_adverts = value->value;
       }},
      {"vrrp_startup_delay", set_seconds<&Globals::startup_delay>},
      {"vrrp_mcast_group4", set_group<&GlobalsDraft::group_v4, net::Family::Ipv4>},
      {"vrrp_mcast_group6", set_group<&GlobalsDraft::group_v6, net::Family::Ipv6>},
      {"default_interface", set_text<&Globals::default_interface>},
      {"dynamic_interfaces", set_flag<&Globals::dynamic_interfaces>},
      {"script_user", set_script_user},
      {"enable_script_security", set_switch<&Globals::script_security>},
      {"vrrp_notify_fifo", set_fifo<&Globals::vrrp_fifo>},
      {"notify_fifo", set_fifo<&Globals::fifo>},
      {"vrrp_notify_fifo_script", set_fifo_script<&Globals::vrrp_fifo>},
      {"notify_fifo_script", set_fifo_script<&Globals::fifo>},
      {"log_unknown_vrids", set_flag<&Globals::log_unknown_vrids>},
      {"vrrp_priority", set_integer<&Globals::process_priority>},
      {"vrrp_rt_priority", set_integer<&Globals::realtime_priority>},
      {"vrrp_no_swap", set_switch<&Globals::no_swap>},
      {"smtp_alert",
       [](D& draft, const Call& call) {
         if (const auto value = on_or_off(call)) draft.globals.smtp_alert = value->value;
       }},
      {"smtp_alert_vrrp",
       [](D& draft, const Call& call) {
         if (const auto value = on_or_off(call)) draft.globals.smtp_alert = value->value;
       }},
      {"instance", set_text<&Globals::instance_name>},
      {"net_namespace", set_text<&Globals::network_namespace>},
      {"use_pid_dir", set_flag<&Globals::use_pid_dir>},
  };
  return table;
}

}  // namespace

void read_globals(Context& context, const Statement& statement, GlobalsDraft& draft) {
  read_block(context, Block::Globals, statement.block, [&](const Call& call) {
    const auto handler = globals_handlers().find(call.keyword.name);
    if (handler != globals_handlers().end())
      handler->second(draft, call);
    else
      read_announce(call, draft.announce);
  });
}

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
    } else if (name == "sync_group_tracking_weight") {
      draft.tracking_weight = true;
    } else if (name == "smtp_alert") {
      if (const auto value = on_or_off(call)) draft.smtp_alert = value->value;
    } else {
      read_notify(call, draft.notify);
    }
  });
  return draft;
}

std::optional<Script> read_script(Context& context, const Statement& statement) {
  Script script{.name = statement.words[1].text,
                .command = {},
                .at = context.sources.place(statement.words[1].at)};
  std::optional<Duration> timeout;
  std::string user, group;
  read_block(context, Block::Script, statement.block, [&](const Call& call) {
    const std::string_view name = call.keyword.name;
    if (name == "script") {
      if (auto value = command(call)) script.command = std::move(*value);
    } else if (name == "interval") {
      if (const auto value = seconds(call)) script.interval = value->value;
    } else if (name == "timeout") {
      if (const auto value = seconds(call)) timeout = value->value;
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
      if (call.statement.words.size() > 1) user = call.statement.words[1].text;
      if (call.statement.words.size() > 2) group = call.statement.words[2].text;
      refuse_more_words(call, 3);
    } else if (name == "init_fail") {
      script.starts_failed = true;
    }
  });
  script.timeout = timeout.value_or(script.interval);
  script.command.user = std::move(user);
  script.command.group = std::move(group);
  if (!script.command.argv.empty()) return script;
  context.findings.error(statement.words[1].at,
                         fmt::format("vrrp_script {} runs nothing", script.name),
                         "add `script \"PROGRAM ARGUMENT…\"`; the block is ignored");
  return std::nullopt;
}

TrackedFile read_tracked_file(Context& context, const Statement& statement) {
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
  if (file.path.empty())
    context.findings.error(statement.words[1].at,
                           fmt::format("track_file {} names no file", file.name),
                           "add `file \"PATH\"`");
  return file;
}

TrackedProcess read_tracked_process(Context& context, const Statement& statement) {
  TrackedProcess process{.name = statement.words[1].text,
                         .at = context.sources.place(statement.words[1].at)};
  bool has_match = false;
  read_block(context, Block::TrackProcess, statement.block, [&](const Call& call) {
    const std::string_view name = call.keyword.name;
    const std::vector<Word>& words = call.statement.words;
    if (name == "process") {
      for (std::size_t i = 1; i < words.size(); ++i) process.argv.push_back(words[i].text);
    } else if (name == "param_match") {
      if (const auto value = choice(call)) {
        has_match = true;
        process.match =
            value->value == 0 ? TrackedProcess::Match::Initial : TrackedProcess::Match::Partial;
      }
    } else if (name == "weight") {
      if (const auto value = weight(call)) {
        process.weight = value->value;
        process.reverse = value->reverse.value_or(false);
      }
    } else if (name == "quorum") {
      if (const auto value = integer(call)) process.quorum = static_cast<unsigned>(value->value);
    } else if (name == "quorum_max") {
      if (const auto value = integer(call))
        process.quorum_max = static_cast<unsigned>(value->value);
    } else if (name == "full_command") {
      process.full_command = true;
    } else if (const auto value = seconds(call)) {
      if (name != "terminate_delay") process.fork_delay = value->value;
      if (name != "fork_delay") process.terminate_delay = value->value;
    }
  });
  if (!has_match && process.argv.size() > 1) process.match = TrackedProcess::Match::Exact;
  if (process.argv.empty())
    context.findings.error(statement.words[1].at,
                           fmt::format("vrrp_track_process {} names no process", process.name),
                           "add `process NAME`");
  return process;
}

}  // namespace keepalived
