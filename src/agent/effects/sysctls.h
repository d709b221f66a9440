// Kernel settings below /proc/sys that must be so while this program runs, and as they were before
// afterwards.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/error.h"

namespace agent::effects {

class Sysctls {
 public:
  // By path below /proc/sys: "net/ipv4/conf/eth0/arp_ignore".
  using Values = std::map<std::string, std::string>;

  static std::optional<std::string> read(const std::string& path);
  static base::Result<> write(const std::string& path, const std::string& value);

  // Sets what is wanted and remembers what was there; what is no longer wanted is restored.
  void keep(const Values& wanted);
  void restore() { keep({}); }
  // What was there before us, or is there now.
  std::optional<std::string> original(const std::string& path) const;

 private:
  Values originals_;
};

}  // namespace agent::effects
