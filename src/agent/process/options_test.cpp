#include "agent/process/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using agent::process::Options;
using agent::process::parse_options;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Options, OfTheBoshJobAreUnderstood) {
  const auto options =
      parse_options({"keepalived", "-l", "-D", "-n", "-f", "/var/vcap/k.conf", "--pid=/run/k.pid",
                     "--vrrp_pid=/run/v.pid", "--checkers_pid=/run/c.pid"});
  ASSERT_TRUE(options.has_value()) << options.error().what;
  EXPECT_EQ(options->config_file, "/var/vcap/k.conf");
  EXPECT_TRUE(options->is_foreground);
  EXPECT_TRUE(options->logs_to_console);
  EXPECT_EQ(options->pid_file, "/run/k.pid");
  EXPECT_EQ(options->vrrp_pid_file, "/run/v.pid");
  EXPECT_THAT(options->without_effect, IsEmpty());
}

TEST(Options, OfNeutronAndOfContainersAreUnderstood) {
  const auto neutron = parse_options({"keepalived", "-P", "-f", "/k.conf", "-p", "/k.pid", "-r",
                                      "/v.pid", "-c", "/c.pid", "-D", "-x"});
  ASSERT_TRUE(neutron.has_value()) << neutron.error().what;
  EXPECT_FALSE(neutron->is_foreground);
  EXPECT_THAT(neutron->without_effect, ElementsAre("-x (--snmp)"));
  const auto container =
      parse_options({"keepalived", "--dont-fork", "--dump-conf", "--log-console", "--log-detail"});
  ASSERT_TRUE(container.has_value()) << container.error().what;
  EXPECT_TRUE(container->is_foreground && container->logs_to_console);
}

TEST(Options, TheLeaseOnAddressesCanBeSwitchedOff) {
  EXPECT_TRUE(parse_options({"k"})->leases_addresses);
  EXPECT_FALSE(parse_options({"k", "--no-address-lease"})->leases_addresses);
}

TEST(Options, TestMayNameAFileForItsFindings) {
  EXPECT_EQ(parse_options({"k", "-t"})->action, Options::Action::Test);
  EXPECT_TRUE(parse_options({"k", "-t", "--lint"})->lints);
  EXPECT_EQ(parse_options({"k", "--print-config"})->action, Options::Action::PrintConfig);
  EXPECT_TRUE(parse_options({"k", "--print-config", "--json"})->as_json);
  EXPECT_TRUE(parse_options({"k", "--print-config", "--with-passwords"})->with_passwords);
  EXPECT_FALSE(parse_options({"k", "--with-passwords"}));
  EXPECT_EQ(parse_options({"k", "--help-config=priority"})->keyword, "priority");
  EXPECT_THAT(parse_options({"k", "--peer", "a", "--peer=b@c"})->peers, ElementsAre("a", "b@c"));
  EXPECT_EQ(parse_options({"k", "--help-lint", "owner"})->keyword, "owner");
  EXPECT_TRUE(parse_options({"k", "-t", "--json"})->as_json);
  EXPECT_FALSE(parse_options({"k", "--json"}).has_value());
  EXPECT_EQ(parse_options({"k", "--config-test=/tmp/found"})->test_output, "/tmp/found");
}

TEST(Options, AMistakeIsNamed) {
  EXPECT_THAT(parse_options({"k", "--foregrond"}).error().what, HasSubstr("--foregrond"));
  EXPECT_THAT(parse_options({"k", "-f"}).error().what, HasSubstr("-f needs a value"));
  EXPECT_THAT(parse_options({"k", "k.conf"}).error().what, HasSubstr("'k.conf'"));
  EXPECT_EQ(parse_options({"k", "-C"}).error().kind, base::Kind::Unsupported);
}

TEST(Options, EveryOneThatHelpNamesIsAccepted) {
  EXPECT_THAT(agent::process::help_text(), HasSubstr("CAP_NET_ADMIN"));
  EXPECT_EQ(agent::process::signal_number("RELOAD"), 1);
  EXPECT_EQ(agent::process::signal_number("DANCE"), std::nullopt);
}

TEST(Options, OfTheLogAndTheProcess) {
  const auto options = parse_options({"k", "-d", "-S", "3", "-g/var/log/k", "-G", "-V", "-m", "-X",
                                      "-u", "027", "--ignore-sigint", "-s", "blue"});
  ASSERT_TRUE(options.has_value()) << options.error().what;
  EXPECT_TRUE(options->dumps_config && options->keeps_addresses && options->dumps_core &&
              options->ignores_interrupt);
  EXPECT_EQ(options->log_facility, 19);
  EXPECT_EQ(options->log_file, "/var/log/k");
  EXPECT_FALSE(options->logs_to_syslog);
  EXPECT_EQ(options->umask, 027U);
  EXPECT_EQ(options->network_namespace, "blue");
  EXPECT_THAT(options->without_effect, IsEmpty());
  EXPECT_EQ(parse_options({"k", "-S", "local7"})->log_facility, 23);
  EXPECT_THAT(parse_options({"k", "-S", "9"}).error().what, HasSubstr("'9'"));
  EXPECT_THAT(parse_options({"k", "-u", "99"}).error().what, HasSubstr("'99'"));
}

}  // namespace
