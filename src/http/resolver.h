// Names to addresses without getaddrinfo, which would need a thread, and in a static program the
// very C library it was built with. Knows numbers, localhost, /etc/hosts and DNS over UDP as
// /etc/resolv.conf describes it.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "io/loop.h"
#include "io/task.h"

namespace http {

// In the order to be tried, as text; never empty.
io::Task<base::Result<std::vector<std::string>>> resolve(std::string host, io::Instant deadline);

// The addresses that a hosts file gives a name, IPv4 first.
std::vector<std::string> addresses_in_hosts(std::string_view file, std::string_view host);

}  // namespace http
