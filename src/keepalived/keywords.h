// Every keyword of keepalived.conf that concerns VRRP, in one table: the reader takes ranges and
// meaning from it, `holdfastd --help-config` its text, the documentation its tables.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace keepalived {

enum class Block {
  File,  // outside every block
  Globals,
  Instance,
  SyncGroup,
  Script,
  TrackFile,
  TrackProcess,
  Authentication,
  Hmac,
  Bfd,
  TrackGroup,
  AnnounceGroup,
  // Lines within blocks: the words that may stand in one.
  Address,
  Route,
  NextHop,
  Rule,
  Peer,
  Tracked,
};
std::string_view name(Block block);  // as it is opened: "vrrp_instance NAME"

enum class Type {
  Flag,     // nothing
  Switch,   // nothing or on|off|true|false|yes|no
  Integer,  // within the range
  Seconds,  // decimal, within the range
  WholeSeconds,
  Milliseconds,  // decimal
  Text,          // one word
  Words,         // one or more words
  Address,       // IP address
  Command,       // "PROGRAM ARGUMENTS" [USER [GROUP]]
  Choice,        // one of Keyword::choices
  Name,          // a number, or a name of iproute2 as Keyword::choices
  Weight,        // within the range, and perhaps `reverse`
  Entries,       // a block of lines
  Section,       // a block of keywords
};

enum class Status {
  Honoured,
  NotYet,    // accepted; its effect is not there yet, which is said once
  NoEffect,  // accepted and without meaning here, which is said once
  Silent,    // accepted and without meaning here, and so usual that nothing is said
  Foreign,   // a block of another part of keepalived, skipped with one notice
};

struct Keyword {
  Block block = Block::File;
  std::string_view name;
  Type type = Type::Flag;
  std::string_view arguments = {};  // what follows, where the type does not say it
  double least = 0;                 // of Integer, Seconds, Weight and their likes
  double most = 0;
  std::string_view choices = {};  // of Choice, with '|' between them
  std::string_view default_text = {};
  std::string_view sentence = {};
  Status status = Status::Honoured;
  bool repeats = false;  // may stand in its block more than once
};

// In the order of the blocks.
std::span<const Keyword> keywords();
// Nothing for an unknown word.
const Keyword* find_keyword(Block block, std::string_view name);
// The known word of this block that looks most like this one; empty if none does.
std::string_view nearest_keyword(Block block, std::string_view word);
// Blocks in which a word of this name would be known.
std::vector<Block> blocks_that_know(std::string_view word);

// The two parts of the table, for keywords().
std::span<const Keyword> block_keywords();
std::span<const Keyword> entry_keywords();

// "1..255", "on|off", "ADDRESS": what may stand behind the keyword.
std::string syntax(const Keyword& keyword);

// The text of --help-config, whole or for one keyword (all its blocks). Nothing if there is none of
// that name.
std::string help();
std::optional<std::string> help(std::string_view word);

}  // namespace keepalived
