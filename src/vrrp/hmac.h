// HMAC (RFC 2104) with a key that is prepared once: a digest then costs two hashes of little and no
// allocation, which OpenSSL's own HMAC needs for every one.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>

namespace vrrp {

class Hmac {
 public:
  enum class Hash { Md5, Sha256 };
  using Bytes = std::span<const std::uint8_t>;
  using Digest = std::array<std::uint8_t, 32>;  // of Md5 the first 16

  Hmac(Hash hash, Bytes key);
  Hmac(Hmac&&) noexcept;
  Hmac& operator=(Hmac&&) noexcept;
  ~Hmac();

  // Of the parts, one behind the other.
  Digest digest(std::initializer_list<Bytes> parts) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace vrrp
