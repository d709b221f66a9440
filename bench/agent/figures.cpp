#include "agent/figures.h"

#include <fmt/format.h>

#include <algorithm>

namespace bench {
namespace {

std::string shown(double value) {
  return std::abs(value) >= 100 ? fmt::format("{:.0f}", value) : fmt::format("{:.3g}", value);
}

std::string shown(const std::map<std::string, Samples>& all, const std::string& name) {
  const auto known = all.find(name);
  if (known == all.end() || known->second.is_empty()) return "";
  const Samples& samples = known->second;
  if (samples.least() == samples.most()) return shown(samples.median());
  return fmt::format("{} ({} to {})", shown(samples.median()), shown(samples.least()),
                     shown(samples.most()));
}

}  // namespace

double Samples::median() const {
  std::vector<double> sorted = values_;
  std::ranges::sort(sorted);
  const std::size_t half = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

double Samples::least() const {
  return *std::ranges::min_element(values_);
}

double Samples::most() const {
  return *std::ranges::max_element(values_);
}

Samples& Table::at(const std::string& what, const std::string& unit, const std::string& contender) {
  auto row = std::ranges::find(rows_, what, &Row::what);
  if (row == rows_.end()) row = rows_.insert(rows_.end(), Row{.what = what, .unit = unit});
  return row->by_contender[contender];
}

std::string Table::text(const std::string& ours, const std::string& theirs) const {
  std::string out =
      fmt::format("| what | unit | {} | {} | ratio |\n|---|---|---|---|---|\n", theirs, ours);
  for (const Row& row : rows_) {
    std::string ratio;
    const auto our = row.by_contender.find(ours);
    const auto their = row.by_contender.find(theirs);
    if (our != row.by_contender.end() && their != row.by_contender.end() &&
        their->second.median() > 0 && our->second.median() >= 0)
      ratio = fmt::format("{:.2g}", our->second.median() / their->second.median());
    out += fmt::format("| {} | {} | {} | {} | {} |\n", row.what, row.unit,
                       shown(row.by_contender, theirs), shown(row.by_contender, ours), ratio);
  }
  return out;
}

}  // namespace bench
