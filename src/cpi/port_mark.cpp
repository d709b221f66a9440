#include "cpi/port_mark.h"

#include <fmt/format.h>

#include <ctime>

#include "base/text.h"

namespace cpi {
namespace {

constexpr std::string_view kMaker = "holdfast-cpi";
// Longer than any call needs from its port to Nova's binding of it, patience with 429 included.
constexpr auto kOld = std::chrono::minutes(10);

// Words of a description must stay words.
std::string word(std::string_view text) {
  std::string out(text.substr(0, 64));
  for (char& c : out)
    if (c <= ' ' || c == 127) c = '_';
  return out.empty() ? "-" : out;
}

std::optional<std::chrono::system_clock::time_point> parse_time(const std::string& text) {
  std::tm time{};
  if (strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &time) == nullptr) return std::nullopt;
  return std::chrono::system_clock::from_time_t(timegm(&time));
}

}  // namespace

std::string to_description(const PortMark& mark) {
  return fmt::format("{} vm={} agent={} director={}", kMaker, word(mark.vm_name),
                     word(mark.agent_id), word(mark.director));
}

std::optional<PortMark> read_mark(std::string_view description) {
  const auto parts = base::words(description);
  if (parts.size() != 4 || parts[0] != kMaker) return std::nullopt;
  const auto value = [](const std::string& part, std::string_view key) {
    const bool fits = part.starts_with(key) && part.size() > key.size() && part[key.size()] == '=';
    return fits ? std::optional(part.substr(key.size() + 1)) : std::nullopt;
  };
  const auto vm = value(parts[1], "vm");
  const auto agent = value(parts[2], "agent");
  const auto director = value(parts[3], "director");
  if (!vm || !agent || !director) return std::nullopt;
  return PortMark{*vm, *agent, *director};
}

bool is_left_over(const openstack::Port& port, const PortMark& ours,
                  std::chrono::system_clock::time_point now) {
  const auto mark = read_mark(port.description);
  if (!mark || mark->director != word(ours.director)) return false;
  if (!port.device_id.empty() || !port.device_owner.empty()) return false;
  if (!ours.agent_id.empty() && mark->agent_id == word(ours.agent_id)) return true;
  const auto created = parse_time(port.created_at);
  return created && now - *created > kOld;
}

bool is_anonymous(const openstack::Port& port) {
  return port.name.empty() && port.description.empty();
}

}  // namespace cpi
