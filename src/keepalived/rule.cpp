// A line of virtual_rules or static_rules: the words of `ip rule`, and keepalived's own.
#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "keepalived/drafts.h"
#include "keepalived/entry.h"
#include "keepalived/tunnel.h"

namespace keepalived {
namespace {

// "10-20", or one number twice.
template <typename T>
std::optional<std::pair<T, T>> range(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto first = base::parse_number<T>(text.substr(0, dash));
  const auto last =
      dash == std::string_view::npos ? first : base::parse_number<T>(text.substr(dash + 1));
  if (!first || !last || *first > *last) return std::nullopt;
  return std::pair(*first, *last);
}

class RuleReader {
 public:
  RuleReader(Entry& entry, bool is_static) : entry_(entry), is_static_(is_static) {}

  std::optional<Rule> read(RulePreferences& preferences) {
    while (!entry_.is_at_end() && !entry_.is_wrong()) {
      const Word& word = entry_.take();
      const auto handler = handlers().find(word.text);
      if (handler != handlers().end())
        handler->second(*this, word);
      else
        entry_.unknown(word);
    }
    if (!entry_.is_wrong()) check();
    if (entry_.is_wrong()) return std::nullopt;
    rule_.family = family_.value_or(net::Family::Ipv4);
    if (!rule_.preference) take_preference(preferences);
    return std::move(rule_);
  }

 private:
  using Handlers = EntryHandlers<RuleReader>;
  static const Handlers& handlers();

  Findings& findings() { return entry_.context().findings; }

  bool claim(net::Family family, const Word& at) {
    if (family_ && *family_ != family) {
      entry_.wrong(at, fmt::format("`{}` is {}, and the rule {}", at.text, net::name(family),
                                   net::name(*family_)));
      return false;
    }
    family_ = family;
    return true;
  }

  void selector(const Word& key, std::optional<net::Prefix>& into) {
    const Word* word = entry_.value(key);
    if (word == nullptr) return;
    into.reset();
    if (word->text == "all" || word->text == "any" || word->text == "default") return;
    const auto prefix = prefix_of(word->text);
    if (!prefix)
      entry_.wrong(*word, fmt::format("`{}` is no network", word->text));
    else if (claim(prefix->address().family(), *word) && prefix->length() > 0)
      into = *prefix;  // 0.0.0.0/0 and ::/0 are all there is
  }

  void act(Rule::Action action, const Word& at) {
    if (action_)
      entry_.wrong(at, fmt::format("`{}` is a second action; a rule has one", at.text))
          .also(*action_, "the other one is here");
    action_ = at.at;
    rule_.action = action;
  }

  void lookup(const Word& key) {
    const auto table = entry_.named(key, Named::Table);
    if (!table) return;
    if (*table == 0) entry_.wrong(key, "there is no routing table 0");
    rule_.table = *table;
    act(Rule::Action::Table, key);
  }

  void jump(const Word& key) {
    const auto target = entry_.number(key);
    if (!target) return;
    rule_.target = static_cast<std::uint32_t>(*target);
    act(Rule::Action::Goto, key);
  }

  void mark(const Word& key) {
    const Word* word = entry_.value(key);
    if (word == nullptr) return;
    constexpr std::uint64_t kMost = 0xffffffff;
    const std::size_t slash = word->text.find('/');
    const auto value = any_base(std::string_view(word->text).substr(0, slash));
    const auto mask = slash == std::string::npos
                          ? std::optional<std::uint64_t>(kMost)
                          : any_base(std::string_view(word->text).substr(slash + 1));
    if (!value || *value > kMost || !mask || *mask > kMost) {
      entry_.wrong(*word, fmt::format("fwmark `{}` is not MARK or MARK/MASK", word->text));
      return;
    }
    rule_.mark = static_cast<std::uint32_t>(*value);
    if (slash != std::string::npos) rule_.mark_mask = static_cast<std::uint32_t>(*mask);
  }

  template <typename T>
  void read_range(const Word& key, std::optional<std::pair<T, T>>& into) {
    const Word* word = entry_.value(key);
    if (word == nullptr) return;
    into = range<T>(word->text);
    if (!into)
      entry_.wrong(*word, fmt::format("{} `{}` is no range", key.text, word->text), "write 10-20");
  }

  void check() {
    if (!action_) {
      entry_.wrong(entry_.first(), "the rule does nothing", "add `table NAME` or another action");
      return;
    }
    if (rule_.action == Rule::Action::Goto &&
        (!rule_.preference || *rule_.preference >= rule_.target))
      entry_.wrong(entry_.first(), "goto leads backwards",
                   "give the rule a preference below its target");
    if (rule_.action != Rule::Action::Table && table_option_ != nullptr)
      entry_.wrong(*table_option_,
                   fmt::format("`{}` needs an action with a table", table_option_->text));
    if (rule_.track && rule_.protocol != kRouteProtocol) {
      findings().warning(protocol_at_,
                         fmt::format("a rule that is watched has protocol {}", kRouteProtocol),
                         "add `no_track` to give it another one");
      rule_.protocol = kRouteProtocol;
    }
    if (!rule_.track_group.empty() && rule_.input.empty()) {
      findings().error(entry_.first().at, "a rule in a track_group needs `iif`",
                       "its track_group is ignored");
      rule_.track_group.clear();
    }
  }

  void take_preference(RulePreferences& preferences) {
    std::uint32_t& next =
        rule_.family == net::Family::Ipv4 ? preferences.next_ipv4 : preferences.next_ipv6;
    rule_.preference = next--;
    findings().warning(entry_.first().at, "the rule has no preference",
                       fmt::format("{} is used, which is hardly what you want", *rule_.preference));
  }

  Entry& entry_;
  bool is_static_;
  Rule rule_;
  std::optional<net::Family> family_;
  std::optional<Origin> action_;
  const Word* table_option_ = nullptr;
  Origin protocol_at_ = {};
};

const RuleReader::Handlers& RuleReader::handlers() {
  using R = RuleReader;
  using enum Rule::Action;
  static const Handlers table = {
      {"inet", [](R& r, const Word& w) { r.claim(net::Family::Ipv4, w); }},
      {"inet6", [](R& r, const Word& w) { r.claim(net::Family::Ipv6, w); }},
      {"from", [](R& r, const Word& w) { r.selector(w, r.rule_.from); }},
      {"to", [](R& r, const Word& w) { r.selector(w, r.rule_.to); }},
      {"not", [](R& r, const Word&) { r.rule_.negated = true; }},
      {"table", [](R& r, const Word& w) { r.lookup(w); }},
      {"lookup", [](R& r, const Word& w) { r.lookup(w); }},
      {"goto", [](R& r, const Word& w) { r.jump(w); }},
      {"type", [](R&, const Word&) {}},
      {"nop", [](R& r, const Word& w) { r.act(Nop, w); }},
      {"blackhole", [](R& r, const Word& w) { r.act(Blackhole, w); }},
      {"unreachable", [](R& r, const Word& w) { r.act(Unreachable, w); }},
      {"prohibit", [](R& r, const Word& w) { r.act(Prohibit, w); }},
      {"l3mdev",
       [](R& r, const Word& w) {
         r.act(Rule::Action::Table, w);
         r.rule_.l3mdev = true;
         r.rule_.table = 0;
       }},
      {"preference",
       [](R& r, const Word& w) {
         if (const auto value = r.entry_.number(w))
           r.rule_.preference = static_cast<std::uint32_t>(*value);
       }},
      {"tos",
       [](R& r, const Word& w) {
         if (const auto tos = r.entry_.named(w, Named::Tos))
           r.rule_.tos = static_cast<std::uint8_t>(*tos);
       }},
      {"fwmark", [](R& r, const Word& w) { r.mark(w); }},
      {"realms",
       [](R& r, const Word& w) {
         if (!r.claim(net::Family::Ipv4, w)) return;
         r.table_option_ = &w;
         r.rule_.realms = read_realms(r.entry_, w);
       }},
      {"suppress_prefixlength",
       [](R& r, const Word& w) {
         r.table_option_ = &w;
         if (const auto value = r.entry_.number(w))
           r.rule_.suppress_prefix_length = static_cast<std::uint32_t>(*value);
       }},
      {"suppress_ifgroup",
       [](R& r, const Word& w) {
         r.table_option_ = &w;
         r.rule_.suppress_group = r.entry_.named(w, Named::Group);
       }},
      {"iif",
       [](R& r, const Word& w) {
         if (auto name = r.entry_.interface(w)) r.rule_.input = std::move(*name);
       }},
      {"oif",
       [](R& r, const Word& w) {
         if (auto name = r.entry_.interface(w)) r.rule_.output = std::move(*name);
       }},
      {"tunnel-id", [](R& r, const Word& w) { r.rule_.tunnel = r.entry_.number(w); }},
      {"uidrange", [](R& r, const Word& w) { r.read_range(w, r.rule_.users); }},
      {"sport", [](R& r, const Word& w) { r.read_range(w, r.rule_.source_ports); }},
      {"dport", [](R& r, const Word& w) { r.read_range(w, r.rule_.destination_ports); }},
      {"protocol",
       [](R& r, const Word& w) {
         r.protocol_at_ = w.at;
         if (const auto value = r.entry_.named(w, Named::Protocol))
           r.rule_.protocol = static_cast<std::uint8_t>(*value);
       }},
      {"ipproto",
       [](R& r, const Word& w) {
         const Word* word = r.entry_.value(w);
         if (word == nullptr) return;
         r.rule_.ip_protocol = ip_protocol(word->text);
         if (!r.rule_.ip_protocol)
           r.entry_.wrong(*word, fmt::format("there is no IP protocol `{}`", word->text),
                          "write a number 0..255, tcp, udp, …");
       }},
      {"no_track", [](R& r, const Word&) { r.rule_.track = false; }},
      {"track_group",
       [](R& r, const Word& w) {
         if (auto group = read_track_group(r.entry_, w, r.is_static_))
           r.rule_.track_group = std::move(*group);
       }},
  };
  static const Handlers with_synonyms = [] {
    Handlers all = table;
    all.emplace("order", table.at("preference"));
    all.emplace("priority", table.at("preference"));
    all.emplace("dsfield", table.at("tos"));
    all.emplace("sup_pl", table.at("suppress_prefixlength"));
    all.emplace("sup_group", table.at("suppress_ifgroup"));
    all.emplace("dev", table.at("iif"));
    return all;
  }();
  return with_synonyms;
}

}  // namespace

std::optional<Rule> read_rule(Context& context, const Statement& line, bool is_static,
                              RulePreferences& preferences) {
  Entry entry(context, line, Block::Rule, "the rule is left out");
  auto rule = RuleReader(entry, is_static).read(preferences);
  if (rule) rule->at = context.sources.place(line.at());
  return rule;
}

}  // namespace keepalived
