// Reads the words behind a keyword as the table of keywords wants them. What does not fit becomes a
// finding and no value; the caller keeps the default, as keepalived does.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "keepalived/config.h"
#include "keepalived/findings.h"
#include "keepalived/keywords.h"
#include "keepalived/numbers.h"
#include "keepalived/statements.h"

namespace keepalived {

struct Context {
  Sources& sources;
  Findings& findings;
  Numbers& numbers;
};

// One statement with its entry in the table.
struct Call {
  Context& context;
  const Keyword& keyword;
  const Statement& statement;

  Findings& findings() const { return context.findings; }
  text::Place place() const { return context.sources.place(statement.at()); }
};

// What was written, and where.
template <typename T>
struct Given {
  T value;
  Origin at;
};

std::optional<Given<int>> integer(const Call& call);
std::optional<Given<Duration>> seconds(const Call& call);  // whole ones if the table says so
std::optional<Given<Duration>> milliseconds(const Call& call);
std::optional<Given<std::string>> text_word(const Call& call);
std::optional<Given<net::IpAddress>> address(const Call& call);
// The number of the choice, from 0.
std::optional<Given<std::size_t>> choice(const Call& call);
std::optional<Given<bool>> on_or_off(const Call& call);  // on if nothing is said
std::optional<Command> command(const Call& call);

struct Weight {
  int value = 0;
  std::optional<bool> reverse = {};
};
std::optional<Weight> weight(const Call& call);

// A number in decimal without anything behind it.
std::optional<double> decimal(std::string_view text);
Duration from_seconds(double value);
// "1.5": seconds without needless digits.
std::string in_seconds(Duration value);

// Says that words behind the `expected` first ones (the keyword counts) are not used.
void refuse_more_words(const Call& call, std::size_t expected);

// Goes through the statements of a block: unknown keywords, those without effect, values given
// twice and blocks where none belongs are dealt with here; the rest goes to `apply`.
void read_block(Context& context, Block block, const std::vector<Statement>& statements,
                const std::function<void(const Call&)>& apply);

// The usual `apply`: one function a keyword.
template <typename Target>
using Handlers = std::map<std::string_view, void (*)(Target&, const Call&)>;

template <typename Target>
void read_block(Context& context, Block block, const std::vector<Statement>& statements,
                const Handlers<Target>& handlers, Target& target) {
  read_block(context, block, statements, [&](const Call& call) {
    const auto handler = handlers.find(call.keyword.name);
    if (handler != handlers.end()) handler->second(target, call);
  });
}

}  // namespace keepalived
