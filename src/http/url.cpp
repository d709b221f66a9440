#include "http/url.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace http {
namespace {

using base::Kind;

constexpr std::uint16_t default_port(bool is_tls) {
  return is_tls ? 443 : 80;
}

// "host", "host:port" or "[v6]:port".
base::Result<void> split_authority(std::string_view text, Url& url) {
  std::string_view port;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return base::fail(Kind::Invalid, "a '[' without a ']'");
    url.host = text.substr(1, end - 1);
    port = text.substr(end + 1);
  } else {
    const auto colon = text.find(':');
    url.host = text.substr(0, colon);
    port = colon == std::string_view::npos ? "" : text.substr(colon);
  }
  if (url.host.empty()) return base::fail(Kind::Invalid, "no host");
  if (port.empty()) return {};
  const auto number =
      port.front() == ':' ? base::parse_number<std::uint16_t>(port.substr(1)) : std::nullopt;
  if (!number || *number == 0)
    return base::fail(Kind::Invalid, "the port is no number in 1..65535");
  url.port = *number;
  return {};
}

}  // namespace

base::Result<Url> Url::parse(std::string_view text) {
  // The text is not quoted in full: it may hold a password.
  const auto bad = [](std::string_view why) {
    return base::fail(Kind::Invalid, fmt::format("not a URL: {}", why),
                      "give it as http://host:port/path or https://host:port/path");
  };
  if (std::ranges::any_of(text,
                          [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 127; }))
    return bad("white space or a control character");
  Url url;
  const auto scheme = base::to_lower(text.substr(0, text.find("://")));
  if (scheme != "http" && scheme != "https")
    return bad("it starts neither with http:// nor https://");
  url.is_tls = scheme == "https";
  url.port = default_port(url.is_tls);
  text.remove_prefix(scheme.size() + 3);
  text = text.substr(0, text.find_first_of("?#"));
  const auto slash = text.find('/');
  const std::string_view authority = text.substr(0, slash);
  if (authority.find('@') != std::string_view::npos) return bad("a user in it is not supported");
  if (const auto done = split_authority(authority, url); !done) return bad(done.error().what);
  if (slash != std::string_view::npos) url.path = text.substr(slash);
  while (url.path.ends_with('/')) url.path.pop_back();
  return url;
}

std::string authority(const Url& url) {
  const bool is_v6 = url.host.find(':') != std::string::npos;
  std::string out = is_v6 ? "[" + url.host + "]" : url.host;
  if (url.port != default_port(url.is_tls)) out += fmt::format(":{}", url.port);
  return out;
}

std::string origin(const Url& url) {
  return (url.is_tls ? "https://" : "http://") + authority(url);
}

std::string to_string(const Url& url) {
  return origin(url) + url.path;
}

}  // namespace http
