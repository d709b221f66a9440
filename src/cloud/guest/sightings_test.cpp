#include "cloud/guest/sightings.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace {

using cloud::guest::sighting;

std::string seen(std::uint16_t type, std::string_view hex) {
  return sighting(type, base::from_hex(hex).value(), 1234);
}

TEST(Sighting, AnAdvertisementOverIpv4) {
  EXPECT_EQ(seen(0x0800, "45c00020 00010000 ff70ced4 0a00000b e0000012 31336401 0064ba92 0a000032"),
            "advert 1234 10.0.0.11 3 51 100\n");
}

TEST(Sighting, AnAdvertisementOverIpv6) {
  EXPECT_EQ(seen(0x86dd,
                 "60000000 0018 70ff fe80000000000000 0000000000000001 ff02000000000000"
                 "0000000000000012 31336401 00640000"),
            "advert 1234 fe80::1 3 51 100\n");
}

TEST(Sighting, AGratuitousArp) {
  EXPECT_EQ(seen(0x0806, "0001 0800 06 04 0001 020000000001 0a000032 000000000000 0a000032"),
            "garp 1234 10.0.0.50 02:00:00:00:00:01\n");
}

TEST(Sighting, NothingElseAndNothingCutShort) {
  EXPECT_EQ(seen(0x0806, "0001 0800 06 04 0001 020000000001 0a000032 000000000000 0a000033"), "");
  EXPECT_EQ(seen(0x0800, "45c00020 00010000 ff70ced4 0a00000b e0000012 313364"), "");
  EXPECT_EQ(seen(0x0800, "4fc00020 00010000 ff70ced4 0a00000b e0000012"), "");
  EXPECT_EQ(seen(0x0800, ""), "");
  EXPECT_EQ(seen(0x88cc, "00"), "");
}

}  // namespace
