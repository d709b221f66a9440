#include "keepalived/keyword_pages.h"

#include <fmt/format.h>

#include <algorithm>

#include "keepalived/keywords.h"

namespace keepalived {
namespace {

// What stands around the lists of keywords, in both pages.
struct Section {
  std::string_view title;
  std::string_view text;
};
constexpr Section kLanguage[] = {
    {"Words",
     "A line is a keyword and its words. # and ! begin a comment unless they are quoted or "
     "escaped. "
     "Quotes of either kind keep words together, and pieces that touch are one word. \\\\n, \\\\t, "
     "\\\\xHH, \\\\NNN and \\\\cC name characters; a backslash takes the meaning from any other "
     "one. A "
     "line has up to 65536 bytes."},
    {"Blocks",
     "{ stands on the line of its keyword or on the next one, } where the block ends, also on the "
     "same line."},
    {"Other files",
     "`include FILE` reads another file, whose path is relative to this one, or all that match a "
     "pattern. includer, includem, includew, includeb and includea make a file that is not there "
     "an error, as include_check does for all that follow."},
    {"Conditions",
     "`@ID` in front of a line: only where the configuration's id is ID (-i; otherwise the short "
     "host name). `@^ID`: only where it is not."},
    {"Macros",
     "`$NAME=value` defines one, $NAME followed by white space or ${NAME} uses it, at which time "
     "what it holds is replaced in turn. A value goes on in the next line after a backslash. Built "
     "in are ${_PWD}, ${_INSTANCE}, ${_HASH}, ${_BANG}, ${_ENV NAME} and ${_RANDOM [LEAST "
     "[MOST]]}. Macros nest up to 32 deep, and a line grows to 65536 bytes at most."},
    {"Loops",
     "`~SEQ(NAME, [FIRST, [STEP,]] LAST) line` repeats the line with NAME counting, ~SEQx in "
     "hexadecimal; `~LST(NAME, a, b) line` and `~LST({N, M}, {a, b}, {c, d}) line` with the "
     "values of a list. Several on a line nest. At most 2,000,000 lines come of a configuration."},
};

// A bar ends a cell of a table.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
  return out;
}

// In roff a backslash and a point at the beginning of a line mean something, and a hyphen is one.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
  }
  return out.starts_with('.') || out.starts_with('\'') ? "\\&" + out : out;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '\\') ++i;
    out += text[i];
  }
  return out;
}

std::string title_of(Block block) {
  return block == Block::File ? "Outside every block" : std::string(name(block));
}

// In the order in which the table has them.
std::vector<Block> blocks() {
  std::vector<Block> out;
  for (const Keyword& keyword : keywords())
    if (std::ranges::find(out, keyword.block) == out.end()) out.push_back(keyword.block);
  return out;
}

}  // namespace

std::string keyword_page() {
  std::string out =
      "# The keywords of keepalived.conf\n\n"
      "Written from the table that the reader uses (`src/keepalived/keyword_table.cpp`); "
      "`holdfastd --help-config[=KEYWORD]` says\nthe same, and which of them have no effect (yet). "
      "Where holdfastd differs from keepalived "
      "on purpose is in [keepalived.md](keepalived.md).\n";
  for (const Section& section : kLanguage)
    out += fmt::format("\n**{}.** {}\n", section.title, unescaped(section.text));
  for (const Block block : blocks()) {
    out +=
        fmt::format("\n## {}\n\n| keyword | default | meaning |\n|---|---|---|\n", title_of(block));
    for (const Keyword& keyword : keywords()) {
      if (keyword.block != block) continue;
      const std::string wanted = syntax(keyword);
      out += fmt::format("| `{}{}{}` | {} | {} |\n", keyword.name, wanted.empty() ? "" : " ",
                         cell(wanted), cell(keyword.default_text), cell(keyword.sentence));
    }
  }
  return out;
}

std::string manual_page() {
  std::string out =
      ".TH HOLDFAST\\-KEEPALIVED.CONF 5\n.SH NAME\n"
      "holdfast\\-keepalived.conf \\- the configuration of holdfastd(8)\n.SH DESCRIPTION\n"
      "holdfastd reads the files that keepalived reads. "
      "What of it has no effect is said by holdfastd \\-\\-help\\-config and by holdfastd \\-t.\n";
  for (const Section& section : kLanguage)
    out += fmt::format(".SS {}\n{}\n", section.title, roff(unescaped(section.text)));
  for (const Block block : blocks()) {
    out += fmt::format(".SH {}\n", roff(title_of(block)));
    for (const Keyword& keyword : keywords()) {
      if (keyword.block != block) continue;
      const std::string wanted = syntax(keyword);
      out += fmt::format(".TP\n.B {}{}{}\n{}", roff(keyword.name), wanted.empty() ? "" : " ",
                         roff(wanted), roff(keyword.sentence));
      if (!keyword.default_text.empty())
        out += fmt::format(" (default: {})", roff(keyword.default_text));
      out += '\n';
    }
  }
  return out + ".SH SEE ALSO\n.BR holdfastd (8)\n";
}

}  // namespace keepalived
