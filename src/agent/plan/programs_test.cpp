#include "agent/plan/programs.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "keepalived/read.h"

namespace {

using agent::plan::PathStep;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr unsigned kDirectory = S_IFDIR | 0755;
constexpr unsigned kFile = S_IFREG | 0755;

TEST(FirstUnsafe, IsWhatOthersThanRootOwnOrMayWrite) {
  using Steps = std::vector<PathStep>;
  const auto unsafe = [](const Steps& steps) {
    const PathStep* step = agent::plan::first_unsafe(steps);
    return step == nullptr ? std::string() : step->path;
  };
  const PathStep root{"/", 0, 0, kDirectory};
  EXPECT_EQ(unsafe({root, {"/bin", 0, 0, kDirectory}, {"/bin/x", 0, 0, kFile}}), "");
  EXPECT_EQ(unsafe({root, {"/home", 1000, 1000, kDirectory}, {"/home/x", 0, 0, kFile}}), "/home");
  EXPECT_EQ(unsafe({root, {"/x", 0, 0, kFile | S_IWOTH}}), "/x");
  EXPECT_EQ(unsafe({root, {"/x", 0, 4, kFile | S_IWGRP}}), "/x");
  EXPECT_EQ(unsafe({root, {"/x", 0, 0, kFile | S_IWGRP}}), "") << "root's own group";
  EXPECT_EQ(unsafe({root, {"/tmp", 0, 0, kDirectory | S_IWOTH | S_ISVTX}}), "");
  EXPECT_EQ(unsafe({root, {"/tmp", 0, 0, kDirectory | S_IWOTH}}), "/tmp");
  EXPECT_EQ(unsafe({root, {"/link", 0, 0, S_IFLNK | 0777}}), "");
}

class Programs : public testing::Test {
 protected:
  Programs() {
    std::ofstream(script_) << "#!/bin/sh\n";
    chmod(script_.c_str(), 0755);
  }
  ~Programs() override { unlink(script_.c_str()); }

  keepalived::Config settled(const std::string& text) {
    auto config = keepalived::read_text("k.conf", text).config;
    found_ = agent::plan::settle_programs(config, rules_);
    return config;
  }
  std::string file(const std::string& globals, const std::string& script,
                   const std::string& user = "") {
    return "global_defs {\n" + globals + "\n}\nvrrp_script check {\n script \"" + script + "\"\n" +
           user + "\n}\nvrrp_instance VI_1 {\n interface eth0\n virtual_router_id 5\n" +
           " virtual_ipaddress {\n 10.0.0.5\n }\n track_script {\n check\n }\n}\n";
  }

  const std::string script_ = testing::TempDir() + fmt::format("programs_test.{}.sh", getpid());
  // In the temporary directory, which is not root's alone: as if we were root.
  agent::plan::ProgramRules rules_{.users = {"web:x:106:112::/:/x\n", "web:x:112:\n"},
                                   .own = {.user = 0, .group = 0},
                                   .may_change_user = true,
                                   .search_path = "/nowhere:/usr/bin:/bin"};
  std::vector<text::Diagnostic> found_;
};

TEST_F(Programs, ANameIsLookedUpInPath) {
  const auto config = settled(file("", "true"));
  ASSERT_THAT(config.scripts, SizeIs(1));
  EXPECT_THAT(config.scripts[0].command.argv[0], HasSubstr("/bin/true"));
  EXPECT_THAT(found_, IsEmpty());
}

TEST_F(Programs, WhatIsNotThereIsNotTracked) {
  for (const char* absent : {"no-such-program", "/no/such/program", "/etc/passwd"}) {
    const auto config = settled(file("", absent));
    EXPECT_THAT(config.scripts, IsEmpty());
    EXPECT_THAT(config.instances.at(0).scripts, IsEmpty());
    ASSERT_THAT(found_, SizeIs(1));
    EXPECT_THAT(found_[0].what, HasSubstr(absent));
    EXPECT_EQ(found_[0].place.line, 5U);
  }
}

TEST_F(Programs, TheScriptsOwnUserCountsThenTheGlobalOneThenKeepalivedsThenOurs) {
  const auto user = [&](const std::string& globals, const std::string& own) {
    const auto config = settled(file(globals, "true", own));
    return config.scripts.at(0).command.runs_as.value_or(rules_.own).user;
  };
  EXPECT_EQ(user("", ""), 0U);
  EXPECT_EQ(user("script_user web", ""), 106U);
  EXPECT_EQ(user("script_user 7", "user web"), 106U);
  rules_.users = {"keepalived_script:x:998:998::/:/x\n", ""};
  EXPECT_EQ(user("", ""), 998U);
}

TEST_F(Programs, AUserThatWeMayNotBecomeIsSaid) {
  rules_.own = {.user = 1000, .group = 1000};
  rules_.may_change_user = false;
  EXPECT_THAT(settled(file("script_user web", "true")).scripts, IsEmpty());
  ASSERT_THAT(found_, SizeIs(1));
  EXPECT_THAT(found_[0].hint, HasSubstr("CAP_SETUID"));
  EXPECT_THAT(settled(file("", "true")).scripts, SizeIs(1));
  EXPECT_THAT(settled(file("script_user nosuch", "true")).scripts, IsEmpty());
}

TEST_F(Programs, AFileThatOthersMayChangeIsRefusedToRootOnlyWithScriptSecurity) {
  if (chmod(script_.c_str(), 0777) != 0) GTEST_SKIP();
  EXPECT_THAT(settled(file("", script_)).scripts, SizeIs(1));
  ASSERT_THAT(found_, SizeIs(1));
  EXPECT_THAT(found_[0].what, HasSubstr("others than root can change"));
  EXPECT_THAT(settled(file("enable_script_security\nscript_user 0", script_)).scripts, IsEmpty());
  EXPECT_THAT(settled(file("enable_script_security\nscript_user web", script_)).scripts, SizeIs(1));
  EXPECT_THAT(found_, IsEmpty());
}

TEST_F(Programs, ScriptSecurityWantsAUser) {
  EXPECT_THAT(settled(file("enable_script_security", "true")).scripts, IsEmpty());
  ASSERT_THAT(found_, SizeIs(1));
  EXPECT_THAT(found_[0].what, HasSubstr("keepalived_script"));
}

}  // namespace
