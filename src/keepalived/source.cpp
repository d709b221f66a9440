#include "keepalived/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace keepalived {
namespace {

constexpr std::size_t kMostUses = 200'000;

}  // namespace

std::uint32_t Sources::add(std::string name, std::string text, const Origin& included_at) {
  File file{
      .name = std::move(name), .text = std::move(text), .starts = {}, .included_at = included_at};
  for (std::size_t start = 0; start < file.text.size();) {
    file.starts.push_back(start);
    const std::size_t feed = file.text.find('\n', start);
    start = feed == std::string::npos ? file.text.size() : feed + 1;
  }
  files_.push_back(std::move(file));
  return static_cast<std::uint32_t>(files_.size() - 1);
}

std::string_view Sources::line(std::uint32_t file, std::size_t number) const {
  const File& from = files_[file];
  if (number == 0 || number > from.starts.size()) return {};
  const std::size_t start = from.starts[number - 1];
  const std::size_t end = number < from.starts.size() ? from.starts[number] : from.text.size();
  std::string_view line = std::string_view(from.text).substr(start, end - start);
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

text::Place Sources::spot(const Origin& origin) const {
  std::string text(line(origin.file, origin.line));
  if (const auto secrets = hidden_.find({origin.file, origin.line}); secrets != hidden_.end())
    for (const auto& [column, length] : secrets->second)
      for (std::size_t i = column - 1; i < column - 1 + length; ++i)
        if (i < text.size()) text[i] = '*';
  return text::place_in_line(files_[origin.file].name, text, origin.line, origin.column,
                             origin.length);
}

text::Place Sources::place(const Origin& origin) const {
  text::Place place = spot(origin);
  place.use = way(origin);
  return place;
}

std::uint32_t Sources::add_use(std::string_view macro, Origin at) {
  at.round = 0;  // said by the word itself
  if (uses_.size() >= kMostUses) return at.use;
  const auto next = static_cast<std::uint32_t>(uses_.size() + 1);
  const auto [known, is_new] =
      known_uses_.emplace(std::tuple(at.file, at.line, at.column, at.use), next);
  if (is_new) uses_.push_back({std::string(macro), at});
  return known->second;
}

std::uint32_t Sources::add_loop(const Origin& at, std::size_t rounds,
                                std::function<std::string(std::size_t)> describe) {
  const std::uint32_t first = rounds_ + 1;
  loops_.push_back({at, first, std::move(describe)});
  rounds_ += static_cast<std::uint32_t>(rounds);
  return first;
}

void Sources::hide(const Origin& secret) {
  bool is_new = hidden_[{secret.file, secret.line}].emplace(secret.column, secret.length).second;
  // It may be what a loop gives.
  for (std::uint32_t round = secret.round; round != 0;) {
    Loop& loop = loops_[static_cast<std::size_t>(&loop_of(round) - loops_.data())];
    is_new = is_new || !loop.is_secret;
    loop.is_secret = true;
    hidden_[{loop.at.file, loop.at.line}].emplace(loop.at.column, loop.at.length);
    round = loop.at.round;
  }
  if (!is_new) return;
  ways_.clear();  // they may show it
  ways_of_rounds_.clear();
}

const Sources::Loop& Sources::loop_of(std::uint32_t round) const {
  const auto after =
      std::upper_bound(loops_.begin(), loops_.end(), round,
                       [](std::uint32_t wanted, const Loop& l) { return wanted < l.first_round; });
  return *std::prev(after);
}

const std::shared_ptr<const text::Use>& Sources::way(const Origin& origin) const {
  const std::tuple key(origin.file, origin.use, origin.round);
  const auto known = ways_.find(key);
  return known != ways_.end() ? known->second : ways_.emplace(key, new_way(origin)).first->second;
}

// From the innermost macro outwards, then the loops, then the include.
std::shared_ptr<const text::Use> Sources::new_way(const Origin& origin) const {
  if (origin.use == 0)
    return origin.round != 0 ? way_of_round(origin.round) : way_of_file(origin.file);
  const MacroUse& used = uses_[origin.use - 1];
  text::Place at = spot(used.at);
  Origin next = used.at;
  next.round = origin.round;
  at.use = way(next);
  return std::make_shared<text::Use>(
      text::Use{fmt::format("{} is used here", used.macro), std::move(at)});
}

const std::shared_ptr<const text::Use>& Sources::way_of_round(std::uint32_t round) const {
  if (const auto known = ways_of_rounds_.find(round); known != ways_of_rounds_.end())
    return known->second;
  const Loop& loop = loop_of(round);
  text::Place at = spot(loop.at);
  at.use = loop.at.round != 0 ? way_of_round(loop.at.round) : way_of_file(loop.at.file);
  std::string what =
      loop.is_secret ? std::string("in a round of this loop")
                     : fmt::format("in the round with {}", loop.describe(round - loop.first_round));
  auto made = std::make_shared<text::Use>(text::Use{std::move(what), std::move(at)});
  return ways_of_rounds_.emplace(round, std::move(made)).first->second;
}

std::shared_ptr<const text::Use> Sources::way_of_file(std::uint32_t file) const {
  const Origin& from = files_[file].included_at;
  if (from.line == 0) return nullptr;
  text::Place at = spot(from);
  at.text.clear();  // the line says no more than this note
  at.use = way(from);
  return std::make_shared<text::Use>(text::Use{"included here", std::move(at)});
}

}  // namespace keepalived
