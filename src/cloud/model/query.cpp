#include "cloud/model/query.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"

namespace cloud::model {

namespace {

constexpr std::string_view kNoFilters[] = {"fields",       "limit",    "marker",
                                           "page_reverse", "sort_key", "sort_dir"};

std::string text_of(const json::Value& value) {
  if (const std::string* text = value.as_string()) return *text;
  if (const bool* flag = value.as_bool()) return *flag ? "true" : "false";
  return value.is_null() ? "" : json::dump(value);
}

bool equals(const json::Value& value, const std::string& wanted) {
  if (const bool* flag = value.as_bool()) {
    const std::string lower = base::to_lower(wanted);
    return *flag == (lower == "true" || lower == "1" || lower == "yes");
  }
  if (const json::Array* list = value.as_array())
    return std::ranges::any_of(*list,
                               [&](const json::Value& each) { return equals(each, wanted); });
  return text_of(value) == wanted;
}

// One element must have all that was asked of addresses: "ip_address=10.0.0.5", "subnet_id=…",
// "ip_address_substr=10.0". Other keys are no filter, as in Neutron.
bool has_fixed_ip(const json::Value& fixed_ips, const std::vector<std::string>& wanted) {
  if (fixed_ips.as_array() == nullptr) return false;
  std::vector<std::string> addresses;
  std::vector<std::string> subnets;
  std::vector<std::string> parts;
  for (const std::string& text : wanted) {
    const auto equals_sign = text.find('=');
    if (equals_sign == std::string::npos) continue;
    const std::string key = text.substr(0, equals_sign);
    const std::string value = text.substr(equals_sign + 1);
    if (key == "ip_address") addresses.push_back(value);
    if (key == "subnet_id") subnets.push_back(value);
    if (key == "ip_address_substr") parts.push_back(value);
  }
  const auto is_one_of = [](const std::vector<std::string>& allowed, const std::string& value) {
    return allowed.empty() || std::ranges::find(allowed, value) != allowed.end();
  };
  if (addresses.empty() && subnets.empty() && parts.empty()) return true;
  return std::ranges::any_of(*fixed_ips.as_array(), [&](const json::Value& fixed) {
    const std::string address = fixed.text_or("ip_address", "");
    return is_one_of(addresses, address) && is_one_of(subnets, fixed.text_or("subnet_id", "")) &&
           (parts.empty() || std::ranges::any_of(parts, [&](const std::string& part) {
              return address.find(part) != std::string::npos;
            }));
  });
}

// tags=a,b: all of them; tags-any: one; not-tags and not-tags-any: the opposites.
bool matches_tags(const json::Value& row, const std::string& name, const std::string& wanted) {
  const auto has = [&](const std::string& tag) { return equals(row["tags"], tag); };
  const std::vector<std::string> tags = base::split(wanted, ',');
  if (name == "tags") return std::ranges::all_of(tags, has);
  if (name == "tags-any") return std::ranges::any_of(tags, has);
  if (name == "not-tags") return !std::ranges::all_of(tags, has);
  return std::ranges::none_of(tags, has);
}
bool is_tag_filter(const std::string& name) {
  return name == "tags" || name == "tags-any" || name == "not-tags" || name == "not-tags-any";
}

bool matches(const json::Value& row, const Query& query, const std::set<std::string>& names) {
  return std::ranges::all_of(names, [&](const std::string& name) {
    const std::vector<std::string> wanted = values_of(query, name);
    if (name == "fixed_ips") return has_fixed_ip(row[name], wanted);
    return std::ranges::any_of(wanted, [&](const std::string& value) {
      return is_tag_filter(name) ? matches_tags(row, name, value) : equals(row[name], value);
    });
  });
}

void sort_rows(json::Array& rows, const Query& query) {
  const std::vector<std::string> keys = values_of(query, "sort_key");
  const std::vector<std::string> directions = values_of(query, "sort_dir");
  for (std::size_t i = keys.size(); i-- > 0;) {
    const bool descending = i < directions.size() && directions[i] == "desc";
    std::ranges::stable_sort(rows, [&](const json::Value& a, const json::Value& b) {
      const std::string left = text_of(a[keys[i]]);
      const std::string right = text_of(b[keys[i]]);
      return descending ? right < left : left < right;
    });
  }
}

Allowed<Page> cut(json::Array rows, const Query& query) {
  Page page;
  auto first = rows.begin();
  if (const std::string marker = value_of(query, "marker"); !marker.empty()) {
    first = std::ranges::find_if(
        rows, [&](const json::Value& row) { return row.text_or("id", "") == marker; });
    if (first == rows.end())
      return refuse(400, "BadRequest", fmt::format("marker [{}] not found", marker));
    ++first;
  }
  auto last = rows.end();
  if (const std::string limit = value_of(query, "limit"); !limit.empty()) {
    const auto count = base::parse_number<std::uint32_t>(limit);
    if (!count)
      return refuse(400, "HTTPBadRequest",
                    fmt::format("Limit must be an integer 0 or greater and not '{}'", limit));
    if (*count > 0 && last - first > static_cast<std::ptrdiff_t>(*count)) {
      last = first + static_cast<std::ptrdiff_t>(*count);
      page.next_marker = (last - 1)->text_or("id", "");
    }
  }
  page.rows.assign(std::make_move_iterator(first), std::make_move_iterator(last));
  return page;
}

}  // namespace

std::vector<std::string> values_of(const Query& query, std::string_view name) {
  std::vector<std::string> values;
  for (const auto& [key, value] : query)
    if (key == name) values.push_back(value);
  return values;
}

std::string value_of(const Query& query, std::string_view name) {
  for (const auto& [key, value] : query)
    if (key == name) return value;
  return {};
}

Allowed<Page> select(json::Array rows, const Query& query, const json::Object& shape) {
  std::set<std::string> filters;
  for (const auto& [name, value] : query) {
    if (std::ranges::find(kNoFilters, name) != std::end(kNoFilters)) continue;
    if (!shape.contains(name) && !(is_tag_filter(name) && shape.contains("tags")))
      return bad_request(fmt::format("['{}'] is invalid attribute for filtering", name));
    filters.insert(name);
  }
  std::erase_if(rows, [&](const json::Value& row) { return !matches(row, query, filters); });
  sort_rows(rows, query);
  auto page = cut(std::move(rows), query);
  const std::vector<std::string> fields = values_of(query, "fields");
  if (!page || fields.empty()) return page;
  for (json::Value& row : page->rows) {
    json::Object kept;
    for (const auto& [key, value] : *row.as_object())
      if (std::ranges::find(fields, key) != fields.end()) kept.set(key, value);
    row = std::move(kept);
  }
  return page;
}

}  // namespace cloud::model
