#include "cli/drop_hint.h"

#include <gtest/gtest.h>

namespace {

using cli::drop_hint;
using json::Object;

TEST(DropHint, NamesTheAddressThatAPairWouldAllow) {
  EXPECT_EQ(drop_hint(Object{{"reason", "arp-spoof"}}, Object{{"address", "10.0.0.50"}}),
            "10.0.0.50 is not in allowed_address_pairs of this port");
}

TEST(DropHint, NamesTheRuleThatIsMissing) {
  EXPECT_EQ(drop_hint(Object{{"reason", "security-group-ingress"}},
                      Object{{"address", "10.0.0.11"}, {"protocol", 112}}),
            "no ingress rule admits protocol 112 (VRRP) from 10.0.0.11");
  EXPECT_EQ(drop_hint(Object{{"reason", "security-group-egress"}},
                      Object{{"address", "10.0.0.9"}, {"protocol", 6}, {"destination_port", 80}}),
            "no egress rule admits TCP port 80 to 10.0.0.9");
}

TEST(DropHint, KnowsWhatToSayWithoutDetails) {
  EXPECT_EQ(drop_hint(Object{{"reason", "ip-spoof"}}, {}),
            "the sender's address is not in allowed_address_pairs of this port");
  EXPECT_EQ(drop_hint(Object{{"reason", "security-group-ingress"}}, {}),
            "no ingress rule of its security groups lets it pass");
}

}  // namespace
