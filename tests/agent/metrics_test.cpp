// Metrics as Prometheus reads them; promtool, where it is installed, has the last word on their
// form and on the alert rules.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <filesystem>

#include "agent/setup.h"
#include "io/descriptor.h"

namespace {

using agent_test::config;
using agent_test::holds;
using testing::HasSubstr;
using namespace std::chrono_literals;

class MetricsEndpoint : public lab::Test {
 protected:
  void start(const std::string& place) {
    agent_ = &a_.start({"holdfastd", "-n", "-l", "-f", a_.write("k.conf", config({})),
                        "--pid=" + a_.directory() + "/k.pid", "--metrics=" + place});
    ASSERT_TRUE(lab::wait_until([&] { return holds(a_) && agent_->said("metrics."); }))
        << agent_->output();
    const std::string log = agent_->output();
    const std::size_t at = log.find("metrics.listening port=");
    if (at != std::string::npos) port_ = static_cast<std::uint16_t>(std::stoi(log.substr(at + 23)));
  }

  io::Descriptor connect() const {
    io::Descriptor fd;
    a_.space().inside([&] {
      fd = io::Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      sockaddr_in to{};
      to.sin_family = AF_INET;
      to.sin_port = htons(port_);
      to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) fd.reset();
    });
    return fd;
  }

  // The whole answer, from a server that closes behind it.
  std::string get(const std::string& target) const {
    const io::Descriptor fd = connect();
    const std::string request =
        fmt::format("GET {} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", target);
    if (!fd || ::send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0) return {};
    std::string out;
    char part[4096];
    for (ssize_t got; (got = ::recv(fd.get(), part, sizeof part, 0)) > 0;)
      out.append(part, static_cast<std::size_t>(got));
    return out;
  }

  lab::Network network_;
  lab::Host& a_ = network_.add_host("a", "10.0.0.11/24");
  lab::Program* agent_ = nullptr;
  std::uint16_t port_ = 0;
};

TEST_F(MetricsEndpoint, ShowsStateAndCountersAlsoWhileOthersAreSlow) {
  start("0");
  ASSERT_NE(port_, 0);
  a_.link_up("lo");
  std::vector<io::Descriptor> slow;
  for (int i = 0; i < 8; ++i) {
    slow.push_back(connect());
    ASSERT_TRUE(slow.back());
    (void)::send(slow.back().get(), "GET /met", 8, MSG_NOSIGNAL);
  }
  EXPECT_TRUE(lab::wait_until([&] {
    return get("/metrics")
               .find(
                   "holdfast_instance_state{vrrp_instance=\"VI_1\",interface=\"eth0\","
                   "vrid=\"51\",family=\"ipv4\"} 2") != std::string::npos;
  }));
  EXPECT_THAT(get("/"), HasSubstr("/metrics"));
  EXPECT_THAT(get("/nothing"), HasSubstr("404"));
  EXPECT_FALSE(agent_->said("from=active"));
}

TEST_F(MetricsEndpoint, APortThatIsTakenIsSaidAndDoesNotStopTheAgent) {
  start("10.9.9.9:9650");
  EXPECT_THAT(agent_->output(), HasSubstr("metrics.unavailable"));
  EXPECT_THAT(agent_->output(), HasSubstr("cannot listen on 10.9.9.9:9650"));
  EXPECT_TRUE(agent_->is_running());
}

TEST_F(MetricsEndpoint, AndAlertRulesPassPromtool) {
  if (!std::filesystem::exists("/usr/bin/promtool"))
    GTEST_SKIP() << "promtool is not installed (Debian's package prometheus)";
  start("0");
  a_.link_up("lo");
  const std::string answer = get("/metrics");
  const std::string body = a_.write("metrics", answer.substr(answer.find("\r\n\r\n") + 4));
  const auto metrics = a_.run({"/bin/sh", "-c", "promtool check metrics < " + body});
  EXPECT_EQ(metrics.exit.code, 0) << metrics.errors << metrics.output;
  const std::string folder = HOLDFAST_SOURCE_DIR "/packaging/prometheus/";
  const auto rules = a_.run({"promtool", "check", "rules", folder + "holdfast.rules.yml"});
  EXPECT_EQ(rules.exit.code, 0) << rules.errors << rules.output;
  const auto tests = a_.run({"promtool", "test", "rules", folder + "holdfast.rules.test.yml"});
  EXPECT_EQ(tests.exit.code, 0) << tests.errors << tests.output;
}

}  // namespace
