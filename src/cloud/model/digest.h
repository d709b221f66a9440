// Check sums as Glance and Nova show them, and base64.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cloud::model {

std::string md5_hex(std::string_view bytes);
std::string sha512_hex(std::string_view bytes);

// Nothing when it is not base64 (RFC 4648, with padding; line feeds are skipped).
std::optional<std::string> decode_base64(std::string_view text);

// "aa:bb:…" of a line "ssh-ed25519 AAAA… comment"; nothing when it is no such line.
std::optional<std::string> ssh_fingerprint(std::string_view public_key);

}  // namespace cloud::model
