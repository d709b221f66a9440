#include "cli/demo_client.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>

#include "cli/namespaces.h"

namespace cli {
demo::Micros now() {
  return std::chrono::duration_cast<demo::Micros>(
      std::chrono::steady_clock::now().time_since_epoch());
}

base::Result<DemoClient> DemoClient::start(DemoCloud& cloud, const DemoTenant& tenant,
                                           const std::string& programs,
                                           const net::IpAddress& target, const std::string& file) {
  const auto shell =
      cloud.admin().call("POST", "shells", json::Object{{"network", tenant.network.value()}});
  if (!shell) return std::unexpected(shell.error());
  const auto host = (*shell)["pid"].as_integer();
  if (!host) return base::fail(base::Kind::Internal, "the cloud gave the client's host no process");
  DemoClient client(cloud, shell->text_or("id", ""), shell->text_or("ip", ""), file);

  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return std::unexpected(base::system_error("cannot make a pipe", errno));
  const io::Descriptor reading(ends[0]);
  client.lifeline_ = io::Descriptor(ends[1]);
  const io::Descriptor output(open(file.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600));
  if (!output) return std::unexpected(base::system_error("cannot write " + file, errno));
  const std::vector<std::string> command = {
      programs + "/holdfast-cloud", "guest-probe",   "--target",
      to_string(target) + ":80",    "--interval-us", "1000"};
  const auto pid = start_inside(static_cast<pid_t>(*host), command, reading.get(), output.get());
  if (!pid) return std::unexpected(pid.error());
  client.pid_ = *pid;
  return client;
}

DemoClient::DemoClient(DemoClient&& other) noexcept
    : cloud_(other.cloud_),
      shell_(std::move(other.shell_)),
      address_(std::move(other.address_)),
      file_(std::move(other.file_)),
      pid_(std::exchange(other.pid_, -1)),
      lifeline_(std::move(other.lifeline_)) {}

DemoClient::~DemoClient() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

base::Result<demo::Observation> DemoClient::observe() const {
  siginfo_t ended{};
  if (pid_ > 0 &&
      waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
      ended.si_pid == pid_)
    return base::fail(base::Kind::Unavailable, "the client's probe has ended by itself");
  std::ifstream in(file_);
  return demo::parse_probe_output(std::string(std::istreambuf_iterator<char>(in), {}));
}

base::Result<> DemoClient::stop() {
  lifeline_.reset();
  const pid_t pid = std::exchange(pid_, -1);
  int status = 0;
  for (int attempt = 0; waitpid(pid, &status, WNOHANG) == 0; ++attempt) {
    if (attempt == 500) kill(pid, SIGKILL);
    usleep(10000);
  }
  if (const auto removed = cloud_->admin().call("DELETE", "shells/" + shell_); !removed)
    return std::unexpected(removed.error());
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return base::fail(base::Kind::Internal,
                      fmt::format("the client's probe ended with status {}", status));
  return {};
}

}  // namespace cli
