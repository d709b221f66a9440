// One line of a block of lines: an address, a route, a rule, a key. Its words are taken from left
// to right; what they may be stands in the table of keywords, as for blocks.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "keepalived/numbers.h"
#include "keepalived/values.h"

namespace keepalived {

class Entry {
 public:
  // `left_out`: what becomes of the line if a word is wrong, "the route is left out".
  Entry(Context& context, const Statement& statement, Block block, std::string_view left_out)
      : context_(context), words_(statement.words), block_(block), left_out_(left_out) {}

  bool is_at_end() const { return at_ >= words_.size(); }
  // The next word, which there must be.
  const Word& peek() const { return words_[at_]; }
  const Word& take() { return words_[at_++]; }
  // Takes the next word if it is this one.
  bool skip(std::string_view word);
  const Word& first() const { return words_.front(); }
  Context& context() { return context_; }

  // What follows the key just taken. Nothing, with an error, if there is nothing or it does not
  // fit.
  const Word* value(const Word& key);
  std::optional<std::uint64_t> number(const Word& key);  // within the range of the table
  std::optional<std::uint32_t> named(const Word& key, Named kind);
  std::optional<net::IpAddress> address(const Word& key);
  std::optional<std::string> interface(const Word& key);

  // An error that costs the line.
  Findings::Remark wrong(const Word& at, std::string what, std::string hint = {});
  void unknown(const Word& word);  // with the nearest word that is known
  bool is_wrong() const { return is_wrong_; }

 private:
  Context& context_;
  const std::vector<Word>& words_;
  Block block_;
  std::string_view left_out_;
  std::size_t at_ = 0;
  bool is_wrong_ = false;
};

// The usual `switch` over keys: one function a word.
template <typename Reader>
using EntryHandlers = std::map<std::string_view, void (*)(Reader&, const Word&)>;

// "10.0.0.0/8", "2001:db8::/32", or a host. The length counts, and so do host bits.
std::optional<net::Prefix> prefix_of(std::string_view text);

}  // namespace keepalived
