#include "keepalived/keywords.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "text/place.h"

namespace keepalived {
namespace {

constexpr std::array kBlocks = {
    Block::File,         Block::Globals,   Block::Instance,   Block::Authentication,
    Block::Hmac,         Block::SyncGroup, Block::Script,     Block::TrackFile,
    Block::TrackProcess, Block::Bfd,       Block::TrackGroup, Block::AnnounceGroup,
    Block::Address,      Block::Route,     Block::NextHop,    Block::Rule,
    Block::Peer,         Block::Tracked};

std::string number(double value) {
  return value == static_cast<double>(static_cast<long long>(value))
             ? std::to_string(static_cast<long long>(value))
             : fmt::format("{}", value);
}

std::string_view remark(Status status) {
  switch (status) {
    case Status::Honoured:
      return "";
    case Status::NotYet:
      return "accepted, not supported yet";
    case Status::NoEffect:
    case Status::Silent:
      return "accepted, without effect here";
    case Status::Foreign:
      return "not part of VRRP, skipped";
  }
  return "";
}

std::string entry(const Keyword& keyword) {
  std::string out = fmt::format("  {}", keyword.name);
  if (const std::string wanted = syntax(keyword); !wanted.empty()) out += " " + wanted;
  out += fmt::format("\n      {}", keyword.sentence);
  if (!keyword.default_text.empty()) out += fmt::format(" (default: {})", keyword.default_text);
  if (const auto said = remark(keyword.status); !said.empty()) out += fmt::format(" [{}]", said);
  return out + "\n";
}

}  // namespace

std::string_view name(Block block) {
  switch (block) {
    case Block::File:
      return "outside every block";
    case Block::Globals:
      return "global_defs";
    case Block::Instance:
      return "vrrp_instance";
    case Block::SyncGroup:
      return "vrrp_sync_group";
    case Block::Script:
      return "vrrp_script";
    case Block::TrackFile:
      return "track_file";
    case Block::TrackProcess:
      return "vrrp_track_process";
    case Block::Authentication:
      return "authentication";
    case Block::Hmac:
      return "auth_hmac";
    case Block::Bfd:
      return "bfd_instance";
    case Block::TrackGroup:
      return "track_group";
    case Block::AnnounceGroup:
      return "garp_group";
    case Block::Address:
      return "a line of addresses";
    case Block::Route:
      return "a route";
    case Block::NextHop:
      return "a nexthop";
    case Block::Rule:
      return "a rule";
    case Block::Peer:
      return "a line of unicast_peer";
    case Block::Tracked:
      return "a line of track_*";
  }
  return "";
}

std::span<const Keyword> keywords() {
  static const std::vector<Keyword> all = [] {
    std::vector<Keyword> made(block_keywords().begin(), block_keywords().end());
    made.insert(made.end(), entry_keywords().begin(), entry_keywords().end());
    return made;
  }();
  return all;
}

const Keyword* find_keyword(Block block, std::string_view name) {
  using Key = std::pair<Block, std::string_view>;
  static const std::map<Key, const Keyword*> index = [] {
    std::map<Key, const Keyword*> made;
    for (const Keyword& keyword : keywords())
      made.emplace(Key{keyword.block, keyword.name}, &keyword);
    return made;
  }();
  const auto found = index.find({block, name});
  return found == index.end() ? nullptr : found->second;
}

std::string_view nearest_keyword(Block block, std::string_view word) {
  constexpr std::size_t kLongestKeyword = 48;
  if (word.size() > kLongestKeyword) return {};
  std::vector<std::string_view> candidates;
  for (const Keyword& keyword : keywords())
    if (keyword.block == block) candidates.push_back(keyword.name);
  return text::nearest(word, candidates);
}

std::vector<Block> blocks_that_know(std::string_view word) {
  std::vector<Block> blocks;
  for (const Block block : kBlocks)
    if (find_keyword(block, word) != nullptr) blocks.push_back(block);
  return blocks;
}

std::string syntax(const Keyword& keyword) {
  if (!keyword.arguments.empty()) return std::string(keyword.arguments);
  std::string range = fmt::format("{}..{}", number(keyword.least), number(keyword.most));
  switch (keyword.type) {
    case Type::Flag:
      return "";
    case Type::Switch:
      return "[on|off]";
    case Type::Integer:
      return range;
    case Type::Seconds:
      return fmt::format("SECONDS ({})", range);
    case Type::WholeSeconds:
      return fmt::format("WHOLE-SECONDS ({})", range);
    case Type::Milliseconds:
      return fmt::format("MILLISECONDS ({})", range);
    case Type::Text:
      return "WORD";
    case Type::Words:
      return "WORD…";
    case Type::Address:
      return "ADDRESS";
    case Type::Command:
      return "\"PROGRAM ARGUMENT…\" [USER [GROUP]]";
    case Type::Choice:
      return std::string(keyword.choices);
    case Type::Name:
      return keyword.choices.empty() ? std::string("NUMBER|NAME")
                                     : fmt::format("NUMBER|{}|…", keyword.choices);
    case Type::Weight:
      return range + " [reverse]";
    case Type::Entries:
      return "{ … }";
    case Type::Section:
      return keyword.name == "global_defs" || keyword.name == "authentication" ? "{ … }"
                                                                               : "NAME { … }";
  }
  return "";
}

std::string help() {
  std::string out;
  for (const Block block : kBlocks) {
    out += fmt::format("{}{}\n", out.empty() ? "" : "\n", name(block));
    for (const Keyword& keyword : keywords())
      if (keyword.block == block) out += entry(keyword);
  }
  return out;
}

std::optional<std::string> help(std::string_view word) {
  std::string out;
  for (const Block block : blocks_that_know(word))
    out += fmt::format("{}{}\n{}", out.empty() ? "" : "\n", name(block),
                       entry(*find_keyword(block, word)));
  if (out.empty()) return std::nullopt;
  return out;
}

}  // namespace keepalived
