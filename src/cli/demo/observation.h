// What was seen while the demo ran: the client's probes, advertisements and announcements on the
// wire, and the agents' own transitions. Pure: texts go in, facts come out. All times are
// CLOCK_MONOTONIC, which all namespaces of one machine share.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "net/ip_address.h"
#include "net/mac_address.h"

namespace cli::demo {

using Micros = std::chrono::microseconds;  // since the clock's zero

struct Probe {
  Micros sent{};
  std::optional<Micros> answered = std::nullopt;
  std::string instance = {};  // who answered
};

struct Advert {
  Micros at{};
  net::IpAddress source;
  int version = 2;
  int vrid = 0;
  int priority = 0;
};

struct Announcement {  // a gratuitous ARP
  Micros at{};
  net::IpAddress address;
  net::MacAddress mac;
};

struct Observation {
  std::vector<Probe> probes;
  std::vector<Advert> adverts;
  std::vector<Announcement> announcements;
};

// The output of `holdfast-cloud guest-probe`, a fact a line. A last line without line feed is still
// being written and is left out. An unknown or broken line is an error that shows it.
base::Result<Observation> parse_probe_output(std::string_view text);

struct Transition {
  Micros at{};
  std::string from;
  std::string to;
  std::string reason;
};

// holdfastd's transitions in a server's console: "[12.345678] keepalived: info vrrp.transition
// from=… to=…". Other lines are passed over.
std::vector<Transition> parse_console(std::string_view text);

// What the client felt between two times.
struct Outage {
  Micros silence{};  // longest time without an answer; about the probe interval when there was none
  Micros begin{};    // when the last answer before it arrived
  Micros end{};      // when the first answer after it arrived
  std::string before;  // who answered then
  std::string after;
  std::size_t lost = 0;  // probes sent in the window that nobody answered
};

// Nothing if fewer than two answers arrived in the window: then there is no end to measure.
std::optional<Outage> longest_outage(const Observation& seen, Micros from, Micros until);

// Who answered the probe sent last among those answered; empty if none was since `since`.
std::string last_answered_by(const Observation& seen, Micros since);

// When the first answer of `instance` to a probe sent at or after `since` arrived.
std::optional<Micros> first_answer_by(const Observation& seen, std::string_view instance,
                                      Micros since);

// The last advertisement from `source` before `time`.
std::optional<Advert> last_advert_before(const Observation& seen, const net::IpAddress& source,
                                         Micros time);

}  // namespace cli::demo
