#include "http/message.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace http {

std::string_view Headers::find(std::string_view name) const {
  for (const auto& [key, value] : fields_)
    if (base::equals_ignoring_case(key, name)) return value;
  return {};
}

bool Headers::contains(std::string_view name) const {
  return std::ranges::any_of(
      fields_, [name](const auto& field) { return base::equals_ignoring_case(field.first, name); });
}

void Headers::set(std::string_view name, std::string_view value) {
  std::erase_if(
      fields_, [name](const auto& field) { return base::equals_ignoring_case(field.first, name); });
  fields_.emplace_back(name, value);
}

std::string percent_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                               (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
                               c == '~';
    if (is_unreserved)
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string percent_decode(std::string_view text, bool is_query) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = text[i] == '%' && i + 2 < text.size()
                          ? base::parse_number<std::uint8_t>(text.substr(i + 1, 2), 16)
                          : std::nullopt;
    if (byte) {
      out += static_cast<char>(*byte);
      i += 2;
    } else {
      out += is_query && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::vector<std::string> path_parts(std::string_view target) {
  std::vector<std::string> parts;
  for (const std::string& part : base::split(target.substr(0, target.find('?')), '/'))
    if (!part.empty()) parts.push_back(percent_decode(part));
  return parts;
}

std::vector<std::pair<std::string, std::string>> query_pairs(std::string_view target) {
  std::vector<std::pair<std::string, std::string>> pairs;
  const auto mark = target.find('?');
  if (mark == std::string_view::npos) return pairs;
  for (const std::string& pair : base::split(target.substr(mark + 1), '&')) {
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    const std::string_view value =
        equals == std::string::npos ? "" : std::string_view(pair).substr(equals + 1);
    pairs.emplace_back(percent_decode(std::string_view(pair).substr(0, equals), true),
                       percent_decode(value, true));
  }
  return pairs;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 300:
      return "Multiple Choices";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Payload Too Large";
    case 429:
      return "Too Many Requests";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "";
  }
}

}  // namespace http
