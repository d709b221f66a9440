// Who is told what: FIFOs beside keepalived's, the programs that read them, users of scripts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>

#include "agent/setup.h"

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

TEST_F(Notify, AnActiveRouterTellsOfALowerOne) {
  const std::string seen = a_.directory() + "/seen";
  const std::string script = a_.write("lower.sh", "#!/bin/sh\necho lower >>" + seen + "\n");
  ASSERT_EQ(chmod(script.c_str(), 0755), 0);
  lab::Program& agent = start_holdfastd(a_, config({.priority = 150,
                                                    .more = "notify_master_rx_lower_pri " + script,
                                                    .before = fifo_settings(a_)}));
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); }));
  a_.link_down();  // the other one takes over, and then there are two
  ASSERT_TRUE(lab::wait_until([&] { return told(a_).ends_with("FAULT 150\n"); })) << told(a_);
  start_holdfastd(b_, config({.priority = 50}));
  ASSERT_TRUE(lab::wait_until([&] { return holds(b_); }));
  a_.link_up();
  EXPECT_TRUE(lab::wait_until([&] {
    return told(a_).find("INSTANCE \"VI_1\" MASTER_RX_LOWER_PRI 150\n") != std::string::npos ||
           told(a_).ends_with("MASTER 150\n");
  })) << told(a_)
      << agent.output();
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
