// The block auth_hmac of keepalived 2.4. No message shows a key.
#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "keepalived/drafts.h"
#include "keepalived/hmac.h"

namespace keepalived {
namespace {

constexpr std::size_t kShortestKey = 32, kLongestKey = 64;

void read_key(const Call& call, HmacDraft& draft) {
  constexpr std::string_view kFile = "file:";
  const std::vector<Word>& words = call.statement.words;
  if (words.size() < 3) {
    call.findings().error(call.statement.at(), "a key has an id and a value",
                          "write `key ID VALUE`; the line is ignored");
    return;
  }
  const auto id = base::parse_number<std::uint8_t>(words[1].text);
  if (!id || *id == 0) {
    call.findings().error(words[1].at, fmt::format("key id `{}` is outside 1..255", words[1].text),
                          "the key is ignored");
    return;
  }
  for (const Given<HmacKey>& other : draft.keys)
    if (other.value.id == *id) {
      call.findings()
          .error(words[1].at, fmt::format("there is a key {} already", *id), "this one is ignored")
          .also(other.at, "the other one is here");
      return;
    }
  HmacKey key{.id = *id, .at = call.place()};
  const std::string_view value = words[2].text;
  if (value.starts_with(kFile)) {
    key.file = value.substr(kFile.size());
  } else if (auto secret = hmac_secret(value)) {
    key.secret = std::move(*secret);
  } else {
    call.findings().error(
        words[2].at,
        fmt::format("key {} is no key of {} to {} bytes", *id, kShortestKey, kLongestKey),
        "write that many characters, hex: and two digits a byte, or file:PATH; it is ignored");
    return;
  }
  draft.keys.push_back({std::move(key), words[1].at});
}

}  // namespace

std::optional<std::string> hmac_secret(std::string_view text) {
  constexpr std::string_view kHex = "hex:";
  std::string secret(text);
  if (text.starts_with(kHex)) {
    const auto bytes = base::from_hex(text.substr(kHex.size()));
    if (!bytes) return std::nullopt;
    secret.assign(bytes->begin(), bytes->end());
  }
  if (secret.size() < kShortestKey || secret.size() > kLongestKey) return std::nullopt;
  return secret;
}

void read_hmac(const Call& call, std::optional<HmacDraft>& into) {
  static const Handlers<HmacDraft> table = {
      {"key", [](HmacDraft& draft, const Call& one) { read_key(one, draft); }},
      {"active_key",
       [](HmacDraft& draft, const Call& one) {
         if (const auto value = integer(one)) draft.active_key = *value;
       }},
      {"anti_replay",
       [](HmacDraft& draft, const Call& one) {
         if (const auto value = choice(one))
           draft.replay = value->value == 0 ? Hmac::Replay::Time : Hmac::Replay::Monotonic;
       }},
      {"time_window",
       [](HmacDraft& draft, const Call& one) {
         if (const auto value = seconds(one)) draft.window = value->value;
       }},
      {"mode",
       [](HmacDraft& draft, const Call& one) {
         constexpr std::array kModes = {Hmac::Mode::Enforce, Hmac::Mode::Permissive,
                                        Hmac::Mode::ReceiveOnly};
         if (const auto value = choice(one)) draft.mode = kModes[value->value];
       }},
  };
  if (!into) into.emplace();
  into->at = call.statement.at();
  read_block(call.context, Block::Hmac, call.statement.block, table, *into);
}

}  // namespace keepalived
