// From JSON answers to typed values. A field that is missing or of another type is remembered, not
// thrown: the reader goes on with an empty value, and the whole answer becomes one error.
// Internal to this module.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/ip_address.h"
#include "net/mac_address.h"
#include "openstack/session.h"

namespace openstack {

class Reading {
 public:
  explicit Reading(const json::Value& value)
      : value_(value), problem_(std::make_shared<std::string>()) {}

  const json::Value& operator[](std::string_view key) const { return value_[key]; }
  std::string text(std::string_view key) const;           // must be a string
  std::string text_or_empty(std::string_view key) const;  // null and absent are empty
  std::int64_t integer(std::string_view key) const;       // absent, null and "" are 0
  bool flag(std::string_view key, bool otherwise) const;
  net::IpAddress address(std::string_view key) const;
  net::Prefix prefix(std::string_view key) const;
  std::optional<net::IpAddress> optional_address(std::string_view key) const;
  std::optional<net::Prefix> optional_prefix(std::string_view key) const;
  std::optional<net::MacAddress> optional_mac(std::string_view key) const;
  std::vector<Reading> items(std::string_view key) const;  // of an array; absent is empty

  Reading inside(std::string_view key) const { return Reading(value_[key], problem_); }

  const std::string& problem() const { return *problem_; }  // empty: all was well

 private:
  Reading(const json::Value& value, std::shared_ptr<std::string> problem)
      : value_(value), problem_(std::move(problem)) {}
  void complain(std::string_view key, std::string_view why) const;

  const json::Value& value_;
  std::shared_ptr<std::string> problem_;  // one for the whole answer, its items included
};

template <typename T>
Result<T> read_one(const std::string& doing, const json::Value& value, T (*read)(const Reading&)) {
  const Reading reading(value);
  T out = read(reading);
  if (!reading.problem().empty())
    return std::unexpected(unexpected_answer(doing, reading.problem()));
  return out;
}

// A request whose answer is {key: {…}}.
template <typename T>
io::Task<Result<T>> one(Session& session, Service service, std::string method, std::string path,
                        std::string key, json::Value body, T (*read)(const Reading&)) {
  const std::string doing = method + " " + std::string(name(service)) + " " + path;
  auto answer =
      co_await session.request(service, std::move(method), std::move(path), std::move(body));
  if (!answer) co_return std::unexpected(answer.error());
  co_return read_one(doing, key.empty() ? *answer : (*answer)[key], read);
}

template <typename T>
io::Task<Result<std::vector<T>>> list_of(Session& session, Service service, std::string path,
                                         std::string key, Filters filters,
                                         T (*read)(const Reading&)) {
  const std::string doing = "GET " + std::string(name(service)) + " " + path;
  auto answer = co_await session.list(service, std::move(path), std::move(key), std::move(filters));
  if (!answer) co_return std::unexpected(answer.error());
  std::vector<T> all;
  for (const json::Value& value : *answer) {
    auto item = read_one(doing, value, read);
    if (!item) co_return std::unexpected(item.error());
    all.push_back(std::move(*item));
  }
  co_return all;
}

// DELETE; what is gone already is deleted.
io::Task<Result<>> remove(Session& session, Service service, std::string path);

}  // namespace openstack
