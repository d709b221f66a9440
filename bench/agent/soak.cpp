// A long time of trouble, after which a process must be as small as before.
#include <fmt/format.h>

#include <csignal>
#include <filesystem>
#include <thread>

#include "agent/bench.h"

namespace bench {
namespace {

using namespace std::chrono_literals;

std::ptrdiff_t descriptors(const lab::Program& program) {
  return std::distance(
      std::filesystem::directory_iterator(fmt::format("/proc/{}/fd", program.pid())), {});
}

}  // namespace

void soak(std::chrono::seconds duration) {
  const Routers better{.count = 50, .interval = 0.1, .priority = 200};
  Routers other = better;
  other.priority = 100;
  Site site(1);
  lab::Program& one = site.start(kOurs, site.a, config(better));
  wait_until_active(site.a, site.b, better);
  lab::Program& two = site.start(kOurs, site.b, config(other));
  const auto start = Clock::now();
  auto next_line = start;
  for (int i = 0; Clock::now() - start < duration; ++i) {
    site.network.unplug(site.a);
    one.send(SIGHUP);
    std::this_thread::sleep_for(std::chrono::milliseconds(50 + 131 * i % 700));
    site.network.plug(site.a);
    Routers changed = other;
    changed.count = 50 - i % 7;
    site.b.write("bench.conf", config(changed));
    two.send(SIGHUP);
    if (i % 5 == 0) two.send(SIGSTOP);
    std::this_thread::sleep_for(std::chrono::milliseconds(100 + 173 * i % 900));
    two.send(SIGCONT);
    if (Clock::now() < next_line) continue;
    next_line += std::max<Clock::duration>(duration / 10, 5s);
    fmt::print("after {:4.0f} s: {} descriptors and {:.2f} MB, {} and {:.2f} MB\n",
               std::chrono::duration<double>(Clock::now() - start).count(), descriptors(one),
               usage(one).pss_kb / 1024, descriptors(two), usage(two).pss_kb / 1024);
    std::fflush(stdout);
  }
}

}  // namespace bench
