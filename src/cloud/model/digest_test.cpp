#include "cloud/model/digest.h"

#include <gtest/gtest.h>

namespace cloud::model {
namespace {

// RFC 4648, section 10.
TEST(Base64, DecodesTheRfcsExamples) {
  EXPECT_EQ(decode_base64(""), "");
  EXPECT_EQ(decode_base64("Zg=="), "f");
  EXPECT_EQ(decode_base64("Zm8="), "fo");
  EXPECT_EQ(decode_base64("Zm9vYmFy"), "foobar");
  EXPECT_EQ(decode_base64("Zm9v\nYmFy\n"), "foobar");
  for (const char* rubbish : {"Z", "Zg=", "Zg", "Z===", "Zm9v!mFy", "Zg==Zg=="})
    EXPECT_EQ(decode_base64(rubbish), std::nullopt) << rubbish;
}

TEST(Digest, OfNothingIsWellKnown) {
  EXPECT_EQ(md5_hex(""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(sha512_hex("abc").substr(0, 16), "ddaf35a193617aba");
}

TEST(SshKey, ALineThatIsNoKeyHasNoFingerprint) {
  EXPECT_EQ(ssh_fingerprint("ssh-ed25519"), std::nullopt);
  EXPECT_EQ(ssh_fingerprint("ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAA"), std::nullopt);
  const auto fingerprint = ssh_fingerprint(
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGhvbGRmYXN0LWRlbW8tcHVibGljLWtleS0wMDAx demo");
  ASSERT_TRUE(fingerprint);
  EXPECT_EQ(fingerprint->size(), 47U);
}

}  // namespace
}  // namespace cloud::model
