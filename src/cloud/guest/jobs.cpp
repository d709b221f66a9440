#include "cloud/guest/jobs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <ranges>

#include "cloud/guest/filesystem.h"
#include "io/process.h"

namespace cloud::guest {
namespace {

std::string program_path(const std::string& name, const std::string& tools) {
  const std::string beside = tools + "/" + name;
  const bool is_beside = name.find('/') == std::string::npos && access(beside.c_str(), X_OK) == 0;
  return is_beside ? beside : name;
}

std::vector<std::string> environment_of(const Job& job, const std::string& instance) {
  std::vector<std::string> out;
  for (const char* inherited : {"PATH", "HOME", "LANG"})
    if (const char* value = getenv(inherited))
      if (std::ranges::none_of(job.environment,
                               [&](const auto& e) { return e.first == inherited; }))
        out.push_back(fmt::format("{}={}", inherited, value));
  for (const auto& [name, value] : job.environment)
    out.push_back(fmt::format("{}={}", name, value));
  out.push_back("HOLDFAST_INSTANCE=" + instance);
  return out;
}

// BOSH's places for what a job writes; releases expect them to exist.
void make_directories(const Job& job) {
  std::error_code error;
  for (const char* place : {"jobs", "sys/run", "sys/log", "data"})
    std::filesystem::create_directories(fmt::format("/run/vcap/{}/{}", place, job.name), error);
}

}  // namespace

struct Jobs::Running {
  Running(std::string job_name, Console& console)
      : name(std::move(job_name)),
        lines([this, &console](std::string_view line) { console.line(name, line); }) {}

  std::string name;
  Lines lines;
  io::Descriptor output;
  std::unique_ptr<io::Readable> readable;
  pid_t pid = -1;  // -1 once it has ended
};

Jobs::Jobs(io::Loop& loop, Console& console, std::string tools)
    : loop_(loop), console_(console), tools_(std::move(tools)) {}
Jobs::~Jobs() = default;

void Jobs::start(const Job& job, const std::string& instance) {
  make_directories(job);
  for (const auto& [path, content] : job.files)
    if (auto done = write_file(path, content); !done)
      console_.line("init", fmt::format("job {}: {}", job.name, to_string(done.error())));

  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return console_.line("init", "cannot make a pipe");
  auto running = std::make_unique<Running>(job.name, console_);
  running->output = io::Descriptor(ends[0]);
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  const io::Descriptor job_end(ends[1]);
  const io::Descriptor nothing(open("/dev/null", O_RDONLY | O_CLOEXEC));

  io::Command command{.arguments = job.command,
                      .environment = environment_of(job, instance),
                      .directory = "/",
                      .input = nothing.get(),
                      .output = job_end.get(),
                      .errors = job_end.get(),
                      .own_group = true};
  command.arguments[0] = program_path(job.command[0], tools_);
  const auto process = io::Process::start(command);
  if (!process)
    return console_.line("init", fmt::format("job {}: {}", job.name, to_string(process.error())));
  running->pid = process->pid();
  Running& job_running = *jobs_.emplace_back(std::move(running));
  job_running.readable = std::make_unique<io::Readable>(
      loop_, job_running.output.get(), [this, &job_running] { read_output(job_running); });
}

bool Jobs::read_output(Running& job) {
  std::array<char, 16384> buffer;
  const ssize_t got = read(job.output.get(), buffer.data(), buffer.size());
  if (got > 0) {
    job.lines.feed({buffer.data(), static_cast<std::size_t>(got)});
    return true;
  }
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  job.lines.end();
  // Not from within the callback of the very thing.
  loop_.post([&job] { job.readable.reset(); });
  return false;
}

void Jobs::reaped(pid_t pid, int wait_status) {
  const auto found = std::ranges::find(jobs_, pid, [](const auto& job) { return job->pid; });
  if (found == jobs_.end()) return;
  Running& job = **found;
  job.pid = -1;
  // Its last words come first; bounded, since a child it left behind may go on talking.
  for (int reads = 0; job.readable && reads < 256 && read_output(job);) ++reads;
  const io::Exit exit = WIFSIGNALED(wait_status) ? io::Exit{0, WTERMSIG(wait_status)}
                                                 : io::Exit{WEXITSTATUS(wait_status), 0};
  console_.line("init", fmt::format("job {} ended: {}", job.name, to_string(exit)));
  if (when_stopped_) stop_next();
}

void Jobs::stop(std::function<void()> done) {
  if (when_stopped_) return;
  when_stopped_ = std::move(done);
  stop_next();
}

void Jobs::stop_next() {
  for (const auto& job : jobs_ | std::views::reverse)
    if (job->pid > 0) {
      kill(job->pid, SIGTERM);
      return;
    }
  when_stopped_();
}

}  // namespace cloud::guest
