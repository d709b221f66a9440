#include "cloud/api/cloud.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/random.h>

#include <array>
#include <chrono>
#include <ctime>
#include <stdexcept>

#include "base/text.h"

namespace cloud::api {

namespace {

template <std::size_t Size>
std::array<std::uint8_t, Size> random_bytes() {
  std::array<std::uint8_t, Size> bytes{};
  // getrandom() of up to 256 bytes is never short once the kernel is up.
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(Size))
    throw std::runtime_error("the kernel gives no random bytes");
  return bytes;
}

}  // namespace

http::Response reply(int status, const json::Value& document) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"}},
          .body = json::dump(document)};
}

http::Response reply(int status) {
  return {.status = status, .headers = {}, .body = {}};
}

std::string new_id() {
  auto bytes = random_bytes<16>();
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x40);  // RFC 4122 4.4: version 4
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  const std::string hex = base::to_hex(bytes);
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                     hex.substr(16, 4), hex.substr(20));
}

std::string new_secret() {
  return base::to_hex(random_bytes<32>());
}

net::MacAddress new_mac() {
  const auto bytes = random_bytes<3>();
  return net::MacAddress({0xfa, 0x16, 0x3e, bytes[0], bytes[1], bytes[2]});
}

std::string iso_time(model::Time time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}Z", fmt::gmtime(static_cast<std::time_t>(time)));
}

std::string iso_micro(model::Time time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.000000Z", fmt::gmtime(static_cast<std::time_t>(time)));
}

model::Time system_time() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

json::Array texts(const model::Texts& values) {
  return {values.begin(), values.end()};
}

std::unexpected<model::Refusal> bad(std::string message) {
  return model::refuse(400, "BadRequest", std::move(message));
}

model::Refusal refusal_from(const base::Error& error) {
  const auto status = [&] {
    switch (error.kind) {
      case base::Kind::Invalid:
        return 400;
      case base::Kind::NotFound:
        return 404;
      case base::Kind::Conflict:
        return 409;
      case base::Kind::Denied:
        return 403;
      case base::Kind::Unavailable:
        return 503;
      case base::Kind::Timeout:
        return 504;
      case base::Kind::Unsupported:
        return 501;
      case base::Kind::Io:
      case base::Kind::Internal:
        break;
    }
    return 500;
  };
  return {status(), std::string(base::name(error.kind)), base::to_string(error)};
}

}  // namespace cloud::api
