// Blocks about interfaces and about what is static: garp_group, interface_up_down_delays,
// linkbeat_interfaces, track_group.
#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "keepalived/drafts.h"

namespace keepalived {
namespace {

// The words of all lines of a block.
std::vector<Word> all_words(const std::vector<Statement>& block) {
  std::vector<Word> out;
  for (const Statement& line : block)
    for (const Word& word : line.words)
      if (word.text != "{") out.push_back(word);
  return out;
}

// 0..255 seconds.
std::optional<Duration> delay(Context& context, const Word& word) {
  constexpr double kMost = 255;
  const auto value = decimal(word.text);
  if (value && *value >= 0 && *value <= kMost) return from_seconds(*value);
  context.findings.error(word.at, fmt::format("delay `{}` is outside 0..{}", word.text, kMost),
                         "the line is ignored");
  return std::nullopt;
}

}  // namespace

TrackGroupDraft read_track_group(Context& context, const Statement& statement) {
  TrackGroupDraft draft{.name = statement.words[1]};
  read_block(context, Block::TrackGroup, statement.block, [&](const Call& call) {
    for (Word& word : all_words(call.statement.block)) draft.members.push_back(std::move(word));
  });
  return draft;
}

std::optional<AnnounceGroup> read_announce_group(Context& context, const Statement& statement) {
  AnnounceGroup group{.at = context.sources.place(statement.at())};
  read_block(context, Block::AnnounceGroup, statement.block, [&](const Call& call) {
    const std::string_view name = call.keyword.name;
    if (name == "interface") {
      if (auto value = text_word(call)) group.interfaces.push_back(std::move(value->value));
    } else if (name == "interfaces") {
      for (Word& word : all_words(call.statement.block))
        group.interfaces.push_back(std::move(word.text));
    } else if (const auto value = seconds(call)) {
      (name == "garp_interval" ? group.garp_interval : group.gna_interval) = value->value;
    }
  });
  if (group.garp_interval || group.gna_interval) return group;
  context.findings.error(statement.at(), "the garp_group limits nothing",
                         "add garp_interval or gna_interval; the block is ignored");
  return std::nullopt;
}

void read_delays(Context& context, const Statement& statement, std::vector<InterfaceDelay>& into) {
  for (const Statement& line : statement.block) {
    if (line.keyword() == "{") continue;
    if (line.words.size() < 2 || line.words.size() > 3) {
      context.findings.error(line.at(), fmt::format("`{}` wants one or two delays", line.keyword()),
                             "write INTERFACE DOWN [UP]; the line is ignored");
      continue;
    }
    const auto down = delay(context, line.words[1]);
    // The manual of keepalived says: as DOWN. What it does is this.
    const auto up = line.words.size() == 3 ? delay(context, line.words[2]) : Duration{};
    if (down && up)
      into.push_back({.interface = line.keyword(),
                      .down = *down,
                      .up = *up,
                      .at = context.sources.place(line.at())});
  }
}

void read_polled(Context& context, const Statement& statement, std::vector<PolledInterface>& into) {
  using Method = PolledInterface::Method;
  static const std::map<std::string_view, Method> methods = {
      {"MII", Method::Mii}, {"ETHTOOL", Method::Ethtool}, {"IOCTL", Method::Ioctl}};
  for (const Statement& line : statement.block) {
    if (line.keyword() == "{") continue;
    PolledInterface polled{.interface = line.keyword(), .at = context.sources.place(line.at())};
    if (line.words.size() > 1) {
      const auto method = methods.find(line.words[1].text);
      if (method != methods.end())
        polled.method = method->second;
      else
        context.findings.error(
            line.words[1].at,
            fmt::format("`{}` is not one of MII, ETHTOOL, IOCTL", line.words[1].text),
            "the first one that works is taken");
    }
    into.push_back(std::move(polled));
  }
}

}  // namespace keepalived
