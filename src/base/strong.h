// A text that names one kind of thing: StrongId<struct PortTag> cannot be given where a ServerId is
// meant.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <utility>

namespace base {

template <typename Tag>
class StrongId {
 public:
  explicit StrongId(std::string value) : value_(std::move(value)) {}
  const std::string& value() const { return value_; }
  friend auto operator<=>(const StrongId&, const StrongId&) = default;

 private:
  std::string value_;
};

}  // namespace base

template <typename Tag>
struct std::hash<base::StrongId<Tag>> {
  std::size_t operator()(const base::StrongId<Tag>& id) const {
    return std::hash<std::string>{}(id.value());
  }
};
