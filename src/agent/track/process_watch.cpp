#include "agent/track/process_watch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "base/log.h"
#include "base/text.h"

namespace agent::track {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kScanInterval = 1s;
constexpr auto kFirstWord = 500ms;  // the connector answers at once, or never
constexpr int kEntriesATurn = 32;   // of /proc: about half a millisecond
constexpr int kBufferSize = 512 << 10;

std::string content_of(const std::string& path, std::size_t limit) {
  const io::Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text(limit, '\0');
  const ssize_t got = file ? read(file.get(), text.data(), text.size()) : -1;
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

// Nothing for a process that has ended and waits for its parent.
std::optional<std::string> comm_of(pid_t pid) {
  const std::string stat = content_of(fmt::format("/proc/{}/stat", pid), 256);
  const std::size_t begin = stat.find('(');
  const std::size_t end = stat.rfind(')');
  if (begin == std::string::npos || end == std::string::npos || end < begin) return std::nullopt;
  if (stat.substr(end + 1, 2) == " Z") return std::nullopt;
  return stat.substr(begin + 1, end - begin - 1);
}

}  // namespace

ProcessWatch::ProcessWatch(io::Loop& loop, Told told)
    : loop_(loop),
      told_(std::move(told)),
      patience_(loop, [this] { give_up_connector(); }),
      next_scan_(loop, [this] { begin_scan(); }),
      more_(loop, [this] { scan_some(); }),
      delays_(loop, [this] { settle(); }) {}

ProcessWatch::~ProcessWatch() {
  if (listing_ != nullptr) closedir(listing_);
}

void ProcessWatch::replace(const std::vector<PlannedProcess>& processes) {
  std::map<vrrp::TrackId, Watched> before = std::exchange(watched_, {});
  bool is_new = false;
  for (const PlannedProcess& planned : processes) {
    const auto known = before.find(planned.id);
    const bool is_same = known != before.end() && known->second.process == planned.process;
    is_new |= !is_same;
    if (is_same)
      watched_.emplace(planned.id, std::move(known->second));
    else
      watched_.emplace(planned.id, Watched{.process = planned.process,
                                           .quorum = Quorum(planned.process),
                                           .pids = {},
                                           .told = {}});
  }
  std::erase_if(known_, [this](const auto& entry) { return !is_counted(entry.first); });
  if (watched_.empty()) {
    next_scan_.cancel();
    return;
  }
  if (!std::exchange(is_tried_, true))
    open_connector();
  else if (is_new && (is_connected_ || has_scanned_))
    begin_scan();
}

std::optional<bool> ProcessWatch::is_up(vrrp::TrackId id) const {
  const auto found = watched_.find(id);
  return found == watched_.end() ? std::nullopt : found->second.told;
}

void ProcessWatch::open_connector() {
  connector_ = io::Descriptor(
      socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_CONNECTOR));
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = CN_IDX_PROC;
  if (!connector_ ||
      bind(connector_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return give_up_connector();
  setsockopt(connector_.get(), SOL_SOCKET, SO_RCVBUF, &kBufferSize, sizeof kBufferSize);
  const proc_cn_mcast_op operation = PROC_CN_MCAST_LISTEN;
  cn_msg message{};
  message.id = {CN_IDX_PROC, CN_VAL_PROC};
  message.len = sizeof operation;
  std::array<char, NLMSG_LENGTH(sizeof message + sizeof operation)> request{};
  nlmsghdr header{};
  header.nlmsg_len = request.size();
  header.nlmsg_type = NLMSG_DONE;
  std::memcpy(request.data(), &header, sizeof header);
  std::memcpy(request.data() + NLMSG_LENGTH(0), &message, sizeof message);
  std::memcpy(request.data() + NLMSG_LENGTH(sizeof message), &operation, sizeof operation);
  if (send(connector_.get(), request.data(), request.size(), 0) < 0) return give_up_connector();
  readable_ = std::make_unique<io::Readable>(loop_, connector_.get(), [this] { read_events(); });
  patience_.after(kFirstWord);
}

void ProcessWatch::give_up_connector() {
  readable_.reset();
  connector_.reset();
  base::log::info("process.polled",
                  {{"interval_s", "1"},
                   {"because", "the kernel's proc connector is not open to us"},
                   {"hint",
                    "it takes CAP_NET_ADMIN in the host's own namespaces; a process that "
                    "begins is seen within a second, one that ends at once"}});
  begin_scan();
}

void ProcessWatch::read_events() {
  for (int left = 256; left > 0; --left) {
    alignas(nlmsghdr) std::array<char, 1024> buffer;
    const ssize_t got = recv(connector_.get(), buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == ENOBUFS) return begin_scan();  // something was missed
    if (got < 0) break;
    constexpr std::size_t kHeaders = NLMSG_LENGTH(0) + sizeof(cn_msg);
    if (static_cast<std::size_t>(got) > kHeaders)
      on_event(buffer.data() + kHeaders, static_cast<std::size_t>(got) - kHeaders);
    if (!connector_) return;
  }
  settle();
}

void ProcessWatch::on_event(const void* bytes, std::size_t size) {
  proc_event event{};
  std::memcpy(&event, bytes, std::min(size, sizeof event));
  switch (static_cast<unsigned>(event.what)) {
    case proc_event::PROC_EVENT_NONE:
      if (is_connected_) return;
      patience_.cancel();
      if (event.event_data.ack.err != 0) return give_up_connector();
      is_connected_ = true;
      return begin_scan();
    case proc_event::PROC_EVENT_FORK:
      // A child is at first what its parent is.
      if (event.event_data.fork.child_pid == event.event_data.fork.child_tgid &&
          known_.contains(event.event_data.fork.parent_tgid))
        look_at(event.event_data.fork.child_pid);
      return;
    case proc_event::PROC_EVENT_EXEC:
      return look_at(event.event_data.exec.process_tgid);
    case proc_event::PROC_EVENT_COMM:
      if (event.event_data.comm.process_pid == event.event_data.comm.process_tgid)
        look_at(event.event_data.comm.process_pid);
      return;
    case proc_event::PROC_EVENT_EXIT:
      if (event.event_data.exit.process_pid == event.event_data.exit.process_tgid)
        forget(event.event_data.exit.process_pid);
      return;
    default:
      return;
  }
}

void ProcessWatch::begin_scan() {
  if (listing_ != nullptr) closedir(listing_);
  listing_ = opendir("/proc");
  ++round_;
  scan_some();
}

void ProcessWatch::scan_some() {
  for (int left = kEntriesATurn; left > 0 && listing_ != nullptr; --left) {
    const dirent* entry = readdir(listing_);
    if (entry == nullptr) {
      closedir(std::exchange(listing_, nullptr));
      break;
    }
    if (const auto pid = base::parse_number<pid_t>(entry->d_name)) look_at(*pid);
  }
  if (listing_ != nullptr) return more_.after(1ms);
  std::vector<pid_t> gone;
  for (const auto& [pid, known] : known_)
    if (known.round != round_) gone.push_back(pid);
  for (const pid_t pid : gone) forget(pid);
  has_scanned_ = true;
  settle();
  if (!is_connected_) next_scan_.after(kScanInterval);
}

void ProcessWatch::look_at(pid_t pid) {
  const auto comm = comm_of(pid);
  if (!comm) return;
  std::optional<std::string> line;
  for (auto& [id, watched] : watched_) {
    if (needs_command_line(watched.process) && !line)
      line = content_of(fmt::format("/proc/{}/cmdline", pid), 4096);
    if (matches(watched.process, *comm, line.value_or("")))
      watched.pids.insert(pid);
    else
      watched.pids.erase(pid);
  }
  if (!is_counted(pid)) {
    known_.erase(pid);
    return;
  }
  Known& known = known_[pid];
  known.round = round_;
  if (is_connected_ || known.pidfd) return;
  known.pidfd = io::Descriptor(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (known.pidfd)
    known.end = std::make_unique<io::Readable>(loop_, known.pidfd.get(), [this, pid] {
      // Not from within the callback of what this destroys.
      loop_.post([this, pid] {
        forget(pid);
        settle();
      });
      known_.at(pid).end.reset();
    });
}

void ProcessWatch::forget(pid_t pid) {
  known_.erase(pid);
  for (auto& [id, watched] : watched_) watched.pids.erase(pid);
}

bool ProcessWatch::is_counted(pid_t pid) const {
  return std::ranges::any_of(watched_,
                             [pid](const auto& entry) { return entry.second.pids.contains(pid); });
}

void ProcessWatch::settle() {
  if (!has_scanned_ || listing_ != nullptr) return;  // not all are counted yet
  const auto now = Clock::now();
  std::optional<vrrp::Instant> next;
  for (auto& [id, watched] : watched_) {
    watched.quorum.set_count(static_cast<unsigned>(watched.pids.size()), now);
    watched.quorum.advance(now);
    const auto deadline = watched.quorum.deadline();
    if (deadline && (!next || *deadline < *next)) next = deadline;
    if (watched.quorum.is_up() == watched.told) continue;
    watched.told = watched.quorum.is_up();
    base::log::info("process.changed", {{"process", watched.process.name},
                                        {"up", *watched.told ? "yes" : "no"},
                                        {"count", fmt::to_string(watched.pids.size())}});
    told_(id, *watched.told);
  }
  if (next) delays_.at(*next);
}

}  // namespace agent::track
