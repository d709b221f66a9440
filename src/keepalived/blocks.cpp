// What is the same in every block: known and unknown keywords, values given twice.
#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "keepalived/values.h"

namespace keepalived {
namespace {

void report_unknown(Context& context, Block block, const Statement& statement) {
  const std::string& word = statement.keyword();
  if (word == "{") return;  // a block without a keyword, which was reported
  std::string hint;
  if (block == Block::Globals && word == "lvs_id") {
    hint = "keepalived dropped it long ago; `router_id` took its place";
  } else if (context.findings.is_full()) {
    hint.clear();
  } else if (const std::string_view near = nearest_keyword(block, word); !near.empty()) {
    hint = fmt::format("did you mean `{}`?", near);
  } else if (const std::vector<Block> others = blocks_that_know(word); !others.empty()) {
    hint = fmt::format("`{}` belongs {}", word,
                       others.front() == Block::File ? std::string(name(Block::File))
                                                     : fmt::format("in {}", name(others.front())));
  }
  context.findings.warning(
      statement.at(),
      fmt::format(
          "unknown keyword `{}`{}{}", word,
          block == Block::File ? std::string() : fmt::format(" in {}", name(block)),
          statement.has_block ? std::string_view("; its block is skipped") : std::string_view("")),
      std::move(hint));
}

// What a keyword without effect says, once however often it stands there.
void report_status(const Call& call) {
  const Keyword& keyword = call.keyword;
  const Origin& at = call.statement.at();
  switch (keyword.status) {
    case Status::Honoured:
    case Status::Silent:
      return;
    case Status::NotYet:
      if (call.findings().is_first(keyword.name))
        call.findings().warning(at, fmt::format("`{}` is not supported yet", keyword.name),
                                fmt::format("it is read and has no effect: {}", keyword.sentence));
      return;
    case Status::NoEffect:
      if (call.findings().is_first(keyword.name))
        call.findings().note(at, fmt::format("`{}` has no effect here", keyword.name),
                             std::string(keyword.sentence));
      return;
    case Status::Foreign:
      if (call.findings().is_first(keyword.name))
        call.findings().note(
            at, fmt::format("`{}` is skipped: it is no part of VRRP", keyword.name),
            keyword.block == Block::File ? "keepalived itself can serve it, started with --check"
                                         : "");
      return;
  }
}

bool has_right_shape(const Call& call) {
  const bool wants_block = call.keyword.type == Type::Entries || call.keyword.type == Type::Section;
  if (wants_block == call.statement.has_block) return true;
  if (wants_block) {
    call.findings().error(call.statement.at(), fmt::format("`{}` has no block", call.keyword.name),
                          fmt::format("write `{} {}`", call.keyword.name, syntax(call.keyword)));
    return false;
  }
  call.findings().error(call.statement.open,
                        fmt::format("`{}` takes no block; it is skipped", call.keyword.name));
  return true;
}

}  // namespace

void read_block(Context& context, Block block, const std::vector<Statement>& statements,
                const std::function<void(const Call&)>& apply) {
  std::map<const Keyword*, Origin> seen;
  for (const Statement& statement : statements) {
    const Keyword* keyword = find_keyword(block, statement.keyword());
    if (keyword == nullptr) {
      report_unknown(context, block, statement);
      continue;
    }
    const Call call{.context = context, .keyword = *keyword, .statement = statement};
    report_status(call);
    if (keyword->status == Status::Foreign || !has_right_shape(call)) continue;
    if (keyword->type != Type::Entries && !keyword->repeats && block != Block::File) {
      const auto [before, is_new] = seen.emplace(keyword, statement.at());
      // Of two scripts or versions keepalived takes the first, of other values the last.
      const bool is_kept = (keyword->type == Type::Command && block != Block::Script) ||
                           (keyword->name == "version" && block == Block::Instance);
      if (!is_new) {
        context.findings
            .warning(statement.at(), fmt::format("`{}` is given twice; the {} one counts",
                                                 keyword->name, is_kept ? "first" : "last"))
            .also(before->second, "the other one is here");
        if (is_kept) continue;
        before->second = statement.at();
      }
    }
    if (keyword->type == Type::Flag) refuse_more_words(call, 1);
    apply(call);
  }
}

}  // namespace keepalived
