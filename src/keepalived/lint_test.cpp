#include "keepalived/lint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <random>
#include <set>

#include "keepalived/lint_rules.h"
#include "keepalived/lint_weights.h"
#include "keepalived/read.h"

namespace keepalived {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string source_file(const std::string& name) {
  std::ifstream in(std::string(HOLDFAST_SOURCE_DIR) + "/" + name);
  return {std::istreambuf_iterator<char>(in), {}};
}

Config config(const std::string& text, const std::string& name = "k.conf") {
  return read_text(name, text).config;
}

std::string block(const std::string& lines, const std::string& name = "a") {
  return "vrrp_instance " + name +
         " {\n interface eth0\n virtual_router_id 1\n virtual_ipaddress { 10.0.0.1 }\n" + lines +
         "\n}\n";
}

Config node(const std::string& lines, const std::string& outside = "") {
  return config(block(lines) + outside);
}

std::vector<std::string> names(const std::vector<text::Diagnostic>& found) {
  std::vector<std::string> out;
  out.reserve(found.size());
  for (const text::Diagnostic& one : found) out.emplace_back(one.rule);
  return out;
}

std::string messages(const std::vector<text::Diagnostic>& found) {
  std::string out;
  for (const text::Diagnostic& one : found) out += text::render(one);
  return out;
}

std::vector<text::Diagnostic> together(const Config& here, const Config& there) {
  const Node nodes[] = {{"k.conf", here}, {"o.conf", there}};
  return lint_together(nodes);
}

net::Prefix network(const char* text) {
  return net::Prefix::parse(text).value();
}

// The machine that the examples of the documentation are checked on.
Surroundings machine() {
  return {.interfaces = {{"eth0", {network("10.0.0.5/24"), network("fe80::5/64")}},
                         {"eth9", {network("10.0.0.9/24")}}},
          .vendor = "OpenStack Foundation",
          .product = "OpenStack Nova"};
}

// Everything that `holdfastd -t --lint` says of a file, or of two with kOtherNode between them.
std::vector<std::string> said_of(std::string_view text) {
  const std::size_t cut = text.find(rules::kOtherNode);
  const Reading here = read_text("k.conf", std::string(text.substr(0, cut)));
  std::vector<std::string> out = names(here.diagnostics);
  for (const std::string& name : names(lint(here.config, machine()))) out.push_back(name);
  if (cut == std::string_view::npos) return out;
  const Reading there =
      read_text("o.conf", std::string(text.substr(cut + rules::kOtherNode.size())));
  for (const std::string& name : names(together(here.config, there.config))) out.push_back(name);
  return out;
}

class EveryRule : public testing::TestWithParam<const rules::LintRule*> {};

TEST_P(EveryRule, SpeaksOfItsExampleAndNotOfTheMendedOne) {
  const rules::LintRule& rule = *GetParam();
  EXPECT_THAT(said_of(rule.example), Contains(std::string(rule.name)));
  EXPECT_THAT(said_of(rule.mended), Not(Contains(std::string(rule.name))));
  EXPECT_THAT(
      read_text("k.conf", std::string(rule.mended.substr(0, rule.mended.find(rules::kOtherNode))))
          .verdict,
      Verdict::Sound);
}

TEST_P(EveryRule, HasItsSectionInTheDocumentation) {
  const std::string section = "\n## " + std::string(GetParam()->name) + "\n";
  EXPECT_THAT(source_file("docs/lint.md"), HasSubstr(section));
  const auto help = lint_help(GetParam()->name);
  ASSERT_TRUE(help);
  EXPECT_THAT(*help, HasSubstr(std::string(GetParam()->sentence.substr(0, 40))));
}

INSTANTIATE_TEST_SUITE_P(Rules, EveryRule, testing::ValuesIn(rules::all_rules()),
                         [](const auto& one) {
                           std::string name(one.param->name);
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

// The page is written from the table; UPDATE_GOLDEN=1 rewrites it.
TEST(LintPage, IsWhatTheTableSays) {
  const std::string path = std::string(HOLDFAST_SOURCE_DIR) + "/docs/lint.md";
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path) << lint_page();
  EXPECT_EQ(source_file("docs/lint.md"), lint_page());
}

TEST(LintHelp, ListsEveryRuleAndKnowsNoOther) {
  std::set<std::string_view> seen;
  for (const rules::LintRule* rule : rules::all_rules()) {
    EXPECT_TRUE(seen.insert(rule->name).second) << rule->name;
    EXPECT_THAT(lint_help(), HasSubstr("  " + std::string(rule->name) + " "));
  }
  EXPECT_FALSE(lint_help("weight-newer-moves"));
}

// What the reader calls by a rule's name is in the table.
TEST(LintRules, AreKnownWhereTheReaderNamesThem) {
  const Reading broken = read_text("k.conf", source_file("tests/keepalived/broken.conf"));
  for (const text::Diagnostic& one : broken.diagnostics)
    if (!one.rule.empty()) {
      EXPECT_TRUE(lint_help(one.rule)) << one.rule;
    }
}

TEST(Lint, HasNothingToSayAboutTheBoshJob) {
  const Config first = config(source_file("tests/keepalived/bosh_bootstrap.conf")),
               other = config(source_file("tests/keepalived/bosh_other.conf"));
  EXPECT_EQ(messages(lint(first)), "");
  EXPECT_EQ(messages(together(first, other)), "");
}

TEST(Lint, ShowsThePlaceTheRuleAndWhatToDo) {
  EXPECT_EQ(messages(lint(node("", "global_defs { vrrp_strict\n}\n"))),
            "k.conf:1:15: warning: strict mode makes the addresses of a answer nothing "
            "[strict-accept]\n"
            "1 | vrrp_instance a {\n"
            "  |               ^\n"
            "hint: add `accept` to the instance, or take strict mode away\n");
}

TEST(Lint, KnowsTheMachineItRunsOn) {
  Config vmac = node("");
  vmac.instances.at(0).virtual_interface.emplace();
  const auto said = [&](const std::string& vendor, const std::string& product) {
    return messages(lint(vmac, {.vendor = vendor, .product = product}));
  };
  EXPECT_THAT(said("OpenStack Foundation", "OpenStack Nova"),
              HasSubstr("warning: a sends from 00:00:5e:00:01:01, which OpenStack's port security "
                        "drops [vmac-port-security]\n"));
  EXPECT_THAT(said("QEMU", "Standard PC"), HasSubstr("a virtual switch drops by default"));
  EXPECT_THAT(said("", ""), HasSubstr("note: a sends from the MAC address 00:00:5e:00:01:01"));
  EXPECT_EQ(said("Dell Inc.", "PowerEdge R650"), "");
}

TEST(Lint, ComparesAddressesWithTheNetworksOfTheInterface) {
  Surroundings here = machine();
  const auto said = [&](const std::string& address) {
    return names(lint(node("virtual_ipaddress_excluded { " + address + " }"), here));
  };
  EXPECT_THAT(said("10.0.0.77"), IsEmpty());
  EXPECT_THAT(said("192.168.0.77"), ElementsAre("address-outside-subnet"));
  EXPECT_THAT(said("192.168.0.77 dev eth1"), IsEmpty()) << "of eth1 nothing is known";
  EXPECT_THAT(said("fe80::9"), IsEmpty());
  EXPECT_THAT(said("2001:db8::9"), IsEmpty()) << "there is no network to compare it with";
  here.interfaces[0].networks.push_back(network("192.168.0.77/24"));
  EXPECT_THAT(said("192.168.0.77/24"), ElementsAre("address-outside-subnet"))
      << "while we are active our address is there, and proves nothing";
}

TEST(Lint, KnowsWhatOnlyAShellUnderstands) {
  const auto said = [](const std::string& script) {
    return names(lint(node("track_script { s }", "vrrp_script s { " + script + "\n}\n")));
  };
  EXPECT_THAT(said("script \"/c a || /d\""), ElementsAre("script-shell"));
  EXPECT_THAT(said("script \"cd /tmp\""), ElementsAre("script-shell"));
  EXPECT_THAT(said("script \"/c $(hostname)\""), ElementsAre("script-shell"));
  EXPECT_THAT(said("script \"/bin/sh -c '/c || /d'\""), IsEmpty());
  EXPECT_THAT(said("script \"/bin/sh -c 'test -e ~/x; exit 1'\""), IsEmpty());
  EXPECT_THAT(names(lint(node("notify_master \"/x > /tmp/y\""))), ElementsAre("script-shell"));
}

TEST(Lint, SaysOnceWhatALoopDoesInEveryRound) {
  const std::string text =
      "$VI= \\\nvrrp_instance v${I} { \\\n interface eth0 \\\n virtual_router_id ${I} \\\n"
      " priority 255 \\\n virtual_ipaddress { 10.0.0.${I} } \\\n}\n~SEQ(I, 1, 200) $VI\n";
  EXPECT_EQ(messages(lint(config(text))),
            "k.conf:2:15: warning: v1 has priority 255: it claims to own its addresses [owner]\n"
            "2 | vrrp_instance v${I} { \\\n"
            "  |               ^\n"
            "k.conf:8:17: note: $VI is used here\n"
            "8 | ~SEQ(I, 1, 200) $VI\n"
            "  |                 ^~~\n"
            "k.conf:8:1: note: in the round with I = 1\n"
            "note: 199 more of them, in other uses or rounds\n"
            "hint: take less, unless they are configured on this machine for good\n");
}

TEST(LintTogether, NamesWhatKeepsTheNodesApart) {
  const auto said = [](const std::string& here, const std::string& there) {
    return names(together(node("priority 101\n" + here), node(there)));
  };
  EXPECT_THAT(said("", ""), IsEmpty());
  EXPECT_THAT(said("", "priority 101"), ElementsAre("pair-priority"));
  EXPECT_THAT(said("version 3", ""), ElementsAre("pair-version"));
  EXPECT_THAT(said("advert_int 2", ""), ElementsAre("pair-interval"));
  EXPECT_THAT(said("version 3\nadvert_int 2", "version 3"), ElementsAre("pair-interval"));
  EXPECT_THAT(said("authentication {\nauth_type PASS\nauth_pass x\n}", ""),
              ElementsAre("pair-authentication"));
  EXPECT_THAT(said("unicast_peer { 10.0.0.9 }", ""), ElementsAre("pair-unicast"));
  EXPECT_THAT(said("mcast_dst_ip 224.0.0.19", ""), ElementsAre("pair-unicast"));
  EXPECT_THAT(said("virtual_ipaddress { 10.0.0.2 }", ""), ElementsAre("pair-addresses"));
  EXPECT_THAT(names(together(node(""), config(""))), ElementsAre("peer-missing"));
  EXPECT_THAT(said("", "nopreempt"), ElementsAre("nopreempt-no-effect"));
}

TEST(LintTogether, ShowsBothPlacesAndWhatItLeadsTo) {
  EXPECT_EQ(
      messages(together(config(block("version 3\npriority 101")), config(block(""), "o.conf"))),
      "k.conf:1:15: error: a speaks version 3, its peer version 2 [pair-version]\n"
      "1 | vrrp_instance a {\n"
      "  |               ^\n"
      "o.conf:1:15: note: the other node's is here\n"
      "1 | vrrp_instance a {\n"
      "  |               ^\n"
      "hint: neither hears the other: both become active\n");
}

TEST(LintTogether, NeverShowsAPassword) {
  const auto with = [](const std::string& secret) {
    return node("authentication { auth_type PASS\n auth_pass " + secret + "\n}");
  };
  const std::string said = messages(together(with("s3cretA"), with("s3cretB")));
  EXPECT_THAT(said, HasSubstr("authenticate differently: the passwords differ"));
  EXPECT_THAT(said, Not(HasSubstr("s3cret")));
}

TEST(LintTogether, ComparesEachNodeWithEach) {
  const Config a = node("priority 103"), b = node("priority 102"), c = node("priority 102");
  const Node nodes[] = {{"a", a}, {"b", b}, {"c", c}};
  EXPECT_THAT(names(lint_together(nodes)), ElementsAre("pair-priority"));
}

TEST(LintTogether, TakesTheInstanceOnTheSameInterfaceForThePeer) {
  const std::string file =
      "vrrp_instance a { interface eth0\n virtual_router_id 1\n priority 150\n"
      "virtual_ipaddress { 10.0.0.1 }\n}\n"
      "vrrp_instance b { interface eth1\n virtual_router_id 1\n priority 90\n"
      "virtual_ipaddress { 10.1.0.1 }\n}\n";
  std::string other = file;
  other.replace(other.find("150"), 3, "100");
  other.replace(other.find("90"), 2, "80");
  EXPECT_EQ(messages(together(config(file), config(other))), "");
}

// Weights against what is found by going through all 2^n combinations one by one.
TEST(LintWeights, AgreeWithEveryCombinationTriedOneByOne) {
  std::mt19937 random(7);
  const auto draw = [&](int least, int most) {
    return std::uniform_int_distribution<int>(least, most)(random);
  };
  struct Item {
    int weight;
    bool reverse;
    int well() const { return weight > 0 ? (reverse ? -weight : weight) : 0; }
    int failed() const { return weight < 0 ? (reverse ? -weight : weight) : 0; }
  };
  std::size_t never = 0, wrong = 0;
  for (int round = 0; round < 200; ++round) {
    std::vector<Item> mine(static_cast<std::size_t>(draw(1, 4))),
        theirs(static_cast<std::size_t>(draw(0, 3)));
    const int largest = draw(0, 1) == 0 ? 20 : 253;
    for (auto* list : {&mine, &theirs})
      for (Item& item : *list) {
        do item.weight = draw(-largest, largest);
        while (item.weight == 0);
        item.reverse = draw(0, 4) == 0;
      }
    const int p = draw(1, 254), q = draw(1, 254);
    const auto lines = [](int priority, const std::vector<Item>& items) {
      std::string out = "priority " + std::to_string(priority) + "\ntrack_interface {\n";
      for (std::size_t i = 0; i < items.size(); ++i)
        out += "i" + std::to_string(i) + " weight " + std::to_string(items[i].weight) +
               (items[i].reverse ? " reverse\n" : "\n");
      return out + "}\n";
    };
    const auto priority = [](int base, const std::vector<Item>& items, std::size_t failed) {
      for (std::size_t i = 0; i < items.size(); ++i)
        base += (failed >> i & 1U) != 0 ? items[i].failed() : items[i].well();
      return std::clamp(base, 1, 254);
    };
    std::size_t expected_never = 0, expected_wrong = 0;
    int most = 0, least_of_peer = 255;
    for (std::size_t one = 0; one < mine.size(); ++one) {
      bool lowers = false, raises = false;
      for (std::size_t a = 0; a < std::size_t{1} << mine.size(); ++a)
        for (std::size_t b = 0; b < std::size_t{1} << theirs.size(); ++b) {
          if ((a >> one & 1U) != 0) continue;
          const int before = priority(p, mine, a), after = priority(p, mine, a | 1U << one),
                    peer = priority(q, theirs, b);
          most = std::max({most, before, after});
          least_of_peer = std::min(least_of_peer, peer);
          lowers = lowers || (before >= peer && peer > after);
          raises = raises || (peer >= before && after > peer);
        }
      expected_never += !lowers && !raises ? 1 : 0;
      expected_wrong += raises ? 1 : 0;
    }
    // Of two nodes that never meet the better one is told.
    if (most < least_of_peer && !theirs.empty()) expected_never = expected_wrong = 0;
    // Those of the other node are judged too; by place they come second.
    std::size_t found_never = 0, found_wrong = 0;
    for (const auto& one : together(config(block(lines(p, mine)), "mine"),
                                    config(block(lines(q, theirs)), "theirs"))) {
      if (one.place.file != "mine") continue;
      found_never += one.rule == "weight-never-moves" ? 1 : 0;
      found_wrong += one.rule == "weight-wrong-way" ? 1 : 0;
    }
    EXPECT_EQ(found_never, expected_never) << lines(p, mine) << lines(q, theirs);
    EXPECT_EQ(found_wrong, expected_wrong) << lines(p, mine) << lines(q, theirs);
    never += expected_never;
    wrong += expected_wrong;
  }
  EXPECT_GT(never, 20U);
  EXPECT_GT(wrong, 20U);
}

TEST(LintWeights, AreShownWithThePrioritiesTheyLeadTo) {
  const std::string script = "vrrp_script s { script /c\n weight 2\n}\n";
  EXPECT_THAT(messages(together(config(block("priority 150\ntrack_script { s }") + script),
                                config(block("track_script { s }") + script, "o.conf"))),
              testing::StrEq("k.conf:6:16: warning: the failure of s never moves the address: "
                             "whatever fails, a has 150..152 and its peer 100..102 "
                             "[weight-never-moves]\n"
                             "6 | track_script { s }\n"
                             "  |                ^\n"
                             "o.conf:1:15: note: the peer, with priority 100\n"
                             "1 | vrrp_instance a {\n"
                             "  |               ^\n"
                             "hint: the priorities differ by 50 and this weight is 2: take a "
                             "greater one, or 0, which makes a failure a fault\n"));
}

TEST(LintWeights, AreJudgedUpToALimitThatIsSaid) {
  std::string lines = "priority 100\ntrack_interface {\n";
  for (std::size_t i = 0; i <= rules::kMostWeights; ++i)
    lines += "i" + std::to_string(i) + " weight 1\n";
  EXPECT_THAT(messages(lint(node(lines + "}"))),
              HasSubstr("note: a tracks 33 things with a weight; this is checked up to 32"));
}

TEST(LintWeights, OfManyInstancesAreBoundedInTime) {
  std::string text;
  for (int i = 0; i < 3000; ++i) {
    text += "vrrp_instance i" + std::to_string(i) + " {\ninterface e" + std::to_string(i) +
            "\nvirtual_router_id 1\npriority 100\nvirtual_ipaddress { 10.0.0.1 }\n"
            "track_interface {\n";
    for (int j = 0; j < 32; ++j)
      text += "x" + std::to_string(j) + " weight " + std::to_string((i * j) % 253 + 1) + "\n";
    text += "}\n}\n";
  }
  EXPECT_THAT(messages(lint(config(text))), HasSubstr("more different weights than are checked"));
}

}  // namespace
}  // namespace keepalived
