// The block vrrp_instance, as it is written.
#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "keepalived/drafts.h"

namespace keepalived {
namespace {

using Draft = InstanceDraft;

void set_state(Draft& draft, const Call& call) {
  const std::vector<Word>& words = call.statement.words;
  // haproxy-boshrelease and old guides write SLAVE. It has always meant BACKUP, so that it is no
  // error to run with.
  if (words.size() > 1 && words[1].text != "MASTER" && words[1].text != "BACKUP") {
    call.findings().warning(words[1].at,
                            fmt::format("state `{}` is neither MASTER nor BACKUP", words[1].text),
                            "BACKUP is used");
    draft.state = {InitialState::Backup, words[1].at};
  } else if (const auto value = choice(call)) {
    const auto wanted = value->value == 0 ? InitialState::Master : InitialState::Backup;
    const bool is_kept = draft.state && draft.state->value == InitialState::Master;
    if (draft.state)
      call.findings()
          .warning(call.statement.at(), is_kept ? "`state` is given twice; MASTER counts"
                                                : "`state` is given twice; the last one counts")
          .also(draft.state->at, "the other one is here");
    if (!is_kept) draft.state = {wanted, value->at};
  }
}

void set_interface(Draft& draft, const Call& call) {
  constexpr std::size_t kLongestName = 15;
  auto value = text_word(call);
  if (value && (value->value.empty() || value->value.size() > kLongestName)) {
    call.findings().error(value->at, fmt::format("no interface can be called `{}`", value->value),
                          fmt::format("a name has 1 to {} characters", kLongestName));
    value.reset();
  }
  if (value) draft.interface = std::move(value);
}

void set_vrid(Draft& draft, const Call& call) {
  if (const auto value = integer(call)) draft.vrid = *value;
}

void set_priority(Draft& draft, const Call& call) {
  // A priority that cannot be meant is still one that was given: it is 100, not the owner's 255.
  draft.priority = integer(call).value_or(Given<int>{100, call.statement.value_at()});
}

void set_version(Draft& draft, const Call& call) {
  if (const auto value = choice(call)) draft.version = {value->value == 0 ? 2 : 3, value->at};
}

void add_addresses(const Call& call, std::vector<VirtualAddress>& into, std::vector<Origin>* at) {
  refuse_more_words(call, 1);
  for (const Statement& entry : call.statement.block) {
    if (entry.keyword() == "{") continue;
    if (auto address = read_address(call.context, entry, false)) {
      into.push_back(std::move(*address));
      if (at != nullptr) at->push_back(entry.at());
    }
  }
}

void set_authentication(Draft& draft, const Call& call) {
  static const Handlers<Draft> table = {
      {"auth_type",
       [](Draft& into, const Call& one) {
         if (const auto value = choice(one))
           into.authentication = {
               value->value == 0 ? Authentication::Password : Authentication::Header, value->at};
       }},
      {"auth_pass",
       [](Draft& into, const Call& one) {
         constexpr std::size_t kLongest = 8;
         if (auto value = text_word(one)) {
           if (value->value.size() > kLongest)
             one.findings().warning(
                 value->at, fmt::format("only the first {} bytes of the password count", kLongest),
                 "version 2 has room for no more");
           into.password = std::move(value);
         }
       }},
  };
  read_block(call.context, Block::Authentication, call.statement.block, table, draft);
}

std::optional<std::uint8_t> ttl(const Call& call, const Statement& entry, std::size_t at) {
  if (at >= entry.words.size()) {
    call.findings().error(entry.words.back().at,
                          fmt::format("`{}` needs a value 0..255", entry.words.back().text));
    return std::nullopt;
  }
  const auto value = base::parse_number<std::uint8_t>(entry.words[at].text);
  if (!value)
    call.findings().error(entry.words[at].at,
                          fmt::format("`{}` is outside 0..255", entry.words[at].text),
                          "the bound is ignored");
  return value;
}

void add_peers(Draft& draft, const Call& call) {
  if (!draft.unicast) draft.unicast = call.statement.at();
  for (const Statement& entry : call.statement.block) {
    if (entry.keyword() == "{") continue;
    const std::string& word = entry.keyword();
    const auto address = net::IpAddress::parse(word.substr(0, word.find('/')));
    if (!address) {
      call.findings().error(entry.at(), address.error().what, "the peer is ignored");
      continue;
    }
    if (word.find('/') != std::string::npos)
      call.findings().warning(entry.at(), fmt::format("a peer has no prefix length: {}", word),
                              fmt::format("{} is used", net::to_string(*address)));
    UnicastPeer peer{.address = *address, .at = call.context.sources.place(entry.at())};
    for (std::size_t i = 1; i < entry.words.size(); ++i) {
      const Word& option = entry.words[i];
      if (option.text == "min_ttl")
        peer.min_ttl = ttl(call, entry, ++i);
      else if (option.text == "max_ttl")
        peer.max_ttl = ttl(call, entry, ++i);
      else
        call.findings().error(
            option.at, fmt::format("`{}` is not known behind a peer; it is ignored", option.text),
            "min_ttl N and max_ttl N are; each peer stands on a line of its own");
    }
    // keepalived: bounds make sense only if the sender is known.
    if (peer.min_ttl || peer.max_ttl) draft.check_unicast_source = true;
    draft.peers.push_back(std::move(peer));
    draft.peers_at.push_back(entry.at());
  }
}

void set_source(Draft& draft, const Call& call) {
  const bool is_unicast = call.keyword.name == "unicast_src_ip";
  if (is_unicast && !draft.unicast) draft.unicast = call.statement.at();
  if (const auto value = address(call)) {
    draft.source = *value;
    draft.source_is_unicast = is_unicast;
  }
}

void set_group(Draft& draft, const Call& call) {
  const auto value = address(call);
  if (value && value->value.is_multicast())
    draft.group = *value;
  else if (value)
    call.findings().error(value->at,
                          fmt::format("{} is no multicast address", net::to_string(value->value)),
                          "the line is ignored");
}

void add_routes(Draft& draft, const Call& call) {
  for (const Statement& line : call.statement.block)
    if (line.keyword() != "{")
      if (auto route = read_route(call.context, line, false))
        draft.routes.push_back(std::move(*route));
}

void add_rules(Draft& draft, const Call& call, RulePreferences& preferences) {
  for (const Statement& line : call.statement.block)
    if (line.keyword() != "{")
      if (auto rule = read_rule(call.context, line, false, preferences))
        draft.rules.push_back(std::move(*rule));
}

void set_old_checksum(Draft& draft, const Call& call) {
  const std::vector<Word>& words = call.statement.words;
  draft.old_checksum = OldChecksum::Always;
  if (words.size() < 2) return;
  if (words[1].text == "never")
    draft.old_checksum = OldChecksum::Never;
  else
    call.findings().error(words[1].at, fmt::format("`{}` is not known here", words[1].text),
                          "`never` may stand here; it is ignored");
}

void set_late_timer(Draft& draft, const Call& call) {
  constexpr std::uint8_t kHighest = 254;
  const std::vector<Word>& words = call.statement.words;
  refuse_more_words(call, 2);
  draft.late_timer_backup = kHighest;
  if (words.size() < 2) return;
  const auto value = base::parse_number<std::uint8_t>(words[1].text);
  if (value && *value >= 1 && *value <= kHighest)
    draft.late_timer_backup = value;
  else
    call.findings().error(words[1].at,
                          fmt::format("`{}` is outside 1..{}", words[1].text, kHighest),
                          fmt::format("{} is used", kHighest));
}

void set_extra_announce(Draft& draft, const Call& call) {
  read_extra_announce(call, draft.extra_announce.emplace());
}

template <std::optional<bool> Draft::*Member>
void set_switch(Draft& draft, const Call& call) {
  if (const auto value = on_or_off(call)) draft.*Member = value->value;
}

const Handlers<Draft>& handlers() {
  static const Handlers<Draft> table = {
      {"state", set_state},
      {"interface", set_interface},
      {"virtual_router_id", set_vrid},
      {"priority", set_priority},
      {"version", set_version},
      {"advert_int",
       [](Draft& draft, const Call& call) {
         if (const auto value = seconds(call)) draft.interval = *value;
       }},
      {"virtual_ipaddress",
       [](Draft& draft, const Call& call) {
         add_addresses(call, draft.addresses, &draft.addresses_at);
       }},
      {"virtual_ipaddress_excluded",
       [](Draft& draft, const Call& call) { add_addresses(call, draft.excluded, nullptr); }},
      {"no_virtual_ipaddress", [](Draft& draft, const Call&) { draft.no_addresses_wanted = true; }},
      {"authentication", set_authentication},
      {"unicast_peer", add_peers},
      {"unicast_src_ip", set_source},
      {"mcast_src_ip", set_source},
      {"mcast_dst_ip", set_group},
      {"track_src_ip", [](Draft& draft, const Call&) { draft.track_source = true; }},
      {"check_unicast_src", set_switch<&Draft::check_unicast_source>},
      {"unicast_ttl",
       [](Draft& draft, const Call& call) {
         if (const auto value = integer(call)) draft.unicast_ttl = value->value;
       }},
      {"unicast_fault_no_peer",
       [](Draft& draft, const Call&) { draft.fault_without_peers = true; }},
      {"nopreempt", [](Draft& draft, const Call& call) { draft.nopreempt = call.statement.at(); }},
      {"preempt", [](Draft& draft, const Call&) { draft.nopreempt.reset(); }},
      {"preempt_delay",
       [](Draft& draft, const Call& call) {
         if (const auto value = seconds(call)) draft.preempt_delay = *value;
       }},
      {"down_timer_adverts",
       [](Draft& draft, const Call& call) {
         if (const auto value = integer(call)) draft.down_timer_adverts = value->value;
       }},
      {"track_interface",
       [](Draft& draft, const Call& call) { read_tracked(call, draft.tracked.interfaces); }},
      {"track_script",
       [](Draft& draft, const Call& call) { read_tracked(call, draft.tracked.scripts); }},
      {"track_file",
       [](Draft& draft, const Call& call) { read_tracked(call, draft.tracked.files); }},
      {"track_process",
       [](Draft& draft, const Call& call) { read_tracked(call, draft.tracked.processes); }},
      {"dont_track_primary", [](Draft& draft, const Call&) { draft.track_own_interface = false; }},
      {"lower_prio_no_advert", set_switch<&Draft::lower_priority_no_advert>},
      {"higher_prio_send_advert", set_switch<&Draft::higher_priority_send_advert>},
      {"strict_mode",
       [](Draft& draft, const Call& call) {
         if (const auto value = on_or_off(call)) draft.strict = *value;
       }},
      {"accept",
       [](Draft& draft, const Call& call) {
         draft.accept = {true, call.statement.at()};
       }},
      {"no_accept",
       [](Draft& draft, const Call& call) {
         draft.accept = {false, call.statement.at()};
       }},
      {"skip_check_adv_addr", set_switch<&Draft::skip_check_adv_addr>},
      {"v3_checksum_as_v2", set_switch<&Draft::checksum_as_v2>},
      {"owner_ignore_adverts", set_switch<&Draft::owner_ignores_adverts>},
      {"old_unicast_checksum", set_old_checksum},
      {"timer_expired_backup", set_late_timer},
      {"kernel_rx_buf_size",
       [](Draft& draft, const Call& call) {
         if (const auto value = integer(call))
           draft.receive_buffer = static_cast<std::size_t>(value->value);
       }},
      {"linkbeat_use_polling", [](Draft& draft, const Call&) { draft.polls_link = true; }},
      {"garp_extra_if", set_extra_announce},
      {"vmac_garp_intvl", set_extra_announce},
      {"use_vmac",
       [](Draft& draft, const Call& call) { read_vmac(call, draft.virtual_interface); }},
      {"use_ipvlan",
       [](Draft& draft, const Call& call) { read_ipvlan(call, draft.virtual_interface); }},
      {"use_vmac_addr", [](Draft& draft, const Call&) { draft.vmac_for_addresses = true; }},
      {"vmac_xmit_base",
       [](Draft& draft, const Call& call) { draft.transmits_on_base = call.statement.at(); }},
      {"vrf",
       [](Draft& draft, const Call& call) {
         if (auto value = text_word(call)) draft.vrf = std::move(*value);
       }},
      {"auth_hmac", [](Draft& draft, const Call& call) { read_hmac(call, draft.hmac); }},
      {"track_bfd", [](Draft& draft, const Call& call) { read_tracked(call, draft.tracked.bfd); }},
      {"virtual_routes", add_routes},
      {"promote_secondaries", [](Draft& draft, const Call&) { draft.promote_secondaries = true; }},
      {"smtp_alert", set_switch<&Draft::smtp_alert>},
  };
  return table;
}

}  // namespace

InstanceDraft read_instance(Context& context, const Statement& statement,
                            RulePreferences& preferences) {
  InstanceDraft draft{.name = statement.words[1]};
  read_block(context, Block::Instance, statement.block, [&](const Call& call) {
    const auto handler = handlers().find(call.keyword.name);
    if (handler != handlers().end())
      handler->second(draft, call);
    else if (call.keyword.name == "virtual_rules")
      add_rules(draft, call, preferences);
    else if (!read_announce(call, draft.announce))
      read_notify(call, draft.notify, draft.notify_priority_changes);
  });
  return draft;
}

}  // namespace keepalived
