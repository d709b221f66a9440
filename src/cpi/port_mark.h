// How we know our own ports again. A port's name is its VM's; its description says who made it for
// whom, so that a clean-up never takes a port that is not ours. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "openstack/network.h"

namespace cpi {

struct PortMark {
  std::string vm_name = {};
  std::string agent_id = {};
  std::string director = {};
  bool operator==(const PortMark&) const = default;
};

std::string to_description(const PortMark& mark);
std::optional<PortMark> read_mark(std::string_view description);

// Whether a port that holds the address which `ours` needs is left over from an earlier attempt and
// may go: marked by us for the same Director, bound to nothing, and either made for the same agent
// (a Director's retry; its calls come one after the other) or so old that no other call can be
// about to boot from it.
bool is_left_over(const openstack::Port& port, const PortMark& ours,
                  std::chrono::system_clock::time_point now);

// Both older CPIs make ports without a name and a description.
bool is_anonymous(const openstack::Port& port);

}  // namespace cpi
