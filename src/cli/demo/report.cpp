#include "cli/demo/report.h"

#include <fmt/format.h>

#include <algorithm>

namespace cli::demo {
namespace {

constexpr std::string_view kStyle = R"(
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 1200px; padding: 0 1rem; color: #222; background: #fff }
table { border-collapse: collapse; margin: .5rem 0 1.5rem } th, td { text-align: left; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid #ddd }
td.number { text-align: right; font-variant-numeric: tabular-nums } svg { max-width: 100%; height: auto; border: 1px solid #e4e4e4; margin: .4rem 0 }
.held { color: #1a7f37 } .not { color: #c1121f; font-weight: 600 } .legend { color: #555; font-size: 13px }
)";

std::string table(const std::vector<std::vector<std::string>>& rows, std::size_t first_number) {
  std::string out = "<table>\n";
  for (std::size_t row = 0; row < rows.size(); ++row) {
    out += "<tr>";
    for (std::size_t column = 0; column < rows[row].size(); ++column) {
      const std::string_view tag = row == 0 ? "th" : "td";
      const std::string_view kind = row != 0 && column >= first_number ? " class=\"number\"" : "";
      out += fmt::format("<{0}{1}>{2}</{0}>", tag, kind, markup(rows[row][column]));
    }
    out += "</tr>\n";
  }
  return out + "</table>\n";
}

std::string checks_html(const std::vector<Check>& checks) {
  std::string out = "<table>\n";
  for (const Check& check : checks)
    out += fmt::format("<tr><td class=\"{}\">{}</td><td>{}</td><td>{}</td></tr>\n",
                       check.held ? "held" : "not", check.held ? "held" : "did not hold",
                       markup(check.what), markup(check.detail));
  return out + "</table>\n";
}

// Around a takeover: a fifth of the silence on each side, at least 30 ms, so that short ones can be
// seen too.
std::string zoom(const Report& report, const Takeover& takeover) {
  const Micros margin = std::max(takeover.outage.silence / 5, Micros(30000));
  return panel_svg(report.timeline, std::min(takeover.outage.begin, takeover.change) - margin,
                   std::max(takeover.outage.end, takeover.change) + margin,
                   fmt::format("{}: {} without an answer", takeover.event,
                               milliseconds(takeover.outage.silence)));
}

}  // namespace

std::string milliseconds(Micros time) {
  return fmt::format("{:.1f} ms", static_cast<double>(time.count()) / 1000);
}

std::vector<std::vector<std::string>> takeover_cells(const std::vector<Takeover>& takeovers) {
  std::vector<std::vector<std::string>> rows = {
      {"event", "served by", "then by", "detection", "theory", "outage", "probes lost"}};
  for (const Takeover& takeover : takeovers)
    rows.push_back({takeover.event, takeover.before, takeover.after,
                    takeover.detection ? milliseconds(*takeover.detection) : "-",
                    takeover.theory ? milliseconds(*takeover.theory) : "-",
                    milliseconds(takeover.outage.silence), std::to_string(takeover.outage.lost)});
  return rows;
}

std::string to_html(const Report& report) {
  std::string out = fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{0}</title>"
      "<meta name=\"viewport\" content=\"width=device-width, "
      "initial-scale=1\"><style>{1}</style></head><body>\n"
      "<h1>{0}</h1>\n",
      markup(report.title), kStyle);
  out += "<h2>How long the client was without an answer</h2>\n" +
         table(takeover_cells(report.takeovers), 3);
  out +=
      "<p class=\"legend\">Detection: from the last advertisement of the one to the first of the "
      "other; theory: three "
      "intervals and the skew (RFC 9568, 6.1). Outage: the longest time between two answers; the "
      "client sends a probe "
      "every millisecond.</p>\n";
  out += "<h2>What happened</h2>\n" +
         panel_svg(report.timeline, report.begin, report.end, "The whole run");
  out +=
      "<p class=\"legend\">A lane a VM: dark is active, light is backup, grey is off; ticks are "
      "its advertisements, a "
      "thick red one resigns (priority 0), triangles are gratuitous ARP. The client's lane has the "
      "colour of the VM "
      "that answered; red is no answer.</p>\n";
  for (const Takeover& takeover : report.takeovers) out += zoom(report, takeover);
  if (!report.drops.empty()) {
    std::vector<std::vector<std::string>> rows = {
        {"port of", "address", "reason", "what would let it pass", "packets"}};
    for (const DropRow& drop : report.drops)
      rows.push_back(
          {drop.port, drop.address, drop.reason, drop.hint, std::to_string(drop.packets)});
    out += "<h2>What the cloud dropped when the extension was missing</h2>\n" + table(rows, 4);
  }
  out += "<h2>Checks</h2>\n" + checks_html(report.checks);
  return out + "</body></html>\n";
}

}  // namespace cli::demo
