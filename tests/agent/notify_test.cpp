// Who is told what: FIFOs beside keepalived's, the programs that read them, users of scripts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>

#include "agent/setup.h"
#include "net/ipv4_header.h"
#include "vrrp/packet.h"

namespace {

using agent_test::config;
using agent_test::holds;
using agent_test::start_holdfastd;
using agent_test::start_keepalived;

std::string contents(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

class Notify : public lab::Test {
 protected:
  // A program that copies the FIFO, its last argument, into a file.
  std::string fifo_settings(const lab::Host& host, const std::string& more = "") const {
    const std::string script =
        host.write("reader.sh", "#!/bin/sh\nexec cat \"$2\" >>" + host.directory() + "/read.$1\n");
    EXPECT_EQ(chmod(script.c_str(), 0755), 0);
    return fmt::format(
        "global_defs {{\nvrrp_notify_fifo {0}/fifo\nvrrp_notify_fifo_script \"{1} vrrp\"\n"
        "notify_fifo {0}/all\nnotify_fifo_script \"{1} all\"\n{2}\n}}\n",
        host.directory(), script, more);
  }
  std::string told(const lab::Host& host, const std::string& which = "vrrp") const {
    return contents(host.directory() + "/read." + which);
  }

  lab::Network network_;
  lab::Host& a_ = network_.add_host("a", "10.0.0.11/24");
  lab::Host& b_ = network_.add_host("b", "10.0.0.12/24");
};

TEST_F(Notify, FifosGetTheLinesThatKeepalivedWrites) {
  // In a user namespace keepalived can run no script, so that both FIFOs are read from outside.
  lab::Network elsewhere;
  lab::Host& reference = elsewhere.add_host("r", "10.0.0.11/24");
  const auto prepare = [&](lab::Host& host) {
    const std::string fifo = host.directory() + "/fifo";
    EXPECT_EQ(mkfifo(fifo.c_str(), 0600), 0);
    host.start({"/bin/sh", "-c", fmt::format("cat {} >{}/read.vrrp", fifo, host.directory())});
    return config({.before = fmt::format("global_defs {{\nvrrp_notify_fifo {}\n}}\n"
                                         "vrrp_sync_group G {{\ngroup {{\nVI_1\n}}\n}}",
                                         fifo)});
  };
  const auto tell_a_story = [&](lab::Host& host, lab::Program& program) {
    EXPECT_TRUE(lab::wait_until([&] { return told(host).ends_with("GROUP \"G\" MASTER 0\n"); }));
    host.link_down();
    EXPECT_TRUE(lab::wait_until([&] { return told(host).ends_with("GROUP \"G\" FAULT 0\n"); }));
    host.link_up();
    EXPECT_TRUE(lab::wait_until([&] { return told(host).ends_with("GROUP \"G\" MASTER 0\n"); }));
    program.send(SIGTERM);
    EXPECT_TRUE(lab::wait_until([&] { return told(host).ends_with("GROUP \"G\" STOP 0\n"); }));
    if (HasFailure()) std::cerr << told(host) << program.output();
    return told(host);
  };
  const std::string ours = tell_a_story(a_, start_holdfastd(a_, prepare(a_)));
  EXPECT_EQ(ours, tell_a_story(reference, start_keepalived(reference, prepare(reference))));
}

TEST_F(Notify, TwoFifosHaveTheirReadersAndSayPrioritiesWhereThatIsAskedFor) {
  a_.write("healthy", "");
  lab::Program& agent = start_holdfastd(
      a_, config({.more = "notify_priority_changes\ntrack_script {\ncheck\n}",
                  .before = fifo_settings(a_) +
                            fmt::format("vrrp_script check {{\nscript \"/usr/bin/test -e "
                                        "{}/healthy\"\ninterval 0.1\nweight 10\n}}",
                                        a_.directory())}));
  ASSERT_TRUE(lab::wait_until([&] { return told(a_).ends_with("MASTER 110\n"); })) << told(a_);
  std::remove((a_.directory() + "/healthy").c_str());
  ASSERT_TRUE(lab::wait_until([&] { return told(a_).ends_with("MASTER_PRIORITY 100\n"); }))
      << told(a_) << agent.output();
  agent.send(SIGTERM);
  ASSERT_TRUE(agent.wait().has_value());
  ASSERT_TRUE(lab::wait_until([&] { return told(a_).ends_with("STOP 100\n"); })) << told(a_);
  EXPECT_TRUE(lab::wait_until([&] { return told(a_) == told(a_, "all"); }));
  EXPECT_NE(access((a_.directory() + "/fifo").c_str(), F_OK), 0);
}

// An advertisement of priority 50 from b, as a router sends it that has not heard of us.
std::vector<std::uint8_t> lower_advertisement(const lab::Host& from) {
  const std::vector<std::uint8_t> address{10, 0, 0, 50};
  const auto source = net::IpAddress::parse("10.0.0.12").value();
  const auto packet = vrrp::encode({.version = vrrp::Version::V3,
                                    .vrid = 51,
                                    .priority = vrrp::Priority(50),
                                    .interval = std::chrono::milliseconds(100),
                                    .checksum = vrrp::ChecksumForm::WithPseudoHeader,
                                    .address_bytes = address},
                                   source, vrrp::kGroupIpv4);
  std::vector<std::uint8_t> frame{0x01, 0x00, 0x5e, 0x00, 0x00, 0x12};
  const auto mac = from.mac();
  frame.insert(frame.end(), mac.bytes().begin(), mac.bytes().end());
  frame.insert(frame.end(), {0x08, 0x00});
  const auto header = net::encode({.source = source,
                                   .destination = vrrp::kGroupIpv4,
                                   .protocol = vrrp::kIpProtocol,
                                   .ttl = 255},
                                  packet.size());
  frame.insert(frame.end(), header.begin(), header.end());
  frame.insert(frame.end(), packet.begin(), packet.end());
  return frame;
}

TEST_F(Notify, AnActiveRouterTellsOfALowerOne) {
  const std::string seen = a_.directory() + "/seen";
  const std::string script = a_.write("lower.sh", "#!/bin/sh\necho lower >>" + seen + "\n");
  ASSERT_EQ(chmod(script.c_str(), 0755), 0);
  lab::Program& agent = start_holdfastd(a_, config({.priority = 150,
                                                    .more = "notify_master_rx_lower_pri " + script,
                                                    .before = fifo_settings(a_)}));
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); })) << agent.output();
  lab::Tap wire = b_.tap();
  EXPECT_TRUE(lab::wait_until([&] {
    wire.send(lower_advertisement(b_));
    return told(a_).find("INSTANCE \"VI_1\" MASTER_RX_LOWER_PRI 150\n") != std::string::npos;
  })) << told(a_)
      << agent.output();
  EXPECT_TRUE(lab::wait_until([&] { return contents(seen) == "lower\n"; }));
}

TEST_F(Notify, PeopleGetMailAndADeadServerDelaysNothing) {
  const std::string mail =
      "global_defs {\nrouter_id node1\nnotification_email {\nops@example.org\nboss@example.org\n}\n"
      "notification_email_from vrrp@example.org\nsmtp_server 10.0.0.12 2525\n"
      "smtp_connect_timeout 5\nsmtp_alert on\n}\n";
  lab::Program& server = b_.start({"python3", "-u", "-W", "ignore", "-m", "smtpd", "-n", "-c",
                                   "DebuggingServer", "10.0.0.12:2525"});
  ASSERT_TRUE(lab::wait_until([&] {
    return b_.run({"ss", "-lnt"}).output.find("10.0.0.12:2525") != std::string::npos;
  })) << server.output();
  lab::Program& agent = start_holdfastd(a_, config({.before = mail}));
  ASSERT_TRUE(lab::wait_until([&] { return server.said("Entering MASTER state"); }))
      << server.output() << agent.output();
  EXPECT_TRUE(server.said("Subject: [node1] VRRP Instance VI_1 - Entering BACKUP state"));
  EXPECT_TRUE(server.said("Subject: [node1] VRRP Instance VI_1 - Entering MASTER state"));
  EXPECT_TRUE(server.said("To: ops@example.org, boss@example.org"));
  EXPECT_TRUE(server.said("=> VRRP Instance is now owning VRRP VIPs <="));
  server.kill();
  agent.send(SIGTERM);
  EXPECT_TRUE(agent.wait().has_value());
  EXPECT_TRUE(agent.said("mail.delayed")) << agent.output();
}

TEST_F(Notify, AReloadWritesAllStatesWhereThatIsAskedFor) {
  lab::Program& agent = start_holdfastd(
      a_, config({.before = fifo_settings(a_, "fifo_write_vrrp_states_on_reload")}));
  const std::string master = "INSTANCE \"VI_1\" MASTER 100\n";
  ASSERT_TRUE(lab::wait_until([&] { return told(a_).ends_with(master); })) << agent.output();
  agent.send(SIGHUP);
  EXPECT_TRUE(lab::wait_until([&] { return told(a_).ends_with(master + master); })) << told(a_);
}

TEST_F(Notify, WhatIsNotThereOrOfNobodyIsNamedAndTheInstanceRuns) {
  lab::Program& agent = start_holdfastd(
      a_, config({.more = "track_script {\ncheck\n}\nnotify_master \"/bin/true\" nosuchuser",
                  .before = "vrrp_script check {\nscript \"/no/such/program\"\n}"}));
  EXPECT_TRUE(lab::wait_until([&] { return holds(a_); })) << agent.output();
  EXPECT_TRUE(agent.said("/no/such/program"));
  EXPECT_TRUE(agent.said("there is no user 'nosuchuser'"));
}

}  // namespace
