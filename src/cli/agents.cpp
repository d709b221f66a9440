#include "cli/agents.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <utility>

#include "text/place.h"

namespace cli {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::string_view kStart =
    "start one with `holdfastd -f FILE`; one that has its socket elsewhere (--control=PATH) is "
    "named with --agent PATH";

bool wait_for(int fd, short events, Clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
  pollfd ready{.fd = fd, .events = events, .revents = 0};
  return poll(&ready, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0))) > 0;
}

struct Socket {
  std::string name;
  std::string path;
};

std::vector<Socket> sockets() {
  std::vector<Socket> found;
  for (const std::string& directory : control::directories()) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(directory, ignored))
      if (entry.path().extension() == control::kSuffix)
        found.push_back({entry.path().stem().string(), entry.path().string()});
  }
  std::ranges::sort(found, {}, &Socket::name);
  return found;
}

base::Error no_agent(const std::vector<Socket>& left_over) {
  std::string what = "no agent is running here";
  if (left_over.empty())
    what += fmt::format(": there is no socket in {}", fmt::join(control::directories(), " or "));
  else
    what += fmt::format(": {} is left over from one that was killed", left_over.front().path);
  return {base::Kind::NotFound, std::move(what), std::string(kStart)};
}

base::Result<Socket> named(const std::vector<Socket>& all, const std::string& which) {
  if (which.find('/') != std::string::npos) return Socket{which, which};
  const auto found = std::ranges::find(all, which, &Socket::name);
  if (found != all.end()) return *found;
  if (all.empty()) return std::unexpected(no_agent(all));
  std::vector<std::string_view> names;
  for (const Socket& socket : all) names.push_back(socket.name);
  const std::string_view near = text::nearest(which, names);
  return base::fail(base::Kind::NotFound, fmt::format("there is no agent \"{}\" here", which),
                    near.empty() ? fmt::format("there are {}", fmt::join(names, ", "))
                                 : fmt::format("did you mean --agent {}?", near));
}

}  // namespace

base::Result<AgentConnection> AgentConnection::open(const std::string& path) {
  const std::string doing = fmt::format("cannot reach the agent at {}", path);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return base::fail(base::Kind::Invalid, doing + ": the path is too long for a socket");
  path.copy(address.sun_path, path.size());
  io::Descriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return std::unexpected(base::system_error(doing, errno));
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    return AgentConnection(std::move(fd));
  const int number = errno;
  base::Error error = base::system_error(doing, number);
  if (number == EACCES || number == EPERM)
    error.hint = "only root, the agent's user and its group may look: try `sudo holdfast …`";
  if (number == ENOENT) error.hint = kStart;
  if (number == ECONNREFUSED) {
    error.kind = base::Kind::Unavailable;
    error.what =
        fmt::format("no agent listens at {}: it is left over from one that was killed", path);
    error.hint = kStart;
  }
  return std::unexpected(std::move(error));
}

base::Result<std::string> AgentConnection::read_line(Clock::time_point deadline) {
  for (;;) {
    const std::size_t end = input_.find('\n', searched_);
    if (end != std::string::npos) {
      std::string line = input_.substr(0, end);
      input_.erase(0, end + 1);
      searched_ = 0;
      return line;
    }
    searched_ = input_.size();
    if (!wait_for(socket_.get(), POLLIN, deadline))
      return base::fail(base::Kind::Timeout, "the agent does not answer",
                        "is it stopped (SIGSTOP), or its machine overloaded?");
    std::array<char, 65536> part{};
    const ssize_t got = ::recv(socket_.get(), part.data(), part.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(base::system_error("cannot read from the agent", errno));
    if (got == 0)
      return base::fail(base::Kind::Unavailable, "the agent closed the connection",
                        "it has stopped, or too many others are connected to it");
    input_.append(part.data(), static_cast<std::size_t>(got));
  }
}

base::Result<std::vector<json::Value>> AgentConnection::ask(const control::Request& request,
                                                            std::chrono::milliseconds at_most) {
  const std::string line = to_line(request);
  if (::send(socket_.get(), line.data(), line.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(line.size()))
    return std::unexpected(base::system_error("cannot ask the agent", errno));
  const auto deadline = Clock::now() + at_most;
  std::vector<json::Value> answer;
  for (;;) {
    auto text = read_line(deadline);
    if (!text) return std::unexpected(text.error());
    auto value = json::parse(*text);
    if (!value) return base::in_context("the agent's answer", std::move(value.error()));
    if (const json::Value& error = (*value)["error"]; error.is_object())
      return base::fail(base::Kind::Invalid, error.text_or("what", "the agent refused"),
                        error.text_or("hint", ""));
    const bool is_last = !(*value)["end"].is_null() || !(*value)["done"].is_null();
    answer.push_back(std::move(*value));
    if (is_last) return answer;
  }
}

base::Result<std::vector<RunningAgent>> running_agents(const std::string& which) {
  std::vector<Socket> all = sockets();
  if (!which.empty()) {
    auto one = named(all, which);
    if (!one) return std::unexpected(one.error());
    all = {std::move(*one)};
  }
  std::vector<RunningAgent> found;
  std::optional<base::Error> refused;
  for (const Socket& socket : all) {
    auto connection = AgentConnection::open(socket.path);
    if (connection)
      found.push_back({socket.name, socket.path, std::move(*connection)});
    else if (connection.error().kind != base::Kind::Unavailable || !which.empty())
      refused = std::move(connection.error());
  }
  if (!found.empty()) return found;
  return std::unexpected(refused ? std::move(*refused) : no_agent(all));
}

base::Result<RunningAgent> running_agent(const std::string& which) {
  auto found = running_agents(which);
  if (!found) return std::unexpected(found.error());
  if (found->size() == 1) return std::move(found->front());
  std::vector<std::string> names;
  for (const RunningAgent& agent : *found) names.push_back(agent.name);
  return base::fail(base::Kind::Conflict,
                    fmt::format("{} agents run here: {}", names.size(), fmt::join(names, ", ")),
                    fmt::format("say which, for example --agent {}", names.front()));
}

}  // namespace cli
