#include "cli/demo/observation.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"

namespace cli::demo {
namespace {

using Words = std::vector<std::string>;

std::optional<Micros> micros(const std::string& text) {
  const auto value = base::parse_number<std::int64_t>(text);
  return value ? std::optional(Micros(*value)) : std::nullopt;
}

bool add_probe(const Words& words, Observation& seen) {
  if (words.size() != 4) return false;
  const auto sent = micros(words[1]);
  if (!sent) return false;
  Probe probe{.sent = *sent};
  if (words[2] != "-") {
    probe.answered = micros(words[2]);
    probe.instance = words[3];
    if (!probe.answered) return false;
  }
  seen.probes.push_back(std::move(probe));
  return true;
}

bool add_advert(const Words& words, Observation& seen) {
  if (words.size() != 6) return false;
  const auto at = micros(words[1]);
  const auto source = net::IpAddress::parse(words[2]);
  const auto version = base::parse_number<int>(words[3]);
  const auto vrid = base::parse_number<int>(words[4]);
  const auto priority = base::parse_number<int>(words[5]);
  if (!at || !source || !version || !vrid || !priority) return false;
  seen.adverts.push_back({*at, *source, *version, *vrid, *priority});
  return true;
}

bool add_announcement(const Words& words, Observation& seen) {
  if (words.size() != 4) return false;
  const auto at = micros(words[1]);
  const auto address = net::IpAddress::parse(words[2]);
  const auto mac = net::MacAddress::parse(words[3]);
  if (!at || !address || !mac) return false;
  seen.announcements.push_back({*at, *address, *mac});
  return true;
}

// "12.345678" seconds.
std::optional<Micros> stamp(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == std::string_view::npos || text.size() - dot != 7) return std::nullopt;
  const auto seconds = base::parse_number<std::int64_t>(base::trim(text.substr(0, dot)));
  const auto rest = base::parse_number<std::int64_t>(text.substr(dot + 1));
  if (!seconds || !rest) return std::nullopt;
  return std::chrono::seconds(*seconds) + Micros(*rest);
}

// key=value and key="two words" as base/log.h writes them.
std::map<std::string, std::string> fields(std::string_view text) {
  std::map<std::string, std::string> found;
  while (!text.empty()) {
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) break;
    const auto key = base::trim(text.substr(0, equals));
    text.remove_prefix(equals + 1);
    std::string value;
    if (text.starts_with('"')) {
      std::size_t i = 1;
      for (; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] == '\\' && i + 1 < text.size()) ++i;
        value += text[i];
      }
      text.remove_prefix(std::min(i + 1, text.size()));
    } else {
      const auto end = std::min(text.find(' '), text.size());
      value = text.substr(0, end);
      text.remove_prefix(end);
    }
    found[std::string(key)] = value;
  }
  return found;
}

}  // namespace

base::Result<Observation> parse_probe_output(std::string_view text) {
  Observation seen;
  std::size_t number = 0;
  for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    ++number;
    const Words words = base::words(line);
    if (words.empty()) continue;
    const bool is_known = (words[0] == "probe" && add_probe(words, seen)) ||
                          (words[0] == "advert" && add_advert(words, seen)) ||
                          (words[0] == "garp" && add_announcement(words, seen));
    if (!is_known)
      return base::fail(base::Kind::Invalid,
                        fmt::format("line {} of the probe's output is broken: {}", number,
                                    base::printable(line)));
  }
  return seen;
}

std::vector<Transition> parse_console(std::string_view text) {
  constexpr std::string_view kEvent = "vrrp.transition ";
  std::vector<Transition> found;
  for (const std::string& line : base::split(text, '\n')) {
    const auto close = line.find(']');
    const auto event = line.find(kEvent);
    if (!line.starts_with('[') || close == std::string::npos || event == std::string::npos)
      continue;
    const auto at = stamp(std::string_view(line).substr(1, close - 1));
    if (!at) continue;
    auto values = fields(std::string_view(line).substr(event + kEvent.size()));
    found.push_back({*at, values["from"], values["to"], values["reason"]});
  }
  return found;
}

std::optional<Outage> longest_outage(const Observation& seen, Micros from, Micros until) {
  std::vector<const Probe*> answered;
  std::size_t lost = 0;
  for (const Probe& probe : seen.probes) {
    if (!probe.answered && probe.sent >= from && probe.sent < until) ++lost;
    if (probe.answered && *probe.answered >= from && *probe.answered < until)
      answered.push_back(&probe);
  }
  if (answered.size() < 2) return std::nullopt;
  std::ranges::sort(answered, {}, [](const Probe* probe) { return *probe->answered; });
  Outage longest;
  for (std::size_t i = 1; i < answered.size(); ++i) {
    const Micros silence = *answered[i]->answered - *answered[i - 1]->answered;
    if (silence <= longest.silence) continue;
    longest = {.silence = silence,
               .begin = *answered[i - 1]->answered,
               .end = *answered[i]->answered,
               .before = answered[i - 1]->instance,
               .after = answered[i]->instance};
  }
  longest.lost = lost;
  return longest;
}

std::string last_answered_by(const Observation& seen, Micros since) {
  for (auto probe = seen.probes.rbegin(); probe != seen.probes.rend() && probe->sent >= since;
       ++probe)
    if (probe->answered) return probe->instance;
  return {};
}

std::optional<Micros> first_answer_by(const Observation& seen, std::string_view instance,
                                      Micros since) {
  for (const Probe& probe : seen.probes)
    if (probe.sent >= since && probe.answered && probe.instance == instance) return probe.answered;
  return std::nullopt;
}

std::optional<Advert> last_advert_before(const Observation& seen, const net::IpAddress& source,
                                         Micros time) {
  std::optional<Advert> last;
  for (const Advert& advert : seen.adverts)
    if (advert.source == source && advert.at <= time) last = advert;
  return last;
}

}  // namespace cli::demo
