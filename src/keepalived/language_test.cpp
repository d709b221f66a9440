// Comments, quotes, layouts, includes, conditions, macros and loops, seen through what is read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "keepalived/read.h"
#include "keepalived/words.h"

namespace keepalived {
namespace {

using testing::ElementsAre;

std::vector<std::string> words(std::string_view line) {
  std::vector<std::string> out;
  for (const Piece& piece : split_words(line))
    out.push_back(piece.kind == Piece::Kind::Open    ? "{"
                  : piece.kind == Piece::Kind::Close ? "}"
                                                     : piece.text);
  return out;
}

// An instance that is whole but for the line under test.
std::string instance(const std::string& line, const std::string& name = "a",
                     const std::string& vrid = "1") {
  return "vrrp_instance " + name + " {\n interface eth0\n virtual_router_id " + vrid +
         "\n virtual_ipaddress { 10.0.0.1 }\n" + line + "\n}\n";
}

std::string messages(const Reading& reading) {
  std::string out;
  for (const text::Diagnostic& found : reading.diagnostics) out += text::render(found);
  return out;
}

std::vector<std::string> names(const Reading& reading) {
  std::vector<std::string> out;
  out.reserve(reading.config.instances.size());
  for (const Instance& one : reading.config.instances) out.push_back(one.name);
  return out;
}

std::vector<int> priorities(const Reading& reading) {
  std::vector<int> out;
  out.reserve(reading.config.instances.size());
  for (const Instance& one : reading.config.instances) out.push_back(one.priority.value());
  return out;
}

TEST(Words, QuotesJoinAndBracesStandAlone) {
  EXPECT_THAT(words(R"(a  "b c"d 'e "f"' {x} y{ })"),
              ElementsAre("a", "b cd", "e \"f\"", "{", "x", "}", "y", "{", "}"));
}

TEST(Words, EscapesNameCharacters) {
  EXPECT_THAT(words(R"(a\ b "\t" \x41\102 "\"" \cA ${X} "{")"),
              ElementsAre("a b", "\t", "AB", "\"", "\x01", "${X}", "{"));
}

TEST(Words, ACommentEndsTheLineUnlessQuotedOrEscaped) {
  EXPECT_EQ(without_comment("a \"#b\" \\! c ! d"), "a \"#b\" \\! c");
}

TEST(Command, KeepsTogetherWhatIsQuotedWithinIt) {
  EXPECT_THAT(split_command("/bin/notify 'two words' \"\" x"),
              ElementsAre("/bin/notify", "two words", "", "x"));
}

TEST(Layout, BracesMayStandAnywhere) {
  const Reading reading = read_text("k.conf",
                                    "vrrp_instance a{\r\n  interface eth0 # here\r\n\r\n"
                                    "  virtual_router_id 7\r\n  virtual_ipaddress\r\n\r\n  {\r\n"
                                    "  10.0.0.1 }\r\n  track_interface { eth1 } }\r\n");
  EXPECT_EQ(messages(reading), "");
  ASSERT_THAT(names(reading), ElementsAre("a"));
  EXPECT_EQ(reading.config.instances[0].addresses.size(), 1U);
  EXPECT_EQ(reading.config.instances[0].interfaces.at(0).name, "eth1");
}

TEST(Layout, AMissingBraceCostsOnlyItsOwnBlock) {
  const Reading reading =
      read_text("k.conf", "vrrp_instance a {\ninterface eth0\nvirtual_router_id 1\n" +
                              instance("", "b", "2"));
  EXPECT_THAT(names(reading), ElementsAre("a", "b"));
  EXPECT_THAT(messages(reading),
              testing::HasSubstr("k.conf:4:1: error: `vrrp_instance` cannot stand inside "
                                 "`vrrp_instance`\n4 | vrrp_instance b {\n  | ^~~~~~~~~~~~~\n"
                                 "k.conf:1:17: note: `vrrp_instance` was opened here\n"
                                 "1 | vrrp_instance a {\n  |                 ^\n"
                                 "hint: a } is missing above, which closes `vrrp_instance`\n"));
}

TEST(Layout, AFileThatEndsTooEarlyIsStillRead) {
  const Reading reading = read_text("k.conf",
                                    "vrrp_instance a {\ninterface eth0\n"
                                    "virtual_router_id 1\nvirtual_ipaddress {\n10.0.0.1");
  EXPECT_EQ(messages(reading),
            "k.conf:4:19: error: the block of `virtual_ipaddress` is never closed\n"
            "4 | virtual_ipaddress {\n  |                   ^\n"
            "hint: a } is missing at or before the end of the file\n");
  EXPECT_EQ(reading.verdict, Verdict::RunsWithErrors);
  EXPECT_THAT(names(reading), ElementsAre("a"));
}

TEST(Conditions, KeepOnlyTheLinesOfThisNode) {
  const std::string file = instance("@main priority 150\n@spare priority 90\n@^main nopreempt");
  EXPECT_THAT(priorities(read_text("k.conf", file, {.config_id = "main"})), ElementsAre(150));
  const Reading spare = read_text("k.conf", file, {.config_id = "spare"});
  EXPECT_THAT(priorities(spare), ElementsAre(90));
  EXPECT_FALSE(spare.config.instances[0].preempt);
}

TEST(Macros, AreReplacedWhereTheyAreUsedAndWhenTheyAreUsed) {
  const Reading reading = read_text("k.conf",
                                    "$BASE=10.2.${SUB}\n$SUB=0\nvrrp_instance a {\ninterface eth0\n"
                                    "virtual_router_id 1\nvirtual_ipaddress {\n${BASE}.1\n$SUB=10\n"
                                    "${BASE}.1\n}\nnotify_master \"/bin/x $UNKNOWN ${HERE}\"\n}\n");
  EXPECT_EQ(messages(reading), "");
  const Instance& one = reading.config.instances.at(0);
  EXPECT_EQ(net::to_string(one.addresses.at(0).prefix), "10.2.0.1/32");
  EXPECT_EQ(net::to_string(one.addresses.at(1).prefix), "10.2.10.1/32");
  EXPECT_THAT(one.notify.master.value().argv, ElementsAre("/bin/x", "$UNKNOWN", "${HERE}"));
}

TEST(Macros, OfSeveralLinesMakeInstances) {
  const Reading reading =
      read_text("k.conf",
                "$VI= \\\nvrrp_instance VI_${N} { \\\n interface eth0 \\\n"
                " virtual_router_id ${N} \\\n\n @main priority 77 \\\n"
                " virtual_ipaddress { 10.0.0.${N} } \\\n}\n$N=1\n$VI\n$N=2\n$VI\n",
                {.config_id = "main"});
  EXPECT_EQ(messages(reading), "");
  EXPECT_THAT(names(reading), ElementsAre("VI_1", "VI_2"));
  EXPECT_THAT(priorities(reading), ElementsAre(77, 77));
}

TEST(Macros, BuiltInOnesKnowTheFileAndTheNode) {
  const Reading reading = read_text(
      "/etc/k/k.conf",
      instance(
          "notify_master \"${_PWD}/x ${_INSTANCE} ${_HASH} ${_BANG} ${_ENV HOME} ${_RANDOM 7 7}\""),
      {.config_id = "n1", .environment = [](const std::string& name) { return "of-" + name; }});
  EXPECT_THAT(reading.config.instances.at(0).notify.master.value().argv,
              ElementsAre("/etc/k/x", "n1", "#", "!", "of-HOME", "7"));
}

TEST(Loops, MakeOneLineManyTimes) {
  const Reading reading =
      read_text("k.conf",
                "vrrp_instance a {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n"
                "~SEQ(A, 3, -2, 0) ~LST({B, C}, {1, 2}, {5, 6}) 10.${A}.${B}.${C}\n"
                "~SEQx(D, 0x9, 0xb) 10.9.9.1${D}\n}\n}\n");
  std::vector<std::string> found;
  for (const VirtualAddress& one : reading.config.instances.at(0).addresses)
    found.push_back(net::to_string(one.prefix));
  EXPECT_THAT(found, ElementsAre("10.3.1.2/32", "10.3.5.6/32", "10.1.1.2/32", "10.1.5.6/32",
                                 "10.9.9.19/32"));
  EXPECT_EQ(reading.diagnostics.size(), 2U) << messages(reading);  // 1a and 1b are no numbers
}

TEST(Loops, ThatCannotEndAreRefused) {
  const auto first = [](const std::string& line) {
    return read_text("k.conf", line + "\n" + instance("")).diagnostics.at(0).what;
  };
  EXPECT_EQ(first("~SEQ(A, 1, 0, 5) x"), "a step of 0 never ends");
  EXPECT_EQ(first("~SEQ(A, 1, -1, 5) x"), "steps of -1 do not lead from 1 to 5");
  EXPECT_EQ(first("~SEQ(A, 1, z) x"), "`z` is not a number");
  EXPECT_EQ(first("~SEQ(A, 1"), "~SEQ is not closed with )");
  EXPECT_EQ(first("~LST({A,B}, {1}) x"), "value 1 of ~LST has 1 parts for 2 names");
}

TEST(Limits, AreErrorsAndNotCrashes) {
  EXPECT_THAT(messages(read_text("k.conf", "$A=$A x\n$A\n")),
              testing::HasSubstr("macros contain each other deeper than 32"));
  std::string doubling = "$A0=xxxxxxxxxxxxxxxx\n";
  for (int i = 1; i < 30; ++i)
    doubling += "$A" + std::to_string(i) + "=${A" + std::to_string(i - 1) + "}${A" +
                std::to_string(i - 1) + "}\n";
  EXPECT_THAT(messages(read_text("k.conf", doubling + "$A29\n")),
              testing::HasSubstr("the line expands to more than 65536 bytes"));
  const Reading endless = read_text("k.conf", "~SEQ(A,1,4000000) ~SEQ(B,1,4000000) x\n");
  EXPECT_THAT(messages(endless), testing::HasSubstr("expands to more than 2000000 lines"));
  EXPECT_EQ(endless.verdict, Verdict::CannotRun);
}

TEST(Include, FollowsFilesAndPatternsFromTheFolderOfTheFile) {
  const std::map<std::string, std::string> disk = {
      {"/etc/k/k.conf", "include conf.d/*.conf\ninclude 'more/x'\ninclude absent\n"},
      {"/etc/k/conf.d/1.conf", instance("priority 11")},
      {"/etc/k/conf.d/2.conf", instance("priority 300", "b", "2")},
      {"/etc/k/more/x", "include y\n"},
      {"/etc/k/more/y", "include x\n"}};
  const Files files{
      .contents = [&](const std::string& path) -> base::Result<std::string> {
        const auto found = disk.find(path);
        if (found != disk.end()) return found->second;
        return base::fail(base::Kind::NotFound, "no such file");
      },
      .matching =
          [](const std::string& pattern) {
            EXPECT_EQ(pattern, "/etc/k/conf.d/*.conf");
            return std::vector<std::string>{"/etc/k/conf.d/1.conf", "/etc/k/conf.d/2.conf"};
          }};
  const Reading reading = read("/etc/k/k.conf", files);
  EXPECT_THAT(priorities(reading), ElementsAre(11, 100));
  std::vector<std::string> found;
  found.reserve(reading.diagnostics.size());
  for (const text::Diagnostic& one : reading.diagnostics)
    found.push_back(text::to_string(one.place) + ": " + one.what);
  EXPECT_THAT(found, testing::UnorderedElementsAre(
                         "/etc/k/k.conf:3:9: cannot include /etc/k/absent: no such file",
                         "/etc/k/conf.d/2.conf:5:10: priority 300 is outside 1..255",
                         "/etc/k/more/y:1:9: /etc/k/more/x includes itself"));
}

TEST(Include, VariantsMakeAMissingFileAnError) {
  EXPECT_EQ(read_text("/k.conf", "includea x\n" + instance("")).verdict, Verdict::RunsWithErrors);
  EXPECT_EQ(read_text("/k.conf", "include x\n" + instance("")).verdict, Verdict::Sound);
  EXPECT_EQ(read_text("/k.conf", "includew *.x\n" + instance("")).verdict, Verdict::RunsWithErrors);
  EXPECT_EQ(read_text("/k.conf", "includem *.x\n" + instance("")).verdict, Verdict::Sound);
}

TEST(Include, AFileThatCannotBeReadCannotRun) {
  const Files nothing{.contents = [](const std::string&) -> base::Result<std::string> {
                        return base::fail(base::Kind::NotFound, "no such file or directory");
                      },
                      .matching = {}};
  const Reading reading = read("/etc/k.conf", nothing);
  EXPECT_EQ(reading.verdict, Verdict::CannotRun);
  EXPECT_EQ(messages(reading),
            "/etc/k.conf: error: cannot read /etc/k.conf: no such file or directory\n");
}

}  // namespace
}  // namespace keepalived
