// The `update` section: checked, since a Director would refuse the file otherwise.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "bosh/codes.h"
#include "bosh/instance_group.h"

namespace bosh {
namespace {

// Milliseconds, or "lowest - highest".
bool is_watch_time(const std::string& text) {
  const auto parts = base::split(text, '-');
  std::vector<std::uint64_t> numbers;
  for (const std::string& part : parts)
    if (const auto number = base::parse_number<std::uint64_t>(base::trim(part)))
      numbers.push_back(*number);
  return numbers.size() == parts.size() && numbers.size() <= 2 && numbers.front() <= numbers.back();
}

bool is_count(std::string text) {
  if (text.ends_with('%')) text.pop_back();
  return base::parse_number<std::uint32_t>(text).has_value();
}

void check_counts(Fields& fields, bool is_required, Report& report) {
  for (const std::string_view key : {"canaries", "max_in_flight"}) {
    const auto text = is_required ? std::optional(fields.text(key)) : fields.optional_text(key);
    if (text && !text->empty() && !is_count(*text))
      report.error(fields.mark(key), code::kValidationInvalidValue,
                   fmt::format("\"{}\" must be a number or a percentage, not \"{}\"", key, *text));
  }
}

void check_watch_times(Fields& fields, bool is_required, Report& report) {
  for (const std::string_view key : {"canary_watch_time", "update_watch_time"}) {
    const auto text = is_required ? std::optional(fields.text(key)) : fields.optional_text(key);
    if (text && !text->empty() && !is_watch_time(*text))
      report.error(
          fields.mark(key), code::kUpdateConfigInvalidWatchTime,
          fmt::format("\"{}\" must be milliseconds or a range of them, not \"{}\"", key, *text),
          "like 30000 or 1000-30000");
  }
}

}  // namespace

void check_update(Fields& owner, bool is_required, Report& report) {
  const yaml::Node* node = owner.find("update");
  if (node == nullptr) {
    if (is_required)
      report.error(owner.mark(), code::kValidationMissingField,
                   "the manifest needs the key \"update\", a map",
                   "update: {canaries: 1, max_in_flight: 1, canary_watch_time: 1000-30000, "
                   "update_watch_time: 1000-30000}");
    return;
  }
  Fields fields(*node, "update", report);
  if (!fields.is_map()) return;
  check_counts(fields, is_required, report);
  check_watch_times(fields, is_required, report);
  fields.boolean("serial", true);
  const auto strategy = fields.optional_text("vm_strategy");
  if (strategy == "create-swap-delete")
    report.unsupported(fields.mark("vm_strategy"), "the VM strategy create-swap-delete");
  else if (strategy && strategy != "delete-create")
    report.error(fields.mark("vm_strategy"), code::kValidationInvalidValue,
                 fmt::format("\"{}\" is no VM strategy", *strategy),
                 "there are delete-create and create-swap-delete");
  fields.check_spelling({"initial_deploy_az_update_strategy"});
}

}  // namespace bosh
