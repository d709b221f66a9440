// Writes a configuration that is in force as a keepalived.conf: every value that matters spelled
// out, in one order and layout. Reading it gives the same configuration again.
#pragma once

#include <string>

#include "keepalived/config.h"

namespace keepalived {

struct PrintOptions {
  // Passwords are secrets: unless asked for, a comment stands where one was.
  bool with_passwords = false;
};

std::string print(const Config& config, const PrintOptions& options = {});

}  // namespace keepalived
