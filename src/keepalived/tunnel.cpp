#include "keepalived/tunnel.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "base/text.h"

namespace keepalived {
namespace {

// "100/200": labels of 20 bits.
std::optional<std::vector<std::uint32_t>> labels(std::string_view text) {
  constexpr std::uint64_t kMostLabel = 0xfffff;
  constexpr std::size_t kMostLabels = 16;
  std::vector<std::uint32_t> out;
  for (const std::string& part : base::split(text, '/')) {
    const auto label = any_base(part);
    if (!label || *label > kMostLabel || out.size() == kMostLabels) return std::nullopt;
    out.push_back(static_cast<std::uint32_t>(*label));
  }
  return out;
}

// Four groups of hexadecimal digits, "2001:db8:0:1".
std::optional<std::uint64_t> locator(std::string_view text) {
  const std::vector<std::string> groups = base::split(text, ':');
  if (groups.size() != 4) return std::nullopt;
  std::uint64_t out = 0;
  for (const std::string& group : groups) {
    const auto value = base::parse_number<std::uint16_t>(group, 16);
    if (!value) return std::nullopt;
    out = out << 16 | *value;
  }
  return out;
}

class TunnelReader {
 public:
  TunnelReader(Entry& entry, bool is_v6) : entry_(entry) {
    out_.kind = is_v6 ? Encapsulation::Kind::Ip6 : Encapsulation::Kind::Ip;
  }

  std::optional<Encapsulation> read(const Word& key) {
    while (!entry_.is_at_end() && !entry_.is_wrong() && read_one(entry_.peek())) {
    }
    if (!out_.destination && !out_.id)
      entry_.wrong(key, "the encapsulation has neither dst nor id");
    return out_;
  }

 private:
  bool is_v6() const { return out_.kind == Encapsulation::Kind::Ip6; }

  bool read_one(const Word& key) {
    const std::string& text = key.text;
    if (text == "id")
      out_.id = number(key, std::numeric_limits<std::uint64_t>::max());
    else if (text == "dst")
      out_.destination = address(key);
    else if (text == "src")
      out_.source = address(key);
    else if (text == (is_v6() ? "tc" : "tos"))
      out_.traffic_class = traffic_class(key);
    else if (text == (is_v6() ? "hoplimit" : "ttl"))
      out_.hop_limit = static_cast<std::uint8_t>(number(key, 255).value_or(0));
    else if (text == "flags")
      out_.flags = static_cast<std::uint16_t>(number(key, 65535).value_or(0));
    else
      return false;
    return true;
  }

  std::optional<std::uint64_t> number(const Word& key, std::uint64_t most) {
    entry_.take();
    const Word* word = entry_.value(key);
    if (word == nullptr) return std::nullopt;
    const auto value = any_base(word->text);
    if (value && *value <= most) return value;
    entry_.wrong(*word, fmt::format("{} `{}` is outside 0..{}", key.text, word->text, most));
    return std::nullopt;
  }

  std::optional<net::IpAddress> address(const Word& key) {
    entry_.take();
    const Word& at = entry_.is_at_end() ? key : entry_.peek();
    const auto value = entry_.address(key);
    if (value && value->is_v4() == is_v6()) {
      entry_.wrong(at, fmt::format("`{}` is no {} address", at.text, is_v6() ? "IPv6" : "IPv4"));
      return std::nullopt;
    }
    return value;
  }

  std::optional<std::uint8_t> traffic_class(const Word& key) {
    entry_.take();
    const auto value = entry_.named(key, Named::Tos);
    if (!value) return std::nullopt;
    return static_cast<std::uint8_t>(*value);
  }

  Entry& entry_;
  Encapsulation out_;
};

}  // namespace

std::optional<Encapsulation> read_encapsulation(Entry& entry, const Word& key) {
  const Word* kind = entry.value(key);
  if (kind == nullptr) return std::nullopt;
  if (kind->text == "ip" || kind->text == "ip6")
    return TunnelReader(entry, kind->text == "ip6").read(*kind);
  if (kind->text != "mpls" && kind->text != "ila") {
    entry.wrong(*kind, fmt::format("encap `{}` is not one of ip, ip6, mpls, ila", kind->text));
    return std::nullopt;
  }
  const Word* word = entry.value(*kind);
  if (word == nullptr) return std::nullopt;
  Encapsulation out;
  if (kind->text == "mpls") {
    out.kind = Encapsulation::Kind::Mpls;
    if (auto found = labels(word->text)) {
      out.labels = std::move(*found);
      return out;
    }
    entry.wrong(*word, fmt::format("`{}` is no stack of labels", word->text), "write 100/200");
  } else {
    out.kind = Encapsulation::Kind::Ila;
    if (const auto found = locator(word->text)) {
      out.locator = *found;
      return out;
    }
    entry.wrong(*word, fmt::format("`{}` is no locator", word->text), "write 2001:db8:0:1");
  }
  return std::nullopt;
}

std::optional<std::uint32_t> read_realms(Entry& entry, const Word& key) {
  const Word* word = entry.value(key);
  if (word == nullptr) return std::nullopt;
  const std::size_t slash = word->text.find('/');
  std::uint32_t out = 0;
  for (const std::string& part : base::split(word->text, '/')) {
    const auto value = entry.context().numbers.find(Named::Realm, part);
    if (!value ||
        (slash != std::string::npos && word->text.find('/', slash + 1) != std::string::npos)) {
      entry.wrong(*word, fmt::format("`{}` is no realm", word->text),
                  "write TO or FROM/TO, 0..255 or names of /etc/iproute2/rt_realms");
      return std::nullopt;
    }
    out = out << 16 | *value;
  }
  return out;
}

std::optional<std::string> read_track_group(Entry& entry, const Word& key, bool is_static) {
  const Word* word = entry.value(key);
  if (word == nullptr) return std::nullopt;
  if (is_static) return word->text;
  entry.context().findings.error(
      key.at, "`track_group` has no meaning here; it is ignored",
      "it belongs behind static addresses, routes and rules; what an instance holds it watches");
  return std::nullopt;
}

}  // namespace keepalived
