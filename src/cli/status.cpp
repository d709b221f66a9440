// holdfast status: what the agents on this machine do, and why.
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <thread>

#include "base/text.h"
#include "cli/agents.h"
#include "cli/options.h"
#include "cli/status_view.h"
#include "cli/terminal.h"

namespace cli {
namespace {

using namespace std::chrono_literals;

constexpr auto kPeriod = 1s;
constexpr std::string_view kFooter =
    R"(STATE is what the instance is now; ! marks one that needs to be looked at.
  active      it has the addresses and says so (keepalived's MASTER)
  backup      another router is active; it would take over
  fault       something that it needs is broken; it takes no part
  (drained)   backup by an operator's wish: holdfast ctl drain, undrain

holdfast status              all instances of all agents on this machine
holdfast status VI_1         one instance or sync group, everything about it
holdfast status --watch      live; Ctrl-C ends it
holdfast status --json | jq '.agents[].instances[] | {name, state, why}'

The agent is found by its socket in /run/holdfast. Only root, the agent's user and its group may look.)";

struct Asked {
  std::string name;
  json::Value agent;
  std::vector<json::Value> instances;
};

struct Question {
  std::string which;     // agent
  std::string instance;  // or sync group
};

base::Result<std::vector<Asked>> ask(const Question& question) {
  auto agents = running_agents(question.which);
  if (!agents) return std::unexpected(agents.error());
  std::vector<Asked> out;
  std::optional<base::Error> refused;
  for (RunningAgent& running : *agents) {
    auto answer =
        running.connection.ask({.verb = control::Verb::Status, .instance = question.instance});
    if (!answer) {  // of several agents, one has this instance
      refused = std::move(answer.error());
      continue;
    }
    Asked asked{.name = running.name, .agent = {}, .instances = {}};
    for (json::Value& line : *answer) {
      if (line["agent"].is_object()) asked.agent = line["agent"];
      if (line["instance"].is_object()) asked.instances.push_back(line["instance"]);
    }
    out.push_back(std::move(asked));
  }
  if (out.empty() && refused) return std::unexpected(std::move(*refused));
  return out;
}

std::string as_json(const std::vector<Asked>& all, bool is_pretty) {
  json::Array agents;
  for (const Asked& asked : all) {
    json::Object agent = asked.agent.is_object() ? *asked.agent.as_object() : json::Object{};
    agent.set("agent", asked.name);
    agent.set("instances", json::Array(asked.instances));
    agents.emplace_back(std::move(agent));
  }
  const json::Object document{{"agents", std::move(agents)}};
  return (is_pretty ? json::dump_pretty(document) : json::dump(document)) + "\n";
}

struct Size {
  std::size_t columns = 100;
  std::size_t rows = 0;  // 0: no end
};

Size terminal_size() {
  winsize size{};
  if (!is_terminal() || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return {};
  return {std::max<std::size_t>(size.ws_col, 40), size.ws_row};
}

std::string as_text(const std::vector<Asked>& all, const Question& question) {
  std::string out;
  for (const Asked& asked : all) {
    if (!out.empty()) out += "\n";
    out += render_status(asked.agent, asked.instances,
                         {.width = terminal_size().columns,
                          .has_details = !question.instance.empty(),
                          .agent = all.size() > 1 ? asked.name : std::string()});
  }
  return out;
}

volatile std::sig_atomic_t is_over = 0;

// The screen of `--watch`: drawn over in one write, so that nothing flickers, and given back as it
// was.
class Screen {
 public:
  Screen() {
    struct sigaction action {};
    action.sa_handler = [](int) { is_over = 1; };
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaction(number, &action, nullptr);
    put("\033[?1049h\033[?25l");
  }
  ~Screen() { put("\033[?25h\033[?1049l"); }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  void draw(const std::string& text) {
    const std::size_t rows = terminal_size().rows;
    std::vector<std::string> lines = base::split(text, '\n');
    if (!lines.empty() && lines.back().empty()) lines.pop_back();
    if (rows > 1 && lines.size() > rows - 1) {
      lines.resize(rows - 2);
      lines.push_back("… more than fits; `holdfast status --watch INSTANCE` shows one");
    }
    std::string out = "\033[?2026h\033[H";  // terminals that know it show the frame as a whole
    for (const std::string& line : lines) out += line + "\033[0m\033[K\r\n";
    put(out + "\033[J\033[?2026l");
  }

 private:
  static void put(std::string_view text) {
    while (!text.empty()) {
      const ssize_t done = ::write(STDOUT_FILENO, text.data(), text.size());
      if (done <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(done));
    }
  }
};

// Until it is interrupted; an agent that goes away is waited for.
int watch(const Question& question, bool is_json) {
  std::optional<Screen> screen;
  if (is_terminal() && !is_json) screen.emplace();
  while (is_over == 0) {
    const auto next = std::chrono::steady_clock::now() + kPeriod;
    const auto all = ask(question);
    if (is_json) {
      fmt::print("{}", all ? as_json(*all, false)
                           : json::dump(json::Object{{"error", all.error().what}}) + "\n");
    } else {
      const std::string text = all ? as_text(*all, question)
                                   : fmt::format("{}\n{}\n", all.error().what, all.error().hint);
      if (screen)
        screen->draw(text);
      else
        fmt::print("{}\n", text);
    }
    if (std::fflush(stdout) != 0) break;  // nobody reads any more
    std::this_thread::sleep_until(next);
  }
  return 0;
}

}  // namespace

int status(const Arguments& arguments) {
  Question question;
  bool is_json = false, is_watching = false;
  Options options("holdfast status",
                  "Shows the virtual routers of the agents (holdfastd) on this machine: what state "
                  "they are in and why, whom they hear, and what is wrong.");
  options.optional_argument("INSTANCE", question.instance,
                            "an instance or a sync group; all without");
  options.value("--agent", question.which, "NAME|PATH", "which agent, where several run here");
  options.flag("--watch", is_watching, "go on showing it, each second");
  options.flag("--json", is_json, "for programs; with --watch a line each second");
  options.footer(kFooter);
  if (const auto status = options.parse(arguments)) return *status;
  if (is_watching) return watch(question, is_json);
  const auto all = ask(question);
  if (!all) {
    complain(all.error());
    return kFailed;
  }
  fmt::print("{}", is_json ? as_json(*all, true) : as_text(*all, question));
  return 0;
}

}  // namespace cli
