#include "http/dns.h"

#include <gmock/gmock.h>

#include "base/text.h"
#include "http/resolver.h"

namespace {

using http::dns::Type;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::uint8_t> bytes(std::string_view hex) {
  return base::from_hex(hex).value();
}

TEST(DnsQuestion, IsThatOfRfc1035WithEdns) {
  EXPECT_EQ(http::dns::encode_question(0x1234, "a.example.", Type::Aaaa),
            bytes("1234 0100 0001 0000 0000 0001 01 61 07 6578616d706c65 00 001c 0001"
                  "00 0029 04d0 0000 0000 0000"));
}

TEST(DnsQuestion, RefusesNamesThatCannotBe) {
  for (const std::string& name :
       {std::string(), std::string("a..b"), std::string(64, 'a'), std::string(254, 'a')})
    EXPECT_FALSE(http::dns::encode_question(1, name, Type::A)) << name;
}

// a.example -> CNAME b.example (compressed) -> 192.0.2.1
constexpr auto kAnswer =
    "1234 8180 0001 0002 0000 0000 01 61 07 6578616d706c65 00 0001 0001"
    "c00c 0005 0001 0000003c 0004 01 62 c00e  c027 0001 0001 0000003c 0004 c0000201";

TEST(DnsAnswer, GivesTheAddressesBehindAliases) {
  EXPECT_THAT(http::dns::decode_answer(bytes(kAnswer), 0x1234, Type::A)->addresses,
              ElementsAre("192.0.2.1"));
}

TEST(DnsAnswer, OfAnotherQuestionIsNone) {
  EXPECT_FALSE(http::dns::decode_answer(bytes(kAnswer), 0x1235, Type::A));
  EXPECT_FALSE(http::dns::decode_answer(bytes("1234 0100 0000 0000 0000 0000"), 0x1234,
                                        Type::A));  // a question
  EXPECT_FALSE(http::dns::decode_answer(bytes("1234 8182 0000 0000 0000 0000"), 0x1234,
                                        Type::A));  // the server failed
}

TEST(DnsAnswer, MaySayThatThereIsNoSuchName) {
  EXPECT_TRUE(http::dns::decode_answer(bytes("1234 8183 0000 0000 0000 0000"), 0x1234, Type::A)
                  ->is_no_such_name);
}

TEST(DnsAnswer, CutShortAnywhereIsReadWithoutHarm) {
  const auto whole = bytes(kAnswer);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto answer = http::dns::decode_answer(std::span(whole).first(size), 0x1234, Type::A);
    EXPECT_THAT(answer.value_or(http::dns::Answer{}).addresses, IsEmpty());
  }
}

TEST(ResolvConf, GivesThreeServersAndTheSearchList) {
  const auto servers = http::dns::servers_in_resolv_conf(
      "# comment\nnameserver 10.0.0.2\nnameserver ::1\nnameserver 10.0.0.3\nnameserver 10.0.0.4\n"
      "search a.example b.example\noptions ndots:1\n");
  EXPECT_THAT(servers.addresses, ElementsAre("10.0.0.2", "::1", "10.0.0.3"));
  EXPECT_THAT(servers.search, ElementsAre("a.example", "b.example"));
  EXPECT_THAT(http::dns::servers_in_resolv_conf("").addresses, ElementsAre("127.0.0.1"));
}

TEST(Hosts, GivesTheAddressesOfANameIpv4First) {
  constexpr auto kFile =
      "::1 cloud\n127.0.0.1\tlocalhost\n10.0.0.7 other Cloud # cloudy\nbad cloud\n";
  EXPECT_THAT(http::addresses_in_hosts(kFile, "cloud"), ElementsAre("10.0.0.7", "::1"));
  EXPECT_THAT(http::addresses_in_hosts(kFile, "cloudy"), IsEmpty());
}

}  // namespace
