// `holdfastd -t` as its users meet it: exit status, what goes to which stream, two nodes, JSON.
#include <gmock/gmock.h>

#include "json/value.h"
#include "lab/lab.h"

namespace {

using testing::HasSubstr;
using testing::Not;

std::string router(const std::string& lines) {
  return "vrrp_instance web {\n  interface eth0\n  virtual_router_id 51\n" + lines +
         "  virtual_ipaddress { 10.0.0.50/24 }\n}\n";
}

class Check : public lab::Test {
 protected:
  void SetUp() override {
    lab::Test::SetUp();
    if (IsSkipped()) return;
    network_ = std::make_unique<lab::Network>();
    host_ = &network_->add_host("a", "10.0.0.11/24");
  }

  io::Output check(const std::string& text, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {lab::built("holdfastd"), "-t", "-f",
                                          host_->write("k.conf", text)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return host_->run(arguments);
  }

  std::unique_ptr<lab::Network> network_;
  lab::Host* host_ = nullptr;
};

TEST_F(Check, ExitsWithTheWorstThatWasFound) {
  const io::Output sound = check(router("  priority 150\n"));
  EXPECT_EQ(sound.exit.code, 0);
  EXPECT_EQ(sound.output + sound.errors, "") << "scripts go by that, as with keepalived";
  EXPECT_EQ(check(router("  priority 150\n  lvs_id x\n")).exit.code, 0) << "a warning";
  EXPECT_EQ(check(router("  priority 500\n")).exit.code, 5);
  // An instance on an interface that is not there, and behind it a mild mistake.
  std::string absent = router("  priority 150\n");
  absent.replace(absent.find("eth0"), 4, "eth7");
  EXPECT_EQ(check(absent + "vrrp_script s {\n  script /bin/true\n  interval x\n}\n").exit.code, 4);
  EXPECT_EQ(host_->run({lab::built("holdfastd"), "-t", "-f", "/absent"}).exit.code, 4);
}

TEST_F(Check, LintKnowsTheInterfacesOfTheMachine) {
  std::string far = router("  priority 150\n");
  far.replace(far.find("10.0.0.50"), 9, "10.9.0.50");
  const io::Output output = check(far, {"--lint"});
  EXPECT_EQ(output.exit.code, 0) << "a warning leaves the file sound";
  EXPECT_THAT(output.errors,
              HasSubstr("k.conf:5:23: warning: 10.9.0.50 is in no network of eth0 "
                        "[address-outside-subnet]\n"
                        "5 |   virtual_ipaddress { 10.9.0.50/24 }\n"
                        "  |                       ^~~~~~~~~~~~\n"
                        "hint: eth0 has 10.0.0.11/24; is a digit wrong, or should there be "
                        "`dev`?\n"));
  EXPECT_THAT(output.errors, HasSubstr("k.conf is sound: "));
  EXPECT_THAT(output.errors, Not(HasSubstr("\033"))) << "no colours where no terminal is";
}

TEST_F(Check, TellsWhetherTwoNodesWorkTogether) {
  const std::string file = router(
      "@one  priority 150\n@two  priority 100\n@two  advert_int 2\n"
      "@three  priority 90\n");
  const std::string path = host_->write("k.conf", file);
  const io::Output apart = check(file, {"-i", "one", "--peer", path + "@two"});
  EXPECT_EQ(apart.exit.code, 5);
  EXPECT_THAT(apart.errors,
              HasSubstr("web advertises every 1 s, its peer every 2 s [pair-interval]"));
  EXPECT_THAT(apart.errors, HasSubstr("the other node's is here, read as " + path + "@two"));
  const io::Output together = check(file, {"-i", "one", "--peer", path + "@three"});
  EXPECT_EQ(together.exit.code, 0);
  EXPECT_EQ(together.errors, path + " with " + path + "@three is sound\n");
  EXPECT_EQ(
      check(file, {"-i", "one", "--peer", path + "@two", "--peer", path + "@three"}).exit.code, 5);
  EXPECT_EQ(check(file, {"--peer", "/absent"}).exit.code, 4);
}

TEST_F(Check, WritesJsonToStandardOutputOrAFile) {
  const std::string broken = router("  priority 500\n");
  const io::Output output = check(broken, {"--json"});
  EXPECT_EQ(output.errors, "");
  EXPECT_EQ(output.exit.code, 5);
  const auto parsed = json::parse(output.output);
  ASSERT_TRUE(parsed) << output.output;
  EXPECT_EQ((*parsed)["verdict"], json::Value("runs-with-errors"));
  EXPECT_EQ((*parsed)["exit_status"], json::Value(5));
  EXPECT_EQ((*parsed)["findings"].at(0)["place"]["line"], json::Value(4));
  const std::string file = host_->directory() + "/found";
  const io::Output filed = host_->run(
      {lab::built("holdfastd"), "-t" + file, "--json", "-f", host_->write("k.conf", broken)});
  EXPECT_EQ(filed.output + filed.errors, "");
  EXPECT_EQ(host_->run({"cat", file}).output, output.output);
}

}  // namespace
