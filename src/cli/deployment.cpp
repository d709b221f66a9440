#include "cli/deployment.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>

namespace cli {
namespace {

std::atomic<bool> interrupted = false;

void on_interrupt(int number) {
  interrupted = true;
  std::signal(number, SIG_DFL);  // who asks twice means it
}

std::string beside_this_program(const std::string& name) {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  const auto candidate = self.parent_path() / name;
  return !error && std::filesystem::exists(candidate, error) ? candidate.string() : name;
}

std::string past(const std::string& doing) {
  if (doing == "upload") return "uploaded";
  return doing + "d";  // created, recreated, deleted
}

// Several instances may be under way at once; a line is printed when one of them ends.
class Account {
 public:
  void tell(const deploy::Event& event) {
    using Kind = deploy::Event::Kind;
    switch (event.kind) {
      case Kind::StepStarted:
        progress_.begin(fmt::format("{} {} {}", event.doing, event.subject, event.detail));
        return;
      case Kind::CallFinished:
        calls_.push_back(
            {event.subject, fmt::format("{} {} ms", event.method, event.took.count())});
        return;
      case Kind::Retry:
        progress_.note(fmt::format("{}: {} failed and is repeated: {}", event.subject, event.method,
                                   event.error));
        return;
      case Kind::StepFinished:
        progress_.done(fmt::format("{} {}", past(event.doing), event.subject),
                       calls_of(event.subject));
        return;
      case Kind::StepFailed:
        progress_.failed(fmt::format("could not {} {}", event.doing, event.subject));
        return;
      case Kind::Note:
        progress_.note(fmt::format("{}: {}", event.subject, event.detail));
        return;
    }
  }

 private:
  std::string calls_of(const std::string& subject) {
    std::string out;
    for (const auto& [owner, text] : calls_)
      if (owner == subject) out += (out.empty() ? "" : ", ") + text;
    return out;
  }

  Progress progress_;
  std::vector<std::pair<std::string, std::string>> calls_;
};

}  // namespace

void CpiChoice::declare(Options& options) {
  options.value("--cpi", command, "COMMAND",
                "the CPI and its arguments, like \"holdfast-cpi cpi.json\"; without '/' it is "
                "looked for beside this program, then in PATH");
  options.value("--cpi-deadline", deadline_seconds, "SECONDS",
                "how long one call of the CPI may take");
}

base::Result<deploy::Options> CpiChoice::choose() const {
  auto words = split_command(command.empty() ? "holdfast-cpi" : command);
  if (!words) return std::unexpected(words.error());
  if (words->front().find('/') == std::string::npos)
    words->front() = beside_this_program(words->front());
  if (deadline_seconds < 1)
    return base::fail(base::Kind::Invalid, "--cpi-deadline must be at least 1");
  deploy::Options options;
  options.cpi = std::move(*words);
  options.call_deadline = std::chrono::seconds(deadline_seconds);
  return options;
}

base::Result<std::string> find_state(const std::string& given) {
  if (!given.empty()) return given;
  std::vector<std::string> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(".", error)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with("-state.json")) found.push_back(name);
  }
  if (found.size() == 1) return found.front();
  std::ranges::sort(found);
  return base::fail(base::Kind::NotFound,
                    found.empty() ? "there is no state file (*-state.json) in this folder"
                                  : "several state files are in this folder: " +
                                        fmt::format("{}", fmt::join(found, ", ")),
                    "say which one with --state FILE");
}

base::Result<std::vector<std::string>> split_command(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool open = false;
  char quote = '\0';
  for (const char c : text) {
    if (quote != '\0' && c == quote) {
      quote = '\0';
    } else if (quote == '\0' && (c == '"' || c == '\'')) {
      quote = c;
      open = true;
    } else if (quote == '\0' && (c == ' ' || c == '\t' || c == '\n')) {
      if (open) words.push_back(std::exchange(word, {}));
      open = false;
    } else {
      word += c;
      open = true;
    }
  }
  if (open) words.push_back(word);
  if (quote != '\0')
    return base::fail(base::Kind::Invalid, fmt::format("a quote is not closed in: {}", text));
  if (words.empty() || words.front().empty())
    return base::fail(base::Kind::Invalid, "the command is empty");
  return words;
}

bool show(const bosh::Report& report) {
  fmt::print(stderr, "{}", report.render());
  if (report.failed()) {
    const auto errors =
        std::ranges::count(report.list(), text::Severity::Error, &text::Diagnostic::severity);
    fmt::print(stderr, "\n{}\n",
               paint(Style::Red,
                     fmt::format("{} error{}; nothing was changed", errors, errors == 1 ? "" : "s"),
                     Stream::Errors));
  }
  return !report.failed();
}

int carry_out(const bosh::Plan& plan, deploy::StateFile& file, deploy::Options options,
              Telling telling) {
  interrupted = false;
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);
  options.is_interrupted = [] { return interrupted.load(); };
  Account account;
  const auto done = deploy::run(plan, file, options, [&](const deploy::Event& event) {
    if (telling == Telling::Account) account.tell(event);
  });
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  if (done) return 0;
  complain(done.error());
  return kFailed;
}

}  // namespace cli
