// holdfast cloud up: starts holdfast-cloud in the background and waits until it is ready.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "cli/cloud.h"
#include "cli/cloud_process.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "io/descriptor.h"
#include "io/process.h"

namespace cli {
namespace {

using namespace std::chrono_literals;

std::string beside_us(const std::string& program) {
  std::error_code error;
  return (std::filesystem::read_symlink("/proc/self/exe", error).parent_path() / program).string();
}

// What was written to the log since we started the server.
std::string since(const std::string& path, std::uintmax_t offset) {
  std::ifstream in(path);
  in.seekg(static_cast<std::streamoff>(offset));
  std::string text(std::istreambuf_iterator<char>(in), {});
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

struct Place {
  std::string state;
  int port = 0;
};

base::Result<CloudAccess> start(const Place& place) {
  std::error_code error;
  std::filesystem::create_directories(place.state, error);
  if (error)
    return std::unexpected(base::system_error("cannot create " + place.state, error.value()));
  ::chmod(place.state.c_str(), 0700);
  const std::string log = place.state + "/cloud.log";
  const io::Descriptor nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const io::Descriptor output(::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!output) return std::unexpected(base::system_error("cannot write " + log, errno));
  const std::uintmax_t before = std::filesystem::file_size(log, error);
  const std::string program = beside_us("holdfast-cloud");
  auto process = io::Process::start(
      {.arguments = {program, "--state", place.state, "--port", std::to_string(place.port)},
       .input = nothing.get(),
       .output = output.get(),
       .errors = output.get(),
       .own_group = true,
       .dies_with_us = false});
  if (!process)
    return base::in_context("cannot start the cloud",
                            {process.error().kind, process.error().what,
                             "holdfast-cloud belongs beside holdfast; expected " + program});
  // Servers that ran before are booted before it is ready.
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  while (std::chrono::steady_clock::now() < deadline) {
    const auto exit = process->wait(10ms);
    if (exit)
      return base::fail(base::Kind::Unavailable,
                        fmt::format("the cloud did not start: {}", since(log, before)),
                        "all of its log is in " + log);
    auto access = read_cloud_access(place.state);
    if (access && access->pid == process->pid()) return access;
  }
  process->stop(5s);
  return base::fail(base::Kind::Timeout, "the cloud was not ready within a minute",
                    "its log is " + log);
}

void say_how_to_go_on(const CloudAccess& access, const std::string& state, bool is_new) {
  fmt::print("The cloud {} {} (process {}, state in {}).\n\n",
             is_new ? "is up:" : "was running already:", access.auth_url, access.pid, state);
  const std::string option = state == default_cloud_folder() ? "" : " --state " + state;
  Table table({"how to go on", ""});
  table.row({fmt::format("  eval \"$(holdfast cloud env{})\"", option), "load its credentials"});
  table.row({"  openstack network list", "any OpenStack client works"});
  table.row({fmt::format("  holdfast cloud status{}", option), "what it runs"});
  table.row({fmt::format("  holdfast cloud down{}", option), "stop it; what was created stays"});
  fmt::print("{}", table.render());
}

}  // namespace

int cloud_up(const Arguments& arguments) {
  Place place{.state = default_cloud_folder()};
  Options options("holdfast cloud up",
                  "Starts an OpenStack-compatible cloud in the background: Keystone, Neutron, Nova "
                  "and Glance on a port of this machine's loopback interface. It needs no root. "
                  "What was created before is there again, servers boot.");
  options.value("--state", place.state, "DIR", "where the cloud keeps its state");
  options.value("--port", place.port, "N", "its TCP port on 127.0.0.1; 0 takes a free one");
  if (const auto status = options.parse(arguments)) return *status;
  place.state = std::filesystem::absolute(place.state).string();
  if (const auto running = running_cloud(place.state)) {
    say_how_to_go_on(*running, place.state, false);
    return 0;
  }
  const auto access = start(place);
  if (!access) {
    complain(access.error());
    return kFailed;
  }
  say_how_to_go_on(*access, place.state, true);
  return 0;
}

}  // namespace cli
