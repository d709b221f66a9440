// What the reader itself says, so that no --lint is needed to hear it.
#include "keepalived/lint_rules.h"

namespace keepalived::rules {
namespace {

constexpr LintRule kRules[] = {
    {.name = "master-without-priority",
     .sentence = "`state MASTER` without `priority` makes the node the owner of the addresses",
     .why = "keepalived gives an instance with `state MASTER` and no `priority` the priority 255: "
            "that of a router whose own, fixed addresses these are. It takes over at once whenever "
            "it starts, no weight can lower it, and two nodes written like this are both active.",
     .remedy = "Write a priority below 255, and a smaller one on the other node.",
     .example = R"(vrrp_instance web {
  state MASTER
  interface eth0
  virtual_router_id 51
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .mended = R"(vrrp_instance web {
  state MASTER
  interface eth0
  virtual_router_id 51
  priority 150
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .by_reader = true},
    {.name = "preempt-delay-no-effect",
     .sentence = "`preempt_delay` stands next to what takes its effect away",
     .why =
         "`preempt_delay` waits before it takes over from a living router of lower priority. With "
         "`state MASTER`, with `nopreempt` and in strict mode keepalived ignores it.",
     .remedy = "Write `state BACKUP`, or leave `preempt_delay` out.",
     .example = R"(vrrp_instance web {
  state MASTER
  interface eth0
  virtual_router_id 51
  priority 150
  preempt_delay 60
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .mended = R"(vrrp_instance web {
  state BACKUP
  interface eth0
  virtual_router_id 51
  priority 150
  preempt_delay 60
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .by_reader = true},
    {.name = "duplicate-vrid",
     .sentence = "two instances are the same virtual router on one interface",
     .why = "A virtual router is known by its VRID, its interface and its address family. Two "
            "instances that have all three in common cannot be told apart by anybody, least of all "
            "by each other. The file cannot run.",
     .remedy =
         "Give one of them another `virtual_router_id`, or put the addresses of both into one "
         "instance.",
     .example = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  virtual_ipaddress { 10.0.0.50/24 }
}
vrrp_instance mail {
  interface eth0
  virtual_router_id 51
  priority 100
  virtual_ipaddress { 10.0.0.60/24 }
}
)",
     .mended = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  virtual_ipaddress { 10.0.0.50/24 }
}
vrrp_instance mail {
  interface eth0
  virtual_router_id 52
  priority 100
  virtual_ipaddress { 10.0.0.60/24 }
}
)",
     .by_reader = true},
    {.name = "sub-second-v2",
     .sentence = "`advert_int` has a fraction, and version 2 has whole seconds only",
     .why =
         "The interval of version 2 is one byte of seconds. keepalived rounds what does not fit, "
         "so that a failure is noticed later than the file says.",
     .remedy = "Write `version 3`, which has hundredths, on all nodes of the virtual router.",
     .example = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  advert_int 0.2
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .mended = R"(vrrp_instance web {
  version 3
  interface eth0
  virtual_router_id 51
  priority 150
  advert_int 0.2
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .by_reader = true},
    {.name = "group-of-one",
     .sentence = "a sync group has one member",
     .why =
         "A sync group makes its members active together or not at all. With one member there is "
         "nothing to keep together; often the name of another one is misspelt or its block is "
         "missing.",
     .remedy = "Name the other instances, or take the group away.",
     .example = R"(vrrp_sync_group all {
  group { web }
}
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .mended = R"(vrrp_sync_group all {
  group { web web6 }
}
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  virtual_ipaddress { 10.0.0.50/24 }
}
vrrp_instance web6 {
  interface eth0
  virtual_router_id 51
  priority 150
  virtual_ipaddress {
    fe80::50
    2001:db8::50
  }
}
)",
     .by_reader = true},
};

}  // namespace

std::span<const LintRule> reader_rules() {
  return kRules;
}

}  // namespace keepalived::rules
