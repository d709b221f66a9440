// Lists as Neutron filters them: ?name=a&name=b&fixed_ips=ip_address%3D10.0.0.5&fields=id&limit=10.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cloud/model/refusal.h"
#include "json/value.h"

namespace cloud::model {

// Name and value pairs of a URL, decoded, in their order.
using Query = std::vector<std::pair<std::string, std::string>>;

std::vector<std::string> values_of(const Query& query, std::string_view name);
std::string value_of(const Query& query, std::string_view name);  // the first, or empty

struct Page {
  json::Array rows;
  std::string next_marker;  // id of the last row when there are more; empty otherwise
};

// The rows (objects) that the query asks for, sorted and cut to one page, with only the fields it
// names. Values of one name are alternatives, different names must all match. A name that is no
// key of `shape`, which is any such row, is refused, as by Neutron's filter-validation.
Allowed<Page> select(json::Array rows, const Query& query, const json::Object& shape);

}  // namespace cloud::model
