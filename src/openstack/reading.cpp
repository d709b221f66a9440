#include "openstack/reading.h"

#include <fmt/format.h>

namespace openstack {

void Reading::complain(std::string_view key, std::string_view why) const {
  if (problem_->empty()) *problem_ = fmt::format("'{}' {}", key, why);
}

std::string Reading::text(std::string_view key) const {
  const auto* text = value_[key].as_string();
  if (text == nullptr) complain(key, "is missing or not a string");
  return text == nullptr ? std::string() : *text;
}

std::string Reading::text_or_empty(std::string_view key) const {
  return value_[key].is_null() ? std::string() : text(key);
}

std::int64_t Reading::integer(std::string_view key) const {
  const json::Value& value = value_[key];
  if (value.is_null() || (value.is_string() && value.as_string()->empty())) return 0;
  const auto number = value.as_integer();
  if (!number) complain(key, "is not an integer");
  return number.value_or(0);
}

bool Reading::flag(std::string_view key, bool otherwise) const {
  const bool* flag = value_[key].as_bool();
  return flag == nullptr ? otherwise : *flag;
}

net::IpAddress Reading::address(std::string_view key) const {
  const auto parsed = net::IpAddress::parse(text_or_empty(key));
  if (!parsed) complain(key, "is not an address");
  return parsed.value_or(net::IpAddress::v4(0));
}

net::Prefix Reading::prefix(std::string_view key) const {
  const auto parsed = net::Prefix::parse(text_or_empty(key));
  if (!parsed) complain(key, "is neither an address nor a network");
  return parsed.value_or(*net::Prefix::from(net::IpAddress::v4(0), 32));
}

std::optional<net::IpAddress> Reading::optional_address(std::string_view key) const {
  if (value_[key].is_null()) return std::nullopt;
  return address(key);
}

std::optional<net::Prefix> Reading::optional_prefix(std::string_view key) const {
  if (value_[key].is_null()) return std::nullopt;
  return prefix(key);
}

std::optional<net::MacAddress> Reading::optional_mac(std::string_view key) const {
  const std::string written = text_or_empty(key);
  if (written.empty()) return std::nullopt;
  const auto parsed = net::MacAddress::parse(written);
  if (!parsed) complain(key, "is not a MAC address");
  return parsed ? std::optional(*parsed) : std::nullopt;
}

std::vector<Reading> Reading::items(std::string_view key) const {
  std::vector<Reading> out;
  if (const json::Array* array = value_[key].as_array())
    for (const json::Value& value : *array) out.push_back(Reading(value, problem_));
  return out;
}

io::Task<Result<>> remove(Session& session, Service service, std::string path) {
  const auto answer = co_await session.request(service, "DELETE", std::move(path));
  if (!answer && answer.error().status != 404) co_return std::unexpected(answer.error());
  co_return Result<>{};
}

}  // namespace openstack
