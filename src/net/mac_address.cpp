#include "net/mac_address.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace net {

base::Result<MacAddress> MacAddress::parse(std::string_view text) {
  std::string plain(text);
  std::replace(plain.begin(), plain.end(), '-', ':');
  const auto parts = base::split(plain, ':');
  Bytes bytes{};
  bool is_valid = parts.size() == bytes.size();
  for (std::size_t i = 0; is_valid && i < bytes.size(); ++i) {
    const auto byte = base::parse_number<std::uint8_t>(parts[i], 16);
    is_valid = byte.has_value() && parts[i].size() <= 2;
    bytes[i] = byte.value_or(0);
  }
  if (!is_valid)
    return base::fail(base::Kind::Invalid,
                      fmt::format("'{}' is not a MAC address", base::printable(text)),
                      "six bytes in hexadecimal, such as fa:16:3e:00:00:01");
  return MacAddress(bytes);
}

std::string to_string(const MacAddress& mac) {
  return fmt::format("{:02x}", fmt::join(mac.bytes(), ":"));
}

}  // namespace net
