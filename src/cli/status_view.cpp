#include "cli/status_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/text.h"
#include "cli/terminal.h"

namespace cli {
namespace {

// As many are explained without being asked for; of more, those with problems.
constexpr std::size_t kFew = 3;
constexpr std::size_t kMostWithProblems = 5;
constexpr std::size_t kHistory = 5;
constexpr std::size_t kIndent = 11;  // of what stands behind "  history  "

double number(const json::Value& object, std::string_view key) {
  return object[key].as_number().value_or(0);
}

bool flag(const json::Value& object, std::string_view key) {
  const bool* value = object[key].as_bool();
  return value != nullptr && *value;
}

const json::Array& list(const json::Value& object, std::string_view key) {
  static const json::Array kNothing;
  const json::Array* found = object[key].as_array();
  return found == nullptr ? kNothing : *found;
}

std::string duration(double seconds) {
  const auto whole = static_cast<std::int64_t>(seconds);
  if (seconds < 10) return fmt::format("{:.1f} s", seconds);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  if (whole < 86400) return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
  return fmt::format("{} d {} h", whole / 86400, whole / 3600 % 24);
}

// What came from outside must not write to the terminal as it likes.
std::string text(const json::Value& object, std::string_view key) {
  return base::printable(object.text_or(key, ""));
}

Style style_of(std::string_view state) {
  if (state == "active") return Style::Green;
  if (state == "fault") return Style::Red;
  if (state == "initialize") return Style::Yellow;
  return Style::Plain;
}

std::string_view mark_of(std::string_view state) {
  if (state == "active") return "●";
  if (state == "backup") return "○";
  return state == "fault" ? "✗" : "·";
}

std::string state_in_words(const json::Value& instance) {
  const std::string state = text(instance, "state");
  if (flag(instance, "resigning")) return state + " (resigning)";
  return flag(instance, "drained") ? state + " (drained)" : state;
}

std::string addresses(const json::Value& instance) {
  const json::Array& all = list(instance, "addresses");
  if (all.empty()) return "-";
  const std::string first = text(all.front(), "address");
  return all.size() == 1 ? first : fmt::format("{} +{}", first, all.size() - 1);
}

std::string active_router(const json::Value& instance) {
  if (instance.text_or("state", "") == "active") return "this node";
  for (const json::Value& peer : list(instance, "peers"))
    if (flag(peer, "is_active") && number(peer, "priority") > 0)
      return fmt::format("{} ({:.0f}), {} ago", text(peer, "address"), number(peer, "priority"),
                         duration(number(peer, "heard_s_ago")));
  return "nobody heard";
}

std::string priority(const json::Value& instance) {
  const double now = number(instance, "priority");
  const double base = number(instance, "base_priority");
  return now == base ? fmt::format("{:.0f}", now)
                     : fmt::format("{:.0f} ({:+.0f})", now, now - base);
}

// Words in lines of the width, all but the first indented.
std::string wrapped(std::string_view sentence, std::size_t indent, std::size_t width) {
  std::string out;
  std::size_t column = indent;
  for (const std::string& word : base::words(sentence)) {
    const bool is_first = out.empty();
    if (!is_first && column + 1 + word.size() > width) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (!is_first) {
      out += " ";
      ++column;
    }
    out += word;
    column += word.size();
  }
  return out;
}

// "  peers    " once, then as much space.
class Section {
 public:
  Section(std::string& out, std::string_view title) : out_(out), title_(title) {}
  void line(std::string_view content) {
    out_ += fmt::format("  {}  {}\n", paint(Style::Dim, fmt::format("{:7}", title_)), content);
    title_ = "";
  }

 private:
  std::string& out_;
  std::string_view title_;
};

std::string table(std::span<const json::Value> instances) {
  const bool has_groups = std::ranges::any_of(
      instances, [](const json::Value& one) { return !one.text_or("group", "").empty(); });
  std::vector<std::string> heads{"  INSTANCE", "STATE", "PRIORITY", "FOR", "ADDRESSES"};
  if (has_groups) heads.push_back("GROUP");
  heads.push_back("ACTIVE ROUTER");
  Table out(std::move(heads));
  for (const json::Value& instance : instances) {
    const std::string state = instance.text_or("state", "");
    const bool has_problem = !list(instance, "problems").empty();
    std::vector<std::string> cells{
        fmt::format(
            "{} {}",
            paint(has_problem ? Style::Red : style_of(state), has_problem ? "!" : mark_of(state)),
            text(instance, "name")),
        paint(style_of(state), state_in_words(instance)), priority(instance),
        instance["for_s"].is_null() ? "-" : duration(number(instance, "for_s")),
        addresses(instance)};
    if (has_groups) cells.push_back(text(instance, "group"));
    cells.push_back(active_router(instance));
    out.row(std::move(cells));
  }
  return out.render();
}

std::string peer_line(const json::Value& peer) {
  std::string line = fmt::format("{:15}", text(peer, "address"));
  if (!peer["priority"].is_null()) {
    line +=
        number(peer, "priority") == 0
            ? fmt::format("  resigned {} ago", duration(number(peer, "heard_s_ago")))
            : fmt::format("  priority {:.0f}, every {:g} s, heard {} ago", number(peer, "priority"),
                          number(peer, "interval_s"), duration(number(peer, "heard_s_ago")));
  }
  if (!peer["refused_because"].is_null())
    line += "  " + paint(Style::Red, fmt::format("refused {} times, {} ago: {}",
                                                 static_cast<std::int64_t>(number(peer, "refused")),
                                                 duration(number(peer, "refused_s_ago")),
                                                 text(peer, "refused_what")));
  return line;
}

std::string tracked_line(const json::Value& tracked) {
  const std::string state = tracked.text_or("state", "");
  const Style style = state == "up" ? Style::Green : state == "down" ? Style::Red : Style::Yellow;
  const double weight = number(tracked, "weight");
  const std::string shown =
      state == "value" ? fmt::format("{:.0f}", number(tracked, "value")) : state;
  return fmt::format("{}  {}{}{}", text(tracked, "name"), paint(style, shown),
                     weight == 0 ? "" : fmt::format("  weight {:+.0f}", weight),
                     flag(tracked, "reverse") ? "  reverse" : "");
}

std::string owner_line(const json::Value& owner) {
  const std::string what = fmt::format("{} at {}, {} ago", text(owner, "address"),
                                       text(owner, "mac"), duration(number(owner, "s_ago")));
  return flag(owner, "expected") ? what : paint(Style::Red, what + "  (not ours)");
}

std::string details(const json::Value& instance, std::size_t width) {
  const std::string state = instance.text_or("state", "");
  std::string out = fmt::format(
      "\n{}  {} on {}, VRID {:.0f}, VRRP version {:.0f} over {}, every {:g} s{}\n",
      paint(Style::Bold, text(instance, "name")), paint(style_of(state), state_in_words(instance)),
      text(instance, "interface"), number(instance, "vrid"), number(instance, "version"),
      instance.text_or("family", "") == "ipv4" ? "IPv4" : "IPv6", number(instance, "interval_s"),
      instance["source"].is_null() ? "" : fmt::format(", from {}", text(instance, "source")));
  Section why(out, "why");
  why.line(wrapped(text(instance, "why"), kIndent, width));
  Section problems(out, "problem");
  for (const json::Value& problem : list(instance, "problems"))
    if (problem.is_string())
      problems.line(
          paint(Style::Red, wrapped(base::printable(*problem.as_string()), kIndent, width)));
  Section held(out, "address");
  for (const json::Value& address : list(instance, "addresses"))
    held.line(fmt::format("{} on {}, {}{}", text(address, "address"), text(address, "interface"),
                          flag(address, "present") ? "here" : "not here",
                          flag(address, "excluded") ? ", not advertised" : ""));
  Section owners(out, "owner");
  for (const json::Value& owner : list(instance, "owners")) owners.line(owner_line(owner));
  Section peers(out, "peers");
  for (const json::Value& peer : list(instance, "peers")) peers.line(peer_line(peer));
  if (list(instance, "peers").empty()) peers.line(paint(Style::Dim, "nobody was heard"));
  Section tracks(out, "tracks");
  for (const json::Value& tracked : list(instance, "tracked")) tracks.line(tracked_line(tracked));
  Section history(out, "history");
  std::size_t shown = 0;
  for (const json::Value& change : list(instance, "transitions")) {
    if (++shown > kHistory) break;
    const std::string head = fmt::format("{} ago  {} → {}  ", duration(number(change, "s_ago")),
                                         text(change, "from"), text(change, "to"));
    history.line(head + wrapped(text(change, "reason"), kIndent + 4,
                                width - std::min(width - 20, head.size())));
  }
  return out;
}

std::string headline(const json::Value& agent, const StatusView& view) {
  std::string out = paint(Style::Bold, "holdfastd " + text(agent, "version"));
  if (!agent.text_or("router_id", "").empty()) out += " on " + text(agent, "router_id");
  if (!view.agent.empty()) out += "  agent " + paint(Style::Cyan, view.agent);
  out += fmt::format("  pid {:.0f}, up {}, {}", number(agent, "pid"),
                     duration(number(agent, "up_s")), text(agent, "config"));
  if (flag(agent, "stopping")) out += "  " + paint(Style::Yellow, "stopping");
  return out + "\n";
}

// What went wrong with the agent itself.
std::string troubles(const json::Value& agent) {
  const json::Value& used = agent["resources"];
  std::vector<std::string> out;
  const auto add = [&](std::string_view key, std::string_view words) {
    if (const double count = number(used, key); count > 0)
      out.push_back(fmt::format("{:.0f} {}", count, words));
  };
  add("late_turns", "late turns of the loop");
  add("send_failures", "packets could not be sent");
  add("netlink_overruns", "netlink overruns");
  add("log_lines_dropped", "log lines dropped");
  add("addresses_restored", "addresses put back that somebody removed");
  add("reloads_refused", "reloads refused");
  if (out.empty()) return {};
  return paint(Style::Yellow, fmt::format("  since the start: {}\n", base::join(out, ", ")));
}

}  // namespace

std::string render_status(const json::Value& agent, std::span<const json::Value> instances,
                          const StatusView& view) {
  std::string out = headline(agent, view) + troubles(agent);
  if (instances.empty()) return out + "No instances.\n";
  out += "\n" + table(instances);
  const bool is_all = view.has_details || instances.size() <= kFew;
  std::size_t left_out = 0;
  std::size_t shown = 0;
  for (const json::Value& instance : instances) {
    const bool matters = is_all || !list(instance, "problems").empty();
    if (matters && (is_all || shown < kMostWithProblems)) {
      out += details(instance, view.width);
      ++shown;
    } else {
      ++left_out;
    }
  }
  if (left_out > 0) out += paint(Style::Dim, "\n`holdfast status INSTANCE` tells all about one.\n");
  return out;
}

}  // namespace cli
