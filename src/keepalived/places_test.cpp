// Whole messages: where something was written, and the way from there to where it counts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "keepalived/read.h"

namespace keepalived {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string messages(const Reading& reading) {
  std::string out;
  for (const text::Diagnostic& found : reading.diagnostics) out += text::render(found);
  return out;
}

std::string messages(const std::string& text) {
  return messages(read_text("k.conf", text));
}

// An instance that is whole but for the lines under test.
std::string instance(const std::string& lines) {
  return "vrrp_instance a {\n interface eth0\n virtual_router_id 1\n"
         " virtual_ipaddress { 10.0.0.1 }\n" +
         lines + "\n}\n";
}

TEST(Places, OfAMacroAreItsDefinitionAndItsUse) {
  EXPECT_EQ(messages("$P=300\n" + instance("  priority $P")),
            "k.conf:1:4: error: priority 300 is outside 1..255\n"
            "1 | $P=300\n"
            "  |    ^~~\n"
            "k.conf:6:12: note: $P is used here\n"
            "6 |   priority $P\n"
            "  |            ^~\n"
            "hint: the default is used: 100\n");
}

TEST(Places, OfMacrosWithinMacrosAreEachOfThem) {
  EXPECT_EQ(messages("$HOST=999\n$NET=10.0.0.${HOST}\n" +
                     instance("virtual_ipaddress_excluded {\n  10.0.0.${HOST}\n  $NET\n}")),
            "k.conf:2:6: error: '10.0.0.999' is not an IP address\n"
            "2 | $NET=10.0.0.${HOST}\n"
            "  |      ^~~~~~~\n"
            "k.conf:9:3: note: $NET is used here\n"
            "9 |   $NET\n"
            "  |   ^~~~\n"
            "hint: an entry begins with ADDRESS or ADDRESS/LENGTH; this one is ignored\n"
            "k.conf:8:3: error: '10.0.0.999' is not an IP address\n"
            "8 |   10.0.0.${HOST}\n"
            "  |   ^~~~~~~\n"
            "hint: an entry begins with ADDRESS or ADDRESS/LENGTH; this one is ignored\n");
}

TEST(Places, OfTheLinesOfAMacroAreThoseLines) {
  EXPECT_EQ(messages("$B= \\\n priority 300 \\\n nopreempt\n" + instance("$B")),
            "k.conf:2:11: error: priority 300 is outside 1..255\n"
            "2 |  priority 300 \\\n"
            "  |           ^~~\n"
            "k.conf:8:1: note: $B is used here\n"
            "8 | $B\n"
            "  | ^~\n"
            "hint: the default is used: 100\n");
}

TEST(Places, OfALoopSayTheRound) {
  EXPECT_EQ(messages("$VI= \\\nvrrp_instance V${I} { \\\n interface eth0 \\\n"
                     " virtual_router_id ${I} \\\n virtual_ipaddress { 10.0.0.1 } \\\n}\n"
                     "~SEQ(I, 255, 256) $VI\n"),
            "k.conf:2:15: error: vrrp_instance V256 has no virtual_router_id\n"
            "2 | vrrp_instance V${I} { \\\n"
            "  |               ^\n"
            "k.conf:7:19: note: $VI is used here\n"
            "7 | ~SEQ(I, 255, 256) $VI\n"
            "  |                   ^~~\n"
            "k.conf:7:1: note: in the round with I = 256\n"
            "hint: add `virtual_router_id N`, 1..255, the same on all nodes of this router\n"
            "k.conf:4:20: error: virtual_router_id 256 is outside 1..255\n"
            "4 |  virtual_router_id ${I} \\\n"
            "  |                    ^~~~\n"
            "k.conf:7:19: note: $VI is used here\n"
            "7 | ~SEQ(I, 255, 256) $VI\n"
            "  |                   ^~~\n"
            "k.conf:7:1: note: in the round with I = 256\n"
            "hint: the line is ignored\n");
}

TEST(Places, OfAMistakeInEveryRoundAreShownOnce) {
  EXPECT_EQ(messages(instance("virtual_ipaddress_excluded {\n~SEQ(I, 2, 9) 10.0.0.$I lable x\n}") +
                     "vrrp_script s {\n script x\n}\n"),
            "k.conf:6:25: error: `lable` is not known behind an address; it is ignored\n"
            "6 | ~SEQ(I, 2, 9) 10.0.0.$I lable x\n"
            "  |                         ^~~~~\n"
            "k.conf:6:1: note: in the round with I = 2\n"
            "note: the same 7 more times, in other uses or rounds\n"
            "hint: did you mean `label`?\n"
            "k.conf:6:31: error: `x` is not known behind an address; it is ignored\n"
            "6 | ~SEQ(I, 2, 9) 10.0.0.$I lable x\n"
            "  |                               ^\n"
            "k.conf:6:1: note: in the round with I = 2\n"
            "note: the same 7 more times, in other uses or rounds\n"
            "hint: dev, brd, scope, label, peer, preferred_lft and no_track are usual here\n");
}

TEST(Places, OfAnIncludedFileNameTheInclude) {
  const std::map<std::string, std::string> contents = {
      {"/etc/k.conf", "$P=0\n  include sub.conf\n"},
      {"/etc/sub.conf", instance("priority $P\nbogus")},
  };
  const Files files{.contents = [&](const std::string& path) -> base::Result<std::string> {
                      return contents.at(path);
                    },
                    .matching = {}};
  EXPECT_EQ(messages(read("/etc/k.conf", files)),
            "/etc/k.conf:1:4: error: priority 0 is outside 1..255\n"
            "1 | $P=0\n"
            "  |    ^\n"
            "/etc/sub.conf:5:10: note: $P is used here\n"
            "5 | priority $P\n"
            "  |          ^~\n"
            "/etc/k.conf:2:11: note: included here\n"
            "hint: the default is used: 100\n"
            "/etc/sub.conf:6:1: warning: unknown keyword `bogus` in vrrp_instance\n"
            "6 | bogus\n"
            "  | ^~~~~\n"
            "/etc/k.conf:2:11: note: included here\n");
}

TEST(Secrets, AreMaskedWhereverTheyWereWritten) {
  const std::string whole =
      "$PW=s3cretA\n$AUTH=authentication { auth_type PASS auth_pass s3cretB }\n"
      "vrrp_instance a { interface e x1 x2 }\n" +
      instance(
          "authentication {\n auth_type PASS\n auth_pass $PW s3cretC\n}\n bogus s\n"
          "authentication { auth_type PASS s3cretless\n auth_pass s3cretD }\n$AUTH") +
      "auth_pas s3cretG\n";
  const std::string said = messages(whole);
  for (const char* secret : {"s3cretA", "s3cretB", "s3cretC", "s3cretD", "s3cretG"})
    EXPECT_THAT(said, Not(HasSubstr(secret)));
  EXPECT_EQ(messages("$PW=s3cret-and-long\n" +
                     instance("authentication {\nauth_type PASS\nauth_pass \"${PW}\"\n}")),
            "k.conf:8:11: warning: only the first 8 bytes of the password count\n"
            "8 | auth_pass *${PW}*\n"
            "  |           ^\n"
            "hint: version 2 has room for no more\n");
}

TEST(Secrets, OfAuthHmacAreMaskedAlsoBehindAMistypedKeyword) {
  EXPECT_EQ(messages(instance("version 3\nauth_hmac {\n kye 1 s3cret-s3cret\n}")).find("s3cret"),
            std::string::npos);
}

TEST(Secrets, OfALoopAreMaskedInItsRounds) {
  const std::string said = messages(
      "$VI= \\\nvrrp_instance x { \\\n interface eth0 \\\n"
      "authentication { auth_type PASS auth_pass $W } \\\n bogus \\\n}\n$N=1\n"
      "~LST({N, W}, {a, s3cretE}) $VI\n");
  EXPECT_THAT(said, HasSubstr("in a round of this loop"));
  EXPECT_THAT(said, Not(HasSubstr("s3cret")));
}

}  // namespace
}  // namespace keepalived
