// ADDRESS[/LENGTH] with the words of `ip address add` behind it.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "base/text.h"
#include "keepalived/drafts.h"

namespace keepalived {
namespace {

constexpr std::size_t kLongestName = 15;  // IFNAMSIZ of the kernel, without its zero

struct Scope {
  std::string_view name;
  std::uint8_t value;
};
// The numbers of rtnetlink(7).
constexpr std::array<Scope, 5> kScopes = {
    {{"global", 0}, {"site", 200}, {"link", 253}, {"host", 254}, {"nowhere", 255}}};

std::optional<std::uint8_t> scope_number(std::string_view word) {
  for (const Scope& scope : kScopes)
    if (scope.name == word) return scope.value;
  return base::parse_number<std::uint8_t>(word);
}

std::optional<net::Prefix> prefix(Context& context, const Word& word) {
  const std::size_t slash = word.text.find('/');
  const auto address = net::IpAddress::parse(std::string_view(word.text).substr(0, slash));
  if (!address) {
    context.findings.error(word.at, address.error().what,
                           "an entry begins with ADDRESS or ADDRESS/LENGTH; this one is ignored");
    return std::nullopt;
  }
  int length = address->bits();
  if (slash != std::string::npos) {
    const auto number = base::parse_number<int>(std::string_view(word.text).substr(slash + 1));
    if (number && *number >= 0 && *number <= address->bits()) {
      length = *number;
    } else {
      Origin at = word.at;
      if (!word.quoted) {
        at.column += static_cast<std::uint32_t>(slash + 1);
        at.length =
            static_cast<std::uint32_t>(std::max<std::size_t>(word.text.size() - slash, 2)) - 1;
      }
      context.findings.error(
          at,
          fmt::format("prefix length `{}` is outside 0..{}", word.text.substr(slash + 1), length),
          fmt::format("/{} is used", length));
    }
  }
  return net::Prefix::from(*address, length).value();
}

// Goes through the words behind the address.
class AddressWords {
 public:
  AddressWords(Context& context, const Statement& entry, bool is_static, VirtualAddress& into)
      : context_(context), words_(entry.words), is_static_(is_static), into_(into) {}

  void read() {
    for (at_ = 1; at_ < words_.size(); ++at_) read_one(words_[at_]);
  }

 private:
  void read_one(const Word& word) {
    const std::string& key = word.text;
    if (key == "use_vmac")
      into_.use_vmac = true;
    else if (key == "home")
      into_.home = true;
    else if (key == "-nodad")
      into_.duplicate_detection = true;
    else if (key == "mngtmpaddr")
      into_.manage_temporary = true;
    else if (key == "noprefixroute")
      into_.no_prefix_route = true;
    else if (key == "autojoin")
      into_.auto_join = true;
    else if (key == "no_track")
      into_.track = false;
    else if (key == "dev")
      read_device();
    else if (key == "brd" || key == "broadcast")
      read_broadcast();
    else if (key == "scope")
      read_scope();
    else if (key == "label")
      read_label();
    else if (key == "peer")
      read_peer();
    else if (key == "preferred_lft")
      read_lifetime();
    else if (key == "track_group")
      read_group(word);
    else
      unknown(word);
  }

  void unknown(const Word& word) {
    const std::string_view near = context_.findings.is_full()
                                      ? std::string_view()
                                      : nearest_keyword(Block::Address, word.text);
    std::string hint = "dev, brd, scope, label, peer, preferred_lft and no_track are usual here";
    if (!near.empty())
      hint = fmt::format("did you mean `{}`?", near);
    else if (net::Prefix::parse(word.text))
      hint = "each address stands on a line of its own";
    context_.findings.error(
        word.at, fmt::format("`{}` is not known behind an address; it is ignored", word.text),
        std::move(hint));
  }

  const Word* value(std::string_view key) {
    if (at_ + 1 < words_.size()) return &words_[++at_];
    context_.findings.error(words_[at_].at, fmt::format("`{}` needs a value", key));
    return nullptr;
  }

  void read_device() {
    const Word* word = value("dev");
    if (word == nullptr) return;
    if (word->text.size() > kLongestName)
      context_.findings.error(word->at, fmt::format("no interface can be called `{}`", word->text),
                              fmt::format("a name has at most {} characters", kLongestName));
    else
      into_.device = word->text;
  }

  void read_broadcast() {
    const Word* word = value("brd");
    if (word == nullptr) return;
    if (!into_.prefix.address().is_v4()) {
      context_.findings.error(word->at, "IPv6 has no broadcast address", "brd is ignored");
    } else if (word->text == "+") {
      into_.broadcast = into_.prefix.last();
    } else if (word->text == "-") {
      into_.broadcast = into_.prefix.network();
    } else if (const auto address = parse(*word)) {
      into_.broadcast = *address;
    }
  }

  void read_scope() {
    const Word* word = value("scope");
    if (word == nullptr) return;
    into_.scope = scope_number(word->text);
    if (!into_.scope)
      context_.findings.error(word->at, fmt::format("`{}` is no scope; it is ignored", word->text),
                              "scopes are global, site, link, host, nowhere and 0..255");
  }

  void read_label() {
    const Word* word = value("label");
    if (word == nullptr) return;
    if (word->text.size() > kLongestName)
      context_.findings.error(word->at, fmt::format("the label `{}` is too long", word->text),
                              fmt::format("a label has at most {} characters", kLongestName));
    else
      into_.label = word->text;
  }

  void read_peer() {
    const Word* word = value("peer");
    if (word == nullptr) return;
    const auto address = parse(*word);
    if (address) into_.peer = *address;
  }

  void read_lifetime() {
    const Word* word = value("preferred_lft");
    if (word == nullptr) return;
    if (word->text == "forever")
      into_.preferred_lifetime = std::numeric_limits<std::uint32_t>::max();
    else if (const auto seconds = base::parse_number<std::uint32_t>(word->text))
      into_.preferred_lifetime = seconds;
    else
      context_.findings.error(word->at, fmt::format("`{}` is no lifetime", word->text),
                              "preferred_lft takes a number of seconds or `forever`");
  }

  void read_group(const Word& key) {
    const Word* word = value("track_group");
    if (word == nullptr) return;
    if (is_static_)
      into_.track_group = word->text;
    else
      context_.findings.error(
          key.at, "`track_group` has no meaning here; it is ignored",
          "it belongs behind static addresses; what an instance holds it watches");
  }

  // An address of the same family; a prefix length behind it does no harm.
  std::optional<net::IpAddress> parse(const Word& word) {
    const auto address = net::IpAddress::parse(word.text.substr(0, word.text.find('/')));
    if (address && address->family() == into_.prefix.address().family()) return *address;
    context_.findings.error(word.at, address
                                         ? fmt::format("{} is not an {} address", word.text,
                                                       net::name(into_.prefix.address().family()))
                                         : address.error().what);
    return std::nullopt;
  }

  Context& context_;
  const std::vector<Word>& words_;
  bool is_static_;
  VirtualAddress& into_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<VirtualAddress> read_address(Context& context, const Statement& entry,
                                           bool is_static) {
  if (entry.has_block)
    context.findings.error(entry.open, "an address takes no block; it is skipped");
  const auto address = prefix(context, entry.words.front());
  if (!address) return std::nullopt;
  VirtualAddress out{.prefix = *address, .at = context.sources.place(entry.at())};
  // keepalived deprecates IPv6 host addresses, so that they are not chosen as a source.
  if (!address->address().is_v4() && address->is_host()) out.preferred_lifetime = 0;
  AddressWords(context, entry, is_static, out).read();
  return out;
}

}  // namespace keepalived
