// Users and groups of this machine, from /etc/passwd and /etc/group as they are: a static program
// has no name service switch. Who is known only to LDAP and its like is named by number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/identity.h"

namespace agent::process {

class Users {
 public:
  Users(std::string passwd, std::string group)
      : passwd_(std::move(passwd)), group_(std::move(group)) {}
  static Users of_this_machine();

  // An empty group is the user's own; `wants_more` is for the others that the user is in.
  base::Result<base::Identity> find(std::string_view user, std::string_view group,
                                    bool wants_more) const;

 private:
  std::string passwd_;
  std::string group_;
};

}  // namespace agent::process
