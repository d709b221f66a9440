// OpenSSL 3 calls these functions old; they are the only ones of it that do not allocate.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "vrrp/hmac.h"

#include <openssl/md5.h>
#include <openssl/sha.h>

#include <algorithm>
#include <utility>
#include <variant>

namespace vrrp {
namespace {

constexpr std::size_t kBlockSize = 64;  // of both hashes
constexpr std::uint8_t kInnerPad = 0x36;
constexpr std::uint8_t kOuterPad = 0x5c;

struct Md5 {
  MD5_CTX context{};

  static constexpr std::size_t kSize = MD5_DIGEST_LENGTH;
  Md5() { MD5_Init(&context); }
  void add(Hmac::Bytes bytes) { MD5_Update(&context, bytes.data(), bytes.size()); }
  void finish(Hmac::Digest& out) { MD5_Final(out.data(), &context); }
};

struct Sha256 {
  SHA256_CTX context{};

  static constexpr std::size_t kSize = SHA256_DIGEST_LENGTH;
  Sha256() { SHA256_Init(&context); }
  void add(Hmac::Bytes bytes) { SHA256_Update(&context, bytes.data(), bytes.size()); }
  void finish(Hmac::Digest& out) { SHA256_Final(out.data(), &context); }
};

// What both hashes have become after the padded key.
template <typename Hash>
struct Keyed {
  explicit Keyed(Hmac::Bytes key) {
    std::array<std::uint8_t, kBlockSize> block{};
    if (key.size() > kBlockSize) {
      Hash hash;
      hash.add(key);
      Hmac::Digest digest{};
      hash.finish(digest);
      std::copy_n(digest.begin(), Hash::kSize, block.begin());
    } else {
      std::ranges::copy(key, block.begin());
    }
    for (auto& byte : block) byte ^= kInnerPad;
    inner.add(block);
    for (auto& byte : block) byte ^= kInnerPad ^ kOuterPad;
    outer.add(block);
  }

  Hmac::Digest digest(std::initializer_list<Hmac::Bytes> parts) const {
    Hash first = inner;
    for (const Hmac::Bytes part : parts) first.add(part);
    Hmac::Digest digest{};
    first.finish(digest);
    Hash second = outer;
    second.add(Hmac::Bytes(digest).first(Hash::kSize));
    second.finish(digest);
    return digest;
  }

  Hash inner, outer;
};

}  // namespace

struct Hmac::State {
  std::variant<Keyed<Md5>, Keyed<Sha256>> keyed;
};

Hmac::Hmac(Hash hash, Bytes key)
    : state_(hash == Hash::Md5 ? std::make_unique<State>(State{Keyed<Md5>(key)})
                               : std::make_unique<State>(State{Keyed<Sha256>(key)})) {}
Hmac::Hmac(Hmac&&) noexcept = default;
Hmac& Hmac::operator=(Hmac&&) noexcept = default;
Hmac::~Hmac() = default;

Hmac::Digest Hmac::digest(std::initializer_list<Bytes> parts) const {
  return std::visit([&](const auto& keyed) { return keyed.digest(parts); }, state_->keyed);
}

}  // namespace vrrp
