// What the end-to-end tests of holdfastd share: configurations, daemons, and what to wait for.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "lab/lab.h"

namespace agent_test {

inline constexpr std::string_view kVirtual = "10.0.0.50";

// A plain instance on eth0, as people write it.
struct Instance {
  int version = 3;
  int priority = 100;
  std::string interval = "0.1";
  std::string more = {};  // lines inside the instance
  std::string state = "BACKUP";
  std::string before = {};  // lines before it
};

inline std::string config(const Instance& instance) {
  return fmt::format(R"({}
vrrp_instance VI_1 {{
    state {}
    interface eth0
    virtual_router_id 51
    priority {}
    advert_int {}
    version {}
    {}
    virtual_ipaddress {{
        {}/24
    }}
}}
)",
                     instance.before, instance.state, instance.priority, instance.interval,
                     instance.version, instance.more, kVirtual);
}

inline lab::Program& start_holdfastd(lab::Host& host, const std::string& text) {
  return host.start({"holdfastd", "-n", "-l", "-D", "-f", host.write("holdfast.conf", text),
                     "--pid=" + host.directory() + "/holdfastd.pid"});
}

inline lab::Program& start_keepalived(lab::Host& host, const std::string& text) {
  const std::string directory = host.directory();
  return host.start({"/usr/sbin/keepalived", "-n", "-l", "-D", "-P", "-f",
                     host.write("keepalived.conf", text), "-p", directory + "/keepalived.pid", "-r",
                     directory + "/vrrp.pid"});
}

inline bool holds(const lab::Host& host) {
  return host.has_address(kVirtual);
}

// The first has the address, the second has not.
inline bool becomes_the_one(const lab::Host& active, const lab::Host& other) {
  return lab::wait_until([&] { return holds(active) && !holds(other); });
}

}  // namespace agent_test
