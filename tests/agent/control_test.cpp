// The control socket as operators use it, and as somebody abuses it.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <csignal>

#include "agent/setup.h"
#include "io/descriptor.h"
#include "json/value.h"
#include "net/arp.h"

namespace {

using agent_test::becomes_the_one;
using agent_test::config;
using agent_test::holds;
using agent_test::start_holdfastd;
using testing::HasSubstr;
using namespace std::chrono_literals;

constexpr std::string_view kFirst = "/run/holdfast/holdfastd.sock";

io::Descriptor connect_to(std::string_view path) {
  io::Descriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, path.size());
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    fd.reset();
  return fd;
}

class ControlSocket : public lab::Test {
 protected:
  void TearDown() override {
    if (HasFailure() && one_ != nullptr) std::cerr << "--- one\n" << one_->output();
  }

  io::Output holdfast(std::vector<std::string> words) {
    words.insert(words.begin(), lab::built("holdfast"));
    return a_.run(std::move(words));
  }
  bool status_says(const std::string& agent, std::string_view text) {
    return lab::wait_until([&] {
      return holdfast({"status", "--agent", agent}).output.find(text) != std::string::npos;
    });
  }

  lab::Network network_;
  lab::Host& a_ = network_.add_host("a", "10.0.0.11/24");
  lab::Host& b_ = network_.add_host("b", "10.0.0.12/24");
  lab::Program* one_ = nullptr;
};

TEST_F(ControlSocket, DrainYieldsAndStaysOutUntilUndrainAndSaysWhatFollowed) {
  one_ = &start_holdfastd(a_, config({.priority = 150}));
  ASSERT_TRUE(lab::wait_until([&] { return one_->said("control.listening"); }));
  lab::Program& two = start_holdfastd(b_, config({.priority = 100}));
  ASSERT_TRUE(becomes_the_one(a_, b_));
  ASSERT_TRUE(lab::wait_until([&] { return two.said("socket=/run/holdfast/holdfastd-2.sock"); }));
  ASSERT_TRUE(status_says("holdfastd-2", "10.0.0.11 (150)"));

  // Two agents share the machine's /run: who does not say which is asked.
  const auto ambiguous = holdfast({"ctl", "drain"});
  EXPECT_EQ(ambiguous.exit.code, 1);
  EXPECT_THAT(ambiguous.errors, HasSubstr("2 agents run here: holdfastd, holdfastd-2"));
  const auto both = holdfast({"status"}).output;
  EXPECT_THAT(both, HasSubstr("agent holdfastd-2"));
  EXPECT_THAT(both,
              HasSubstr("10.0.0.11 is active and has the higher priority (150, ours is 100)"));

  const auto drained = holdfast({"ctl", "drain", "VI_1", "--agent", "holdfastd"});
  EXPECT_EQ(drained.exit.code, 0) << drained.errors;
  EXPECT_THAT(drained.output,
              HasSubstr("yielded; resigned by command; successor heard from 10.0.0.12"));
  ASSERT_TRUE(becomes_the_one(b_, a_));
  two.kill();
  EXPECT_TRUE(lab::holds_for(1s, [&] { return !holds(a_); })) << "drained";
  EXPECT_TRUE(status_says("holdfastd", "drained, and nobody else is active"));
  EXPECT_EQ(holdfast({"ctl", "undrain"}).exit.code, 0) << "one agent is left";
  EXPECT_TRUE(lab::wait_until([&] { return holds(a_); }));
  EXPECT_TRUE(one_->said("control.command do=drain instance=VI_1 uid=0"));
}

TEST_F(ControlSocket, ReloadLogAndGarpDoWhatTheySay) {
  one_ = &start_holdfastd(a_, config({}));
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); }));
  lab::Tap tap = b_.tap();
  EXPECT_THAT(holdfast({"ctl", "garp"}).output, HasSubstr("VI_1: announced 10.0.0.50/24"));
  EXPECT_TRUE(tap.wait_for([&](const lab::Frame& frame) {
    const auto arp = net::parse_arp(frame.bytes);
    return arp && arp->is_gratuitous() && arp->sender_mac == a_.mac();
  }));
  EXPECT_EQ(holdfast({"ctl", "log", "debug"}).exit.code, 0);
  EXPECT_THAT(holdfast({"ctl", "log", "loud"}).errors, HasSubstr("unknown log level"));
  EXPECT_THAT(holdfast({"ctl", "reload"}).output, HasSubstr("reloaded: 1 instance\n"));
  a_.write("holdfast.conf", "vrrp_instance VI_1 {\n interface eth9\n");
  const auto refused = holdfast({"ctl", "reload"});
  EXPECT_EQ(refused.exit.code, 1);
  EXPECT_THAT(refused.errors, HasSubstr("nothing has changed"));
  EXPECT_THAT(refused.errors, HasSubstr("^"));
  EXPECT_TRUE(holds(a_));
  EXPECT_THAT(holdfast({"ctl", "resign", "VI_2"}).errors, HasSubstr("did you mean \"VI_1\"?"));
}

TEST_F(ControlSocket, StatusIsOneJsonDocumentForPrograms) {
  one_ = &start_holdfastd(a_, config({}));
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); }));
  ASSERT_TRUE(status_says("holdfastd", "10.0.0.50/24 on eth0, here"));
  const auto document = json::parse(holdfast({"status", "--json"}).output);
  ASSERT_TRUE(document.has_value());
  const json::Value& instance = (*document)["agents"].at(0)["instances"].at(0);
  EXPECT_EQ(instance.text_or("state", ""), "active");
  EXPECT_EQ(instance["addresses"].at(0).text_or("address", ""), "10.0.0.50/24");
  EXPECT_EQ(instance["transitions"].at(0).text_or("cause", ""), "silence");
}

TEST_F(ControlSocket, ErrorsSayWhatToDo) {
  const auto none = holdfast({"status"});
  EXPECT_EQ(none.exit.code, 1);
  EXPECT_THAT(none.errors, HasSubstr("no agent is running here"));
  EXPECT_THAT(none.errors, HasSubstr("hint: start one with"));
  const std::string own = a_.directory() + "/own.sock";
  one_ = &a_.start({"holdfastd", "-n", "-l", "-f", a_.write("k.conf", config({})),
                    "--pid=" + a_.directory() + "/k.pid", "--control=" + own});
  ASSERT_TRUE(lab::wait_until([&] { return one_->said("control.listening"); }));
  EXPECT_EQ(holdfast({"status", "--agent", own}).exit.code, 0);
  struct stat socket {};
  ASSERT_EQ(stat(own.c_str(), &socket), 0);
  EXPECT_EQ(socket.st_mode & 0777U, 0660U);
  one_->kill();
  EXPECT_THAT(holdfast({"status", "--agent", own}).errors,
              HasSubstr("left over from one that was killed"));
  one_ = &a_.start({"holdfastd", "-n", "-l", "-f", a_.directory() + "/k.conf",
                    "--pid=" + a_.directory() + "/k.pid", "--control=" + own});
  ASSERT_TRUE(lab::wait_until([&] { return one_->said("control.listening"); })) << "replaced";
  one_->send(SIGTERM);
  ASSERT_TRUE(one_->wait().has_value());
  EXPECT_NE(stat(own.c_str(), &socket), 0) << "nothing is left behind";
}

// Half requests, senseless ones, readers that do not read, more of them than there is room for:
// advertisements go out as before, and an operator still gets an answer.
TEST_F(ControlSocket, AbuseDelaysNothing) {
  std::string many;
  for (int vrid = 1; vrid <= 100; ++vrid)
    many += fmt::format(
        "vrrp_instance VI_{0} {{\n interface eth0\n virtual_router_id {0}\n priority 100\n version "
        "3\n"
        " advert_int 0.5\n virtual_ipaddress {{ 10.0.1.{0}/24 }}\n}}\n",
        vrid);
  one_ = &start_holdfastd(a_, many);
  ASSERT_TRUE(lab::wait_until([&] { return a_.has_address("10.0.1.100"); }));
  lab::Program& two = start_holdfastd(b_, many);
  ASSERT_TRUE(lab::wait_until([&] { return two.said("control.listening"); }));
  std::vector<io::Descriptor> abusers;
  const auto open = [&](std::string_view words) {
    abusers.push_back(connect_to(kFirst));
    if (abusers.back())
      (void)::send(abusers.back().get(), words.data(), words.size(), MSG_NOSIGNAL);
  };
  const std::string long_line(8192, 'x');
  const std::string ask = "{\"do\":\"status\"}\n{\"do\":\"status\"}\n{\"do\":\"status\"}\n";
  for (int round = 0; round < 40; ++round) {
    open("{\"do\":\"sta");  // half
    open(ask);              // and never reads
    open(long_line);
    open("GET / HTTP/1.1\r\n\r\n");
    open(std::string_view("\0\xff{\n", 4));
  }
  // One that was told what is wrong with its request.
  const io::Descriptor curious = connect_to(kFirst);
  ASSERT_TRUE(curious);
  ASSERT_GT(::send(curious.get(), "{\"do\":\"drian\"}\n", 15, MSG_NOSIGNAL), 0);
  char answer[256] = {};
  ASSERT_GT(::recv(curious.get(), answer, sizeof answer - 1, 0), 0);
  EXPECT_THAT(answer, HasSubstr("did you mean \\\"drain\\\"?"));
  for (int round = 0; round < 5; ++round) {
    const auto status = holdfast({"status", "--json", "--agent", "holdfastd"});
    EXPECT_EQ(status.exit.code, 0) << status.errors;
    const auto document = json::parse(status.output);
    ASSERT_TRUE(document.has_value());
    ASSERT_EQ((*document)["agents"].at(0)["instances"].as_array()->size(), 100U);
  }
  EXPECT_FALSE(two.said("to=active")) << "no backup missed an advertisement";
  EXPECT_FALSE(one_->said("from=active"));
}

}  // namespace
