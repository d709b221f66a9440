#include "cli/demo/timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace cli::demo {
namespace {

constexpr double kWidth = 1160;
constexpr double kLeft = 110;
constexpr double kRight = 20;
constexpr double kTop = 66;
constexpr double kLaneHeight = 54;
constexpr double kBarHeight = 20;
constexpr Micros kLate{100000};
constexpr const char* kLost = "#d62728";
// Colour-blind safe and readable on white: one for each VM, in order.
constexpr const char* kColours[] = {"#1f77b4", "#e08214", "#2ca02c", "#9467bd"};

class Panel {
 public:
  Panel(const Timeline& timeline, Micros from, Micros until)
      : timeline_(timeline), from_(from), until_(std::max(until, from + Micros(1))) {}

  std::string draw(const std::string& title) {
    const double height = kTop + kLaneHeight * static_cast<double>(timeline_.lanes.size() + 1) + 40;
    out_ = fmt::format(
        R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0:.0f} {1:.0f}" width="{0:.0f}" )"
        R"(font-family="system-ui, sans-serif" font-size="12" role="img" aria-label="{2}">)"
        R"(<rect width="100%" height="100%" fill="#ffffff"/>)"
        R"(<text x="{3:.0f}" y="20" font-size="15" font-weight="600" fill="#222">{2}</text>)",
        kWidth, height, markup(title), kLeft);
    axis(height - 30);
    for (std::size_t i = 0; i < timeline_.lanes.size(); ++i) lane(i);
    client();
    marks(height - 30);
    return out_ + "</svg>\n";
  }

 private:
  double x(Micros at) const {
    const double part =
        static_cast<double>((at - from_).count()) / static_cast<double>((until_ - from_).count());
    return kLeft + std::clamp(part, 0.0, 1.0) * (kWidth - kLeft - kRight);
  }
  bool is_shown(Micros at) const { return at >= from_ && at <= until_; }
  static double lane_top(std::size_t index) {
    return kTop + kLaneHeight * static_cast<double>(index);
  }
  static const char* colour(std::size_t index) { return kColours[index % std::size(kColours)]; }

  // About eight ticks at 1, 2 or 5 times a power of ten, counted from the panel's left edge.
  void axis(double y) {
    const double span = static_cast<double>((until_ - from_).count()) / 1e6;
    const double raw = span / 8;
    const double power = std::pow(10, std::floor(std::log10(raw)));
    const double factor = raw / power < 1.5   ? 1
                          : raw / power < 3.5 ? 2
                          : raw / power < 7.5 ? 5
                                              : 10;
    const double tick = power * factor;
    for (double at = 0; at <= span + tick / 1000; at += tick) {
      const double where = x(from_ + Micros(static_cast<std::int64_t>(at * 1e6)));
      const bool in_ms = tick < 0.5;
      out_ += fmt::format(
          R"(<line x1="{0:.1f}" y1="{1}" x2="{0:.1f}" y2="{2:.1f}" stroke="#e4e4e4"/>)"
          R"(<text x="{0:.1f}" y="{3:.1f}" text-anchor="middle" fill="#666">{4:g} {5}</text>)",
          where, kTop - 6, y, y + 16,
          in_ms ? std::round(at * 1e4) / 10 : std::round(at * 1e3) / 1e3, in_ms ? "ms" : "s");
    }
  }

  void lane(std::size_t index) {
    const Lane& lane = timeline_.lanes[index];
    const double top = lane_top(index);
    out_ += fmt::format(
        R"(<text x="{:.0f}" y="{:.1f}" text-anchor="end" fill="{}" font-weight="600">{}</text>)"
        R"(<text x="{:.0f}" y="{:.1f}" text-anchor="end" fill="#666" font-size="10">{}</text>)",
        kLeft - 10, top + 14, colour(index), markup(lane.instance), kLeft - 10, top + 28,
        to_string(lane.address));
    for (const Stretch& stretch : lane.states) bar(stretch, top, colour(index));
    for (const Advert& advert : timeline_.seen.adverts)
      if (advert.source == lane.address && is_shown(advert.at))
        out_ += fmt::format(
            R"(<line x1="{0:.2f}" y1="{1:.1f}" x2="{0:.2f}" y2="{2:.1f}" stroke="{3}" stroke-width="{4}">)"
            R"(<title>advertisement, priority {5}</title></line>)",
            x(advert.at), top + kBarHeight + 2, top + kBarHeight + 14,
            advert.priority == 0 ? kLost : colour(index), advert.priority == 0 ? 3 : 1.5,
            advert.priority);
    for (const Micros at : lane.announcements)
      if (is_shown(at))
        out_ += fmt::format(
            R"(<path d="M{0:.2f} {1:.1f} l-3.5 7 h7 z" fill="{2}"><title>gratuitous ARP</title></path>)",
            x(at), top + kBarHeight + 16, colour(index));
  }

  void bar(const Stretch& stretch, double top, const char* fill) {
    if (stretch.until < from_ || stretch.from > until_) return;
    const double left = x(stretch.from);
    const double width = std::max(x(stretch.until) - left, 0.5);
    const bool is_active = stretch.state == "active";
    const bool is_off = stretch.state == "off";
    out_ += fmt::format(
        R"(<rect x="{:.2f}" y="{:.1f}" width="{:.2f}" height="{:.0f}" fill="{}" fill-opacity="{}"><title>{}</title></rect>)",
        left, top, width, kBarHeight, is_off ? "#bbbbbb" : fill,
        is_active ? "0.95"
        : is_off  ? "0.5"
                  : "0.22",
        markup(stretch.state));
    if (width > 50)
      out_ += fmt::format(R"(<text x="{:.2f}" y="{:.1f}" fill="{}" font-size="11">{}</text>)",
                          left + 5, top + 14, is_active ? "#fff" : "#333", markup(stretch.state));
  }

  // Runs of probes with the same outcome become one rectangle each.
  void client() {
    const double top = lane_top(timeline_.lanes.size());
    out_ += fmt::format(
        R"(<text x="{:.0f}" y="{:.1f}" text-anchor="end" fill="#222" font-weight="600">client</text>)"
        R"(<text x="{:.0f}" y="{:.1f}" text-anchor="end" fill="#666" font-size="10">served by</text>)",
        kLeft - 10, top + 14, kLeft - 10, top + 28);
    const auto& probes = timeline_.seen.probes;
    for (std::size_t first = 0; first < probes.size();) {
      std::size_t next = first;
      while (next < probes.size() && served_by(probes[next]) == served_by(probes[first])) ++next;
      const Micros end =
          next < probes.size() ? probes[next].sent : probes[next - 1].sent + Micros(1000);
      if (end >= from_ && probes[first].sent <= until_) {
        const double left = x(probes[first].sent);
        out_ += fmt::format(
            R"(<rect x="{:.2f}" y="{:.1f}" width="{:.2f}" height="{:.0f}" fill="{}"><title>{}</title></rect>)",
            left, top, std::max(x(end) - left, 0.8), kBarHeight, served_colour(probes[first]),
            served_by(probes[first]).empty() ? "no answer" : markup(probes[first].instance));
      }
      first = next;
    }
  }

  // Nobody, when the answer came so late that a client would have noticed (a probe that waited for
  // ARP).
  static std::string_view served_by(const Probe& probe) {
    return probe.answered && *probe.answered - probe.sent < kLate ? probe.instance
                                                                  : std::string_view();
  }

  const char* served_colour(const Probe& probe) const {
    if (served_by(probe).empty()) return kLost;
    for (std::size_t i = 0; i < timeline_.lanes.size(); ++i)
      if (timeline_.lanes[i].instance == probe.instance) return colour(i);
    return "#777777";
  }

  // Each label on the first row where it has room.
  void marks(double bottom) {
    constexpr double kCharacter = 6.2;
    double row_end[3] = {0, 0, 0};
    for (const Mark& mark : timeline_.marks) {
      if (!is_shown(mark.at)) continue;
      const double where = x(mark.at);
      const double width = kCharacter * static_cast<double>(mark.label.size());
      const bool is_left = where + width > kWidth;
      const double from = is_left ? where - 4 - width : where + 4;
      std::size_t row = 0;
      while (row + 1 < std::size(row_end) && row_end[row] > from) ++row;
      row_end[row] = from + width;
      const double y = 54 - 12 * static_cast<double>(row);
      out_ += fmt::format(
          R"(<line x1="{0:.2f}" y1="{1:.1f}" x2="{0:.2f}" y2="{2:.1f}" stroke="#222" stroke-dasharray="4 3"/>)"
          R"(<text x="{3:.2f}" y="{1:.1f}" fill="#222" font-size="11">{4}</text>)",
          where, y, bottom, from, markup(mark.label));
    }
  }

  const Timeline& timeline_;
  Micros from_;
  Micros until_;
  std::string out_;
};

}  // namespace

std::string markup(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '&')
      out += "&amp;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

std::string panel_svg(const Timeline& timeline, Micros from, Micros until,
                      const std::string& title) {
  return Panel(timeline, from, until).draw(title);
}

}  // namespace cli::demo
