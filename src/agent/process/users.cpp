#include "agent/process/users.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <vector>

#include "base/text.h"

namespace agent::process {
namespace {

using Fields = std::vector<std::string>;

std::string content_of(const char* path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The line whose first field is `name`, or whose field `number_at` is `name` as a number.
std::optional<Fields> line_of(std::string_view file, std::string_view name, std::size_t least,
                              std::size_t number_at) {
  std::optional<Fields> by_number;
  for (const std::string& line : base::split(file, '\n')) {
    Fields fields = base::split(line, ':');
    if (fields.size() < least) continue;
    if (fields[0] == name) return fields;
    if (fields[number_at] == name && !by_number) by_number = std::move(fields);
  }
  return by_number;
}

}  // namespace

Users Users::of_this_machine() {
  return {content_of("/etc/passwd"), content_of("/etc/group")};
}

base::Result<base::Identity> Users::find(std::string_view user, std::string_view group,
                                         bool wants_more) const {
  base::Identity identity;
  const auto entry = line_of(passwd_, user, 4, 2);
  const auto number = base::parse_number<std::uint32_t>(entry ? (*entry)[2] : user);
  const auto own_group = entry ? base::parse_number<std::uint32_t>((*entry)[3]) : number;
  if (!number || !own_group)
    return base::fail(base::Kind::NotFound, fmt::format("there is no user '{}'", user),
                      "/etc/passwd has none of that name; a number may stand for it");
  identity.user = *number;
  identity.group = *own_group;
  if (!group.empty()) {
    const auto found = line_of(group_, group, 3, 2);
    const auto gid = base::parse_number<std::uint32_t>(found ? (*found)[2] : group);
    if (!gid)
      return base::fail(base::Kind::NotFound, fmt::format("there is no group '{}'", group),
                        "/etc/group has none of that name; a number may stand for it");
    identity.group = *gid;
  }
  if (!wants_more) return identity;
  identity.more_groups.push_back(*own_group);
  for (const std::string& line : base::split(group_, '\n')) {
    const Fields fields = base::split(line, ':');
    if (fields.size() < 4) continue;
    const Fields members = base::split(fields[3], ',');
    const auto gid = base::parse_number<std::uint32_t>(fields[2]);
    if (gid && *gid != *own_group && entry &&
        std::ranges::find(members, (*entry)[0]) != members.end())
      identity.more_groups.push_back(*gid);
  }
  return identity;
}

}  // namespace agent::process
