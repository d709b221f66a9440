#include "agent/plan/keys.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <fstream>

#include "base/error.h"
#include "base/text.h"
#include "keepalived/hmac.h"

namespace agent::plan {
namespace {

// 64 bytes in hexadecimal digits, and more than a line's end.
constexpr std::size_t kLongest = 256;

base::Result<std::string> read_key(const std::string& path) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  std::array<char, kLongest> text;
  if (in) in.read(text.data(), text.size());
  if (!in.is_open() || in.bad())
    return std::unexpected(base::system_error(fmt::format("cannot read the key {}", path), errno));
  const auto secret = keepalived::hmac_secret(
      base::trim(std::string_view(text.data(), static_cast<std::size_t>(in.gcount()))));
  if (!secret)
    return base::fail(base::Kind::Invalid, fmt::format("{} holds no key of 32 to 64 bytes", path),
                      "that many characters in a line, or hex: and two digits a byte");
  return *secret;
}

}  // namespace

std::vector<text::Diagnostic> read_key_files(keepalived::Config& config) {
  std::vector<text::Diagnostic> wrong;
  for (keepalived::Instance& instance : config.instances) {
    if (!instance.hmac) continue;
    for (keepalived::HmacKey& key : instance.hmac->keys) {
      if (key.file.empty()) continue;
      auto secret = read_key(key.file);
      if (secret)
        key.secret = std::move(*secret);
      else
        wrong.push_back({text::Severity::Error, key.at, secret.error().what, secret.error().hint});
    }
  }
  return wrong;
}

}  // namespace agent::plan
