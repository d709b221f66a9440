#include "cloud/model/digest.h"

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <span>

#include "base/text.h"

namespace cloud::model {

namespace {

std::string digest_hex(const EVP_MD* kind, std::string_view bytes) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, kind, nullptr);
  return base::to_hex(std::span(digest).first(size));
}

int value_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

}  // namespace

std::string md5_hex(std::string_view bytes) {
  return digest_hex(EVP_md5(), bytes);
}

std::string sha512_hex(std::string_view bytes) {
  return digest_hex(EVP_sha512(), bytes);
}

std::optional<std::string> decode_base64(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  std::size_t characters = 0;
  std::size_t padding = 0;
  for (const char c : text) {
    if (c == '\n' || c == '\r') continue;
    ++characters;
    if (c == '=') {
      ++padding;
      continue;
    }
    const int value = value_of(c);
    if (value < 0 || padding > 0) return std::nullopt;
    bits = (bits << 6) | static_cast<std::uint32_t>(value);
    if (characters % 4 == 0) {
      for (const int shift : {16, 8, 0}) out += static_cast<char>((bits >> shift) & 0xff);
      bits = 0;
    }
  }
  if (characters % 4 != 0 || padding > 2) return std::nullopt;
  if (padding == 1) {
    out += static_cast<char>((bits >> 10) & 0xff);
    out += static_cast<char>((bits >> 2) & 0xff);
  } else if (padding == 2) {
    out += static_cast<char>((bits >> 4) & 0xff);
  }
  return out;
}

std::optional<std::string> ssh_fingerprint(std::string_view public_key) {
  const std::vector<std::string> words = base::words(public_key);
  if (words.size() < 2) return std::nullopt;
  const auto key = decode_base64(words[1]);
  // The key begins with its own type, as a length and a text (RFC 4253 6.6).
  if (!key || key->size() < 4 + words[0].size() || key->substr(4, words[0].size()) != words[0])
    return std::nullopt;
  const std::string hex = md5_hex(*key);
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    if (!out.empty()) out += ':';
    out += hex.substr(i, 2);
  }
  return out;
}

}  // namespace cloud::model
