// Keys of auth_hmac as text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace keepalived {

// "hex:" and two digits a byte, or the characters themselves: 32 to 64 bytes, or it is no key.
std::optional<std::string> hmac_secret(std::string_view text);

}  // namespace keepalived
