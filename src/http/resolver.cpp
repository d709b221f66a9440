#include "http/resolver.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "http/dns.h"

namespace http {
namespace {

std::string content_of(const char* path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

bool is_address(const std::string& text) {
  boost::system::error_code error;
  boost::asio::ip::make_address(text, error);
  return !error;
}

}  // namespace

std::vector<std::string> addresses_in_hosts(std::string_view file, std::string_view host) {
  std::vector<std::string> v4;
  std::vector<std::string> v6;
  for (const std::string& line : base::split(file, '\n')) {
    const auto fields = base::words(std::string_view(line).substr(0, line.find('#')));
    const auto names = [&](const std::string& name) {
      return base::equals_ignoring_case(name, host);
    };
    if (fields.size() < 2 || !is_address(fields[0])) continue;
    if (std::any_of(fields.begin() + 1, fields.end(), names))
      (fields[0].find(':') == std::string::npos ? v4 : v6).push_back(fields[0]);
  }
  v4.insert(v4.end(), v6.begin(), v6.end());
  return v4;
}

io::Task<base::Result<std::vector<std::string>>> resolve(std::string host, io::Instant deadline) {
  if (is_address(host)) co_return std::vector{host};
  auto found = addresses_in_hosts(content_of("/etc/hosts"), host);
  if (!found.empty()) co_return found;
  const std::string lower = base::to_lower(host);
  if (lower == "localhost" || lower.ends_with(".localhost"))  // RFC 6761 6.3
    co_return std::vector<std::string>{"127.0.0.1", "::1"};
  const auto servers = dns::servers_in_resolv_conf(content_of("/etc/resolv.conf"));
  auto answer = co_await dns::look_up(host, servers, deadline);
  if (!answer) co_return std::unexpected(answer.error());
  co_return std::move(*answer);
}

}  // namespace http
