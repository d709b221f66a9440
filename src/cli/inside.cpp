#include "cli/inside.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "cli/namespaces.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "openstack/compute.h"

namespace cli {
namespace {

// How many of the words are ours: options with their values, and one word that is none.
std::size_t own_words(const Arguments& arguments) {
  std::size_t count = 0;
  while (count < arguments.size()) {
    const std::string& word = arguments[count++];
    if (word == "--state" && count < arguments.size())
      ++count;
    else if (!word.starts_with('-'))
      break;
  }
  return count;
}

std::string metadata_of(const openstack::Server& server, std::string_view key) {
  const auto found = std::ranges::find(server.metadata, key, [](const auto& m) { return m.first; });
  return found == server.metadata.end() ? "" : found->second;
}

bool is_called(const openstack::Server& server, const std::string& name) {
  return server.id.value() == name || server.name == name ||
         metadata_of(server, "job") + "/" + metadata_of(server, "index") == name ||
         metadata_of(server, "name") == name;
}

}  // namespace

std::optional<InsideRequest> parse_inside(const InsideWords& words, const Arguments& arguments,
                                          int& status) {
  const auto own = static_cast<std::ptrdiff_t>(own_words(arguments));
  InsideRequest request{.state_folder = default_cloud_folder(),
                        .what = "",
                        .command = {arguments.begin() + own, arguments.end()}};
  Options options(words.program, words.about);
  options.value("--state", request.state_folder, "DIR", "where the cloud keeps its state");
  options.argument(words.what, request.what, words.help);
  options.footer(words.footer);
  if (const auto ended = options.parse({arguments.begin(), arguments.begin() + own})) {
    status = *ended;
    return std::nullopt;
  }
  if (!request.command.empty() && request.command[0] == "--")
    request.command.erase(request.command.begin());
  if (request.command.empty()) {
    const char* shell = std::getenv("SHELL");
    request.command = {shell != nullptr && *shell != '\0' ? shell : "/bin/sh"};
  }
  return request;
}

int run_in_child(pid_t pid, const std::vector<std::string>& command) {
  const auto child = start_inside(pid, command);
  if (!child) {
    complain(child.error());
    return kFailed;
  }
  for (const int number : {SIGINT, SIGQUIT, SIGTERM, SIGHUP}) signal(number, SIG_IGN);
  int status = 0;
  while (waitpid(*child, &status, 0) < 0 && errno == EINTR) {
  }
  for (const int number : {SIGINT, SIGQUIT, SIGTERM, SIGHUP}) signal(number, SIG_DFL);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

base::Result<std::string> find_server_id(const CloudAccess& access, const std::string& name) {
  openstack::Blocking cloud(session_options(access));
  const auto servers = cloud.run(openstack::list_servers(cloud.session()));
  if (!servers) return std::unexpected(servers.error());
  std::vector<std::string> known;
  for (const openstack::Server& server : *servers) {
    if (is_called(server, name)) return server.id.value();
    known.push_back(server.name);
  }
  return base::fail(base::Kind::NotFound, fmt::format("no server \"{}\"", name),
                    known.empty() ? "there is none; `holdfast deploy` makes some"
                                  : fmt::format("there are: {}", fmt::join(known, ", ")));
}

}  // namespace cli
