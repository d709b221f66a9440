// The rules about two nodes; what they look for is found in lint_peers.cpp.
#include "keepalived/lint_checks.h"

namespace keepalived::rules {
namespace {

constexpr LintRule kRules[] = {
    {.name = "peer-missing",
     .sentence = "a node has a virtual router that the other one does not have",
     .why = "Nobody takes over what only one node has. The instances of two nodes belong "
            "together if they have the same `virtual_router_id` and address family.",
     .remedy = "Add the instance to the other node.",
     .example = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  virtual_ipaddress { 10.0.0.50/24 }
}
vrrp_instance mail {
  interface eth0
  virtual_router_id 52
  priority 150
  virtual_ipaddress { 10.0.0.60/24 }
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
  priority 150
  virtual_ipaddress { 10.0.0.50/24 }
}
vrrp_instance mail {
  interface eth0
  virtual_router_id 52
  priority 150
  virtual_ipaddress { 10.0.0.60/24 }
}
# ---- the other node
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 100
  virtual_ipaddress { 10.0.0.50/24 }
}
vrrp_instance mail {
  interface eth0
  virtual_router_id 52
  priority 100
  virtual_ipaddress { 10.0.0.60/24 }
}
)",
     .check_pair = peers::find_missing},
    {.name = "peer-vrid",
     .sentence = "one address belongs to different virtual routers",
     .why = "With two VRIDs there are two elections, each node is alone in its own and wins "
            "it: both hold the address.",
     .remedy = "Write the same `virtual_router_id` on both nodes.",
     .example = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  virtual_ipaddress { 10.0.0.50/24 }
}
# ---- the other node
vrrp_instance web {
  interface eth0
  virtual_router_id 15
  priority 100
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .mended = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
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
     .check_pair = peers::find_vrid},
    {.name = "pair-version",
     .sentence = "the nodes speak different versions",
     .why = "An advertisement of another version is refused, so that each node believes "
            "itself alone.",
     .remedy = "Write the same `version` (or `vrrp_version`) on all nodes. The default is 2 "
               "over IPv4.",
     .example = R"(vrrp_instance web {
  version 3
  interface eth0
  virtual_router_id 51
  priority 150
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
  version 3
  interface eth0
  virtual_router_id 51
  priority 150
  virtual_ipaddress { 10.0.0.50/24 }
}
# ---- the other node
vrrp_instance web {
  version 3
  interface eth0
  virtual_router_id 51
  priority 100
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .check_pair = peers::find_version},
    {.name = "pair-interval",
     .sentence = "the nodes advertise at different intervals",
     .why = "Version 2 refuses an advertisement with another interval than its own, so that "
            "both nodes become active. Version 3 learns the interval of the active router, "
            "so that the same failure takes longer on one side.",
     .remedy = "Write the same `advert_int` on all nodes.",
     .example = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  advert_int 2
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
  priority 150
  advert_int 2
  virtual_ipaddress { 10.0.0.50/24 }
}
# ---- the other node
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 100
  advert_int 2
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .check_pair = peers::find_interval},
    {.name = "pair-authentication",
     .sentence = "the nodes authenticate differently",
     .why = "An advertisement without the expected password or signature is refused, so "
            "that both nodes become active. The passwords are compared; no message shows "
            "them.",
     .remedy = "Write the same `authentication` or `auth_hmac` on all nodes.",
     .example = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  authentication {
    auth_type PASS
    auth_pass 1111
  }
  virtual_ipaddress { 10.0.0.50/24 }
}
# ---- the other node
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 100
  authentication {
    auth_type PASS
    auth_pass 2222
  }
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .mended = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  authentication {
    auth_type PASS
    auth_pass 1111
  }
  virtual_ipaddress { 10.0.0.50/24 }
}
# ---- the other node
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 100
  authentication {
    auth_type PASS
    auth_pass 1111
  }
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .check_pair = peers::find_authentication},
    {.name = "pair-unicast",
     .sentence = "the nodes do not send where the other one listens",
     .why = "With `unicast_peer` advertisements go to these addresses and nowhere else; "
            "without, to a multicast group. A node that is sent nothing becomes active. "
            "Where a node names its own address (`unicast_src_ip`), the other one must have "
            "it among its peers.",
     .remedy = "Write `unicast_peer` on all nodes or on none, with the address of every other "
               "node, or the same `mcast_dst_ip`.",
     .example = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  unicast_src_ip 10.0.0.5
  unicast_peer { 10.0.0.6 }
  virtual_ipaddress { 10.0.0.50/24 }
}
# ---- the other node
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 100
  unicast_src_ip 10.0.0.7
  unicast_peer { 10.0.0.5 }
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .mended = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  unicast_src_ip 10.0.0.5
  unicast_peer { 10.0.0.6 }
  virtual_ipaddress { 10.0.0.50/24 }
}
# ---- the other node
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 100
  unicast_src_ip 10.0.0.6
  unicast_peer { 10.0.0.5 }
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .check_pair = peers::find_unicast},
    {.name = "pair-addresses",
     .sentence = "the nodes advertise different addresses",
     .why = "An address that only one node has is gone when the other one is active. "
            "keepalived up to 2.3.2 refuses an advertisement whose addresses are not its "
            "own, and both nodes become active.",
     .remedy = "Write the same addresses on all nodes. Those that may differ, or are of the "
               "other family, belong in `virtual_ipaddress_excluded`.",
     .example = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  virtual_ipaddress { 10.0.0.50/24 }
}
# ---- the other node
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 100
  virtual_ipaddress { 10.0.0.51/24 }
}
)",
     .mended = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
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
     .check_pair = peers::find_addresses},
    {.name = "pair-priority",
     .sentence = "the nodes have the same priority",
     .why = "Between equals the greater IP address becomes active when both start, and "
            "afterwards whoever is active stays so. That is seldom what was meant, and two "
            "nodes of priority 255 are both active.",
     .remedy = "Give every node a priority of its own.",
     .example = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  virtual_ipaddress { 10.0.0.50/24 }
}
# ---- the other node
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .mended = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
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
     .check_pair = peers::find_priorities},
    {.name = "pair-groups",
     .sentence = "the sync groups of the nodes do not fit each other",
     .why = "Members of a sync group are active together. If one member has the greater "
            "priority here and another one there, neither node can have both, and the group "
            "moves for ever; if an instance is in a group on one node only, its fellows do "
            "not follow it on the other.",
     .remedy = "Write the same groups on all nodes, and let one node have the greater priority "
               "in all members.",
     .example = R"(vrrp_sync_group both {
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
  priority 100
  virtual_ipaddress {
    fe80::50
    2001:db8::50
  }
}
# ---- the other node
vrrp_sync_group both {
  group { web web6 }
}
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 100
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
     .mended = R"(vrrp_sync_group both {
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
# ---- the other node
vrrp_sync_group both {
  group { web web6 }
}
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 100
  virtual_ipaddress { 10.0.0.50/24 }
}
vrrp_instance web6 {
  interface eth0
  virtual_router_id 51
  priority 100
  virtual_ipaddress {
    fe80::50
    2001:db8::50
  }
}
)",
     .check_pair = peers::find_groups},
    {.name = "pair-checksum",
     .sentence = "`v3_checksum_as_v2` differs between the nodes",
     .why = "keepalived and RFC 9568 disagree about the checksum of version 3 over IPv4, "
            "and the keyword says which is used. holdfastd understands both; keepalived "
            "drops what is not its own form, and becomes active.",
     .remedy = "Write the keyword on all nodes or on none.",
     .example = R"(vrrp_instance web {
  version 3
  interface eth0
  virtual_router_id 51
  priority 150
  v3_checksum_as_v2
  virtual_ipaddress { 10.0.0.50/24 }
}
# ---- the other node
vrrp_instance web {
  version 3
  interface eth0
  virtual_router_id 51
  priority 100
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .mended = R"(vrrp_instance web {
  version 3
  interface eth0
  virtual_router_id 51
  priority 150
  v3_checksum_as_v2
  virtual_ipaddress { 10.0.0.50/24 }
}
# ---- the other node
vrrp_instance web {
  version 3
  interface eth0
  virtual_router_id 51
  priority 100
  v3_checksum_as_v2
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .check_pair = peers::find_checksum},
};

}  // namespace

std::span<const LintRule> peer_rules() {
  return kRules;
}

}  // namespace keepalived::rules
