// The rules about weights; what they look for is found in lint_weights.cpp.
#include "keepalived/lint_checks.h"

namespace keepalived::rules {
namespace {

constexpr LintRule kRules[] = {
    {.name = "weight-never-moves",
     .sentence = "the failure that a weight stands for can never move the address",
     .why =
         "The address moves when a failure brings the active node below its peer. Every "
         "combination of results of both nodes was tried, and in none of them does this failure "
         "change who is better. It is checked for up to 32 trackers with a weight on a node; above "
         "that a note says that the weights were not judged. A file's number counts as any number.",
     .remedy = "Take a weight that is greater than the difference of the priorities, or weight 0, "
               "with which a failure is a fault and always gives the address away.",
     .example = R"(vrrp_script check {
  script "/usr/bin/pgrep -x haproxy"
  interval 2
  weight 2
}
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  track_script { check }
  virtual_ipaddress { 10.0.0.50/24 }
}
# ---- the other node
vrrp_script check {
  script "/usr/bin/pgrep -x haproxy"
  interval 2
  weight 2
}
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 100
  track_script { check }
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .mended = R"(vrrp_script check {
  script "/usr/bin/pgrep -x haproxy"
  interval 2
  weight 2
}
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 101
  track_script { check }
  virtual_ipaddress { 10.0.0.50/24 }
}
# ---- the other node
vrrp_script check {
  script "/usr/bin/pgrep -x haproxy"
  interval 2
  weight 2
}
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 100
  track_script { check }
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .check_pair = weights::find_never_moves},
    {.name = "weight-wrong-way",
     .sentence = "a failure can draw the address to the node that failed",
     .why =
         "`reverse` turns the direction of a weight round: a positive one is taken away while all "
         "is well. Some combination of results was found in which a failure makes the node better "
         "than its peer.",
     .remedy =
         "Leave `reverse` out. It is right where success is what is bad: a script that finds a "
         "sign of trouble.",
     .example = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 105
  track_interface { eth1 weight 20 reverse }
  virtual_ipaddress { 10.0.0.50/24 }
}
# ---- the other node
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 100
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .mended = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 105
  track_interface { eth1 weight -20 }
  virtual_ipaddress { 10.0.0.50/24 }
}
# ---- the other node
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 100
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .check_pair = weights::find_wrong_way},
    {.name = "weight-overturns-priority",
     .sentence = "with all well the node with the smaller priority has the address",
     .why = "A positive weight counts while all is well. Where only one of the nodes has it, or a "
            "greater one, it overturns the order that the priorities say.",
     .remedy =
         "Give both nodes the same trackers and weights, or use negative weights, which count "
         "only in a failure.",
     .example = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 101
  virtual_ipaddress { 10.0.0.50/24 }
}
# ---- the other node
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 100
  track_interface { eth1 weight 10 }
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .mended = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 101
  track_interface { eth1 weight 10 }
  virtual_ipaddress { 10.0.0.50/24 }
}
# ---- the other node
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 100
  track_interface { eth1 weight 10 }
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .check_pair = weights::find_overturned},
    {.name = "weight-no-effect",
     .sentence = "a weight never changes the priority",
     .why =
         "Priorities are kept within 1..254. Every combination of results was tried, and in each "
         "of them the sum is cut off in the same place with this failure and without it.",
     .remedy = "Take a priority in the middle, 100 or 150, that leaves room on both sides.",
     .example = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 254
  track_interface { eth1 weight 10 }
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .mended = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  track_interface { eth1 weight 10 }
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .check = weights::find_effect},
    {.name = "weight-reversed",
     .sentence = "a failure makes the node better",
     .why =
         "`reverse` turns the direction of a weight round. For an interface or a process this is "
         "seldom meant: the node with the broken link takes the address.",
     .remedy = "Leave `reverse` out, unless success is what is bad: a script that finds a sign of "
               "trouble.",
     .example = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 100
  track_interface { eth1 weight -20 reverse }
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .mended = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 100
  track_interface { eth1 weight -20 }
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .check = weights::find_direction},
    {.name = "weight-range",
     .sentence = "the weights together reach beyond 1..254",
     .why =
         "The sum of priority and weights is cut off at 1 and 254, so that combinations that were "
         "meant to differ come out equal, and between equals nothing moves.",
     .remedy = "Take smaller weights or a priority in the middle.",
     .example = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 250
  track_interface {
    eth1 weight 10
    eth2 weight 10
  }
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .mended = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 200
  track_interface {
    eth1 weight 10
    eth2 weight 10
  }
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .check = weights::find_range},
    {.name = "weight-nopreempt",
     .sentence = "weights move nothing between nodes with `nopreempt`",
     .why =
         "A node with `nopreempt` does not take over from a living router, however low that one's "
         "priority has become. A weight only lowers a priority, so that the address stays on the "
         "node that failed. It is the most frequent reason for a check that fails and moves "
         "nothing.",
     .remedy =
         "Use weight 0: the failure is a fault, which gives the address away with and without "
         "`nopreempt`.",
     .example = R"(vrrp_instance web {
  state BACKUP
  nopreempt
  interface eth0
  virtual_router_id 51
  priority 150
  track_interface { eth1 weight -60 }
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .mended = R"(vrrp_instance web {
  state BACKUP
  nopreempt
  interface eth0
  virtual_router_id 51
  priority 150
  track_interface { eth1 }
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .check = weights::find_nopreempt},
};

}  // namespace

std::span<const LintRule> weight_rules() {
  return kRules;
}

}  // namespace keepalived::rules
