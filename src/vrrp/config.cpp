#include "vrrp/config.h"

#include <fmt/format.h>

#include <algorithm>

namespace vrrp {
namespace {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;

base::Result<> wrong(std::string what, std::string hint = {}) {
  return base::fail(base::Kind::Invalid, std::move(what), std::move(hint));
}

base::Result<> check_interval(const RouterConfig& config) {
  if (config.version == Version::V2) {
    if (config.interval >= 1s && config.interval <= 255s && config.interval % 1s == Duration{})
      return {};
    return wrong("the advertisement interval of version 2 is whole seconds, 1 to 255",
                 "version 3 has intervals from 10 ms");
  }
  if (config.interval >= 10ms && config.interval <= 40950ms && config.interval % 10ms == Duration{})
    return {};
  return wrong("the advertisement interval of version 3 is 0.01 to 40.95 s, in steps of 0.01 s");
}

base::Result<> check_addresses(const RouterConfig& config) {
  if (config.addresses.size() > 255)
    return wrong(
        fmt::format("{} addresses do not fit into an advertisement", config.addresses.size()),
        "at most 255 can be advertised");
  auto check_family = [&](const net::IpAddress& address, std::string_view what) -> base::Result<> {
    if (address.family() == config.family) return {};
    return wrong(
        fmt::format("{} {} is not an {} address", what, to_string(address), name(config.family)));
  };
  for (const auto& address : config.addresses)
    if (auto result = check_family(address, "virtual address"); !result) return result;
  for (const auto& peer : config.peers) {
    if (auto result = check_family(peer.address, "unicast peer"); !result) return result;
    if (peer.address.is_multicast())
      return wrong(fmt::format("unicast peer {} is a multicast address", to_string(peer.address)));
  }
  if (config.source)
    if (auto result = check_family(*config.source, "source"); !result) return result;
  if (config.group && !config.group->is_multicast())
    return wrong(fmt::format("{} is not a multicast address", to_string(*config.group)));
  if (config.group) return check_family(*config.group, "multicast group");
  return {};
}

base::Result<> check_authentication(const RouterConfig& config) {
  if (config.auth_type != AuthType::None && config.version != Version::V2)
    return wrong("version 3 has no authentication", "leave out auth_type, or use version 2");
  if (config.auth_type == AuthType::Header && config.family != net::Family::Ipv4)
    return wrong("auth_type AH is for IPv4 only", "auth_hmac protects IPv6 too");
  if (!config.trailer) return {};
  if (config.auth_type != AuthType::None)
    return wrong("auth_hmac and auth_type exclude each other", "leave out auth_type");
  const TrailerConfig& trailer = *config.trailer;
  for (auto key = trailer.keys.begin(); key != trailer.keys.end(); ++key) {
    if (key->id == 0) return wrong("an auth_hmac key has the number 0", "1 to 255");
    if (key->secret.size() < 32 || key->secret.size() > 64)
      return wrong(fmt::format("auth_hmac key {} has {} bytes", key->id, key->secret.size()),
                   "32 to 64");
    if (std::find_if(trailer.keys.begin(), key,
                     [&](const auto& other) { return other.id == key->id; }) != key)
      return wrong(fmt::format("auth_hmac has two keys {}", key->id));
  }
  if (std::ranges::find(trailer.keys, trailer.active_key, &TrailerKey::id) == trailer.keys.end())
    return wrong(fmt::format("auth_hmac has no key {} to send with", trailer.active_key),
                 "add that key, or set active_key");
  if (trailer.window && (*trailer.window < 1s || *trailer.window > 300s))
    return wrong("the time_window of auth_hmac is outside 1..300 s");
  return {};
}

// What strict mode excludes and hold_to_rfc() cannot put right.
base::Result<> check_strict(const RouterConfig& config) {
  if (!config.strict) return {};
  if (config.version == Version::V2 && config.family == net::Family::Ipv6)
    return wrong("strict mode has no version 2 over IPv6", "IPv6 needs version 3");
  if (config.addresses.empty())
    return wrong("strict mode needs a virtual address", "RFC 9568 section 5.2.5: at least one");
  if (config.auth_type != AuthType::None)
    return wrong("strict mode has no authentication", "RFC 3768 took it out of version 2");
  return {};
}

}  // namespace

RouterConfig hold_to_rfc(RouterConfig config) {
  if (!config.strict) return config;
  const bool is_owner = config.priority.is_owner();
  config.starts_active = is_owner;
  config.preempt_delay = Duration{};
  config.down_timer_adverts = 3;
  config.answers_lower_priority = false;  // RFC 5798, which keepalived's strict mode means
  config.answers_higher_priority = false;
  config.ignores_others_as_owner = is_owner;
  if (config.trailer) config.trailer->mode = TrailerConfig::Mode::Enforce;
  return config;
}

base::Result<> check(const RouterConfig& config) {
  if (config.priority.is_resigning())
    return wrong("priority 0 is not one to have",
                 "1 to 254, or 255 for the owner of the addresses");
  if (auto result = check_interval(config); !result) return result;
  if (auto result = check_addresses(config); !result) return result;
  if (auto result = check_authentication(config); !result) return result;
  if (auto result = check_strict(config); !result) return result;
  if (config.down_timer_adverts < 1 || config.down_timer_adverts > 100)
    return wrong(fmt::format("down_timer_adverts {} is outside 1..100", config.down_timer_adverts));
  if (config.preempt_delay < Duration{} || config.preempt_delay > 1000s)
    return wrong("preempt_delay is outside 0..1000 s");
  if (config.startup_delay < Duration{}) return wrong("the start-up delay is negative");
  if (config.resign_limit < Duration{}) return wrong("resign_limit is negative");
  for (const auto& tracked : config.tracked)
    if (tracked.weight < -254 || tracked.weight > 254)
      return wrong(fmt::format("weight {} is outside -254..254", tracked.weight));
  return {};
}

}  // namespace vrrp
