#include "vrrp/hmac.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace vrrp {
namespace {

std::vector<std::uint8_t> bytes(std::string_view text) {
  return {text.begin(), text.end()};
}

TEST(Hmac, Md5IsThatOfRfc2202) {
  const auto digest = Hmac(Hmac::Hash::Md5, bytes("Jefe"))
                          .digest({bytes("what do ya want "), bytes("for nothing?")});
  EXPECT_THAT(std::vector(digest.begin(), digest.begin() + 16),
              testing::ElementsAre(0x75, 0x0c, 0x78, 0x3e, 0x6a, 0xb0, 0xb5, 0x03, 0xea, 0xa8, 0x6e,
                                   0x31, 0x0a, 0x5d, 0xb7, 0x38));
}

TEST(Hmac, Sha256IsThatOfRfc4231) {
  const Hmac hmac(Hmac::Hash::Sha256, bytes("Jefe"));
  const auto digest = hmac.digest({bytes("what do ya want for nothing?")});
  EXPECT_THAT(digest,
              testing::ElementsAre(0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e, 0x6a, 0x04, 0x24,
                                   0x26, 0x08, 0x95, 0x75, 0xc7, 0x5a, 0x00, 0x3f, 0x08, 0x9d, 0x27,
                                   0x39, 0x83, 0x9d, 0xec, 0x58, 0xb9, 0x64, 0xec, 0x38, 0x43));
  EXPECT_EQ(hmac.digest({bytes("what do ya want for nothing?")}), digest);  // nothing is used up
}

TEST(Hmac, AKeyLongerThanABlockIsHashedFirst) {
  const std::vector<std::uint8_t> key(131, 0xaa);
  const auto digest =
      Hmac(Hmac::Hash::Sha256, key)
          .digest({bytes("Test Using Larger Than Block-Size Key - Hash Key First")});
  EXPECT_THAT(std::vector(digest.begin(), digest.begin() + 4),
              testing::ElementsAre(0x60, 0xe4, 0x31, 0x59));
}

}  // namespace
}  // namespace vrrp
