#include "io/forker_protocol.h"

#include <cstring>

namespace io::forker {
namespace {

struct Header {
  Ask ask;
  std::uint32_t id;
  std::int32_t signal;
  std::uint32_t has_identity;
  Order::AfterUs after_us;
  std::uint32_t user;
  std::uint32_t group;
  std::uint32_t more_groups;
};

}  // namespace

std::vector<std::uint8_t> encode(const Request& request) {
  const auto& identity = request.order.runs_as;
  const Header header{
      .ask = request.ask,
      .id = request.id,
      .signal = request.signal,
      .has_identity = identity.has_value(),
      .after_us = request.order.after_us,
      .user = identity ? identity->user : 0,
      .group = identity ? identity->group : 0,
      .more_groups = identity ? static_cast<std::uint32_t>(identity->more_groups.size()) : 0};
  std::vector<std::uint8_t> out(sizeof header);
  std::memcpy(out.data(), &header, sizeof header);
  const auto add = [&](const void* data, std::size_t size) {
    const auto* bytes = static_cast<const std::uint8_t*>(data);
    out.insert(out.end(), bytes, bytes + size);
  };
  if (identity) add(identity->more_groups.data(), identity->more_groups.size() * 4);
  for (const std::string& argument : request.order.arguments)
    add(argument.c_str(), argument.size() + 1);
  return out;
}

std::optional<Request> decode(std::span<const std::uint8_t> packet) {
  Header header{};
  if (packet.size() < sizeof header) return std::nullopt;
  std::memcpy(&header, packet.data(), sizeof header);
  packet = packet.subspan(sizeof header);
  Request request{.ask = header.ask, .id = header.id, .signal = header.signal};
  request.order.after_us = header.after_us;
  if (packet.size() / 4 < header.more_groups) return std::nullopt;
  if (header.has_identity != 0) {
    base::Identity identity{.user = header.user, .group = header.group};
    identity.more_groups.resize(header.more_groups);
    if (header.more_groups != 0)
      std::memcpy(identity.more_groups.data(), packet.data(), std::size_t{header.more_groups} * 4);
    request.order.runs_as = std::move(identity);
  }
  packet = packet.subspan(std::size_t{header.more_groups} * 4);
  while (!packet.empty()) {
    const auto* end =
        static_cast<const std::uint8_t*>(std::memchr(packet.data(), 0, packet.size()));
    if (end == nullptr) return std::nullopt;
    request.order.arguments.emplace_back(packet.data(), end);
    packet = packet.subspan(static_cast<std::size_t>(end - packet.data()) + 1);
  }
  return request;
}

}  // namespace io::forker
