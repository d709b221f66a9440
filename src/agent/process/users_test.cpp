#include "agent/process/users.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const agent::process::Users kUsers(
    "root:x:0:0:root:/root:/bin/bash\n"
    "broken\n"
    "keepalived_script:x:998:997::/:/sbin/nologin\n"
    "haproxy:x:106:112::/:/bin/false\n",
    "root:x:0:\nadm:x:4:syslog,haproxy\nhaproxy:x:112:\nweb:x:1001:www,haproxy\nodd\n");

TEST(Users, AUserHasItsOwnGroupUnlessAnotherIsNamed) {
  EXPECT_EQ(kUsers.find("haproxy", "", false), (base::Identity{.user = 106, .group = 112}));
  EXPECT_EQ(kUsers.find("keepalived_script", "adm", false),
            (base::Identity{.user = 998, .group = 4}));
  EXPECT_EQ(kUsers.find("106", "4", false), (base::Identity{.user = 106, .group = 4}));
  EXPECT_EQ(kUsers.find("4711", "", false), (base::Identity{.user = 4711, .group = 4711}));
}

TEST(Users, OtherGroupsCountWhereOneAsksForThem) {
  EXPECT_THAT(kUsers.find("haproxy", "", false)->more_groups, IsEmpty());
  EXPECT_THAT(kUsers.find("haproxy", "", true)->more_groups, ElementsAre(112, 4, 1001));
  EXPECT_EQ(kUsers.find("haproxy", "adm", true)->group, 4U);
}

TEST(Users, WhoIsMissingIsNamed) {
  EXPECT_THAT(kUsers.find("nobody", "", false).error().what, HasSubstr("no user 'nobody'"));
  EXPECT_THAT(kUsers.find("haproxy", "wheel", false).error().what, HasSubstr("no group 'wheel'"));
}

}  // namespace
