// use_vmac and use_ipvlan: interfaces of our own.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "keepalived/drafts.h"

namespace keepalived {
namespace {

constexpr std::size_t kLongestName = 15;  // IFNAMSIZ of the kernel, without its zero

// Five or six bytes in hexadecimal, one or two digits each; a ':' may stand at the end of five.
std::optional<std::vector<std::uint8_t>> mac_bytes(std::string_view text) {
  std::vector<std::string> groups = base::split(text, ':');
  if (groups.size() == 6 && groups.back().empty()) groups.pop_back();
  if (groups.size() != 5 && groups.size() != 6) return std::nullopt;
  std::vector<std::uint8_t> out;
  for (const std::string& group : groups) {
    const auto value = base::parse_number<std::uint8_t>(group, 16);
    if (!value || group.size() > 2) return std::nullopt;
    out.push_back(*value);
  }
  return out;
}

// The words behind either keyword.
class Words {
 public:
  Words(const Call& call, VirtualInterfaceDraft& into) : call_(call), into_(into) {}

  void read() {
    const std::vector<Word>& words = call_.statement.words;
    for (at_ = 1; at_ < words.size(); ++at_) {
      const Word& word = words[at_];
      if (word.text == "group")
        read_group();
      else if (is_ipvlan() ? read_ipvlan_word(word) : read_vmac_word(word))
        continue;
      else if (word.text == "name" && at_ + 1 < words.size())
        read_name(words[++at_]);
      else
        read_name(word);
    }
  }

 private:
  bool is_ipvlan() const { return into_.what.kind == VirtualInterface::Kind::Ipvlan; }
  Findings& findings() { return call_.findings(); }

  bool read_vmac_word(const Word& word) {
    if (word.text == "netlink_notify_msg") {
      into_.what.netlink_notify = true;
      return true;
    }
    // No interface's name holds a ':'.
    if (word.text.find(':') == std::string::npos) return false;
    read_mac(word);
    return true;
  }

  void read_mac(const Word& word) {
    const auto bytes = mac_bytes(word.text);
    constexpr std::array<std::uint8_t, 4> kReserved = {0x00, 0x00, 0x5e, 0x00};
    if (!bytes) {
      findings().error(word.at, fmt::format("`{}` is no MAC address", word.text),
                       "six bytes, or five to which the VRID is added; the usual one is used");
    } else if (((*bytes)[0] & 1) != 0) {
      findings().error(word.at, fmt::format("{} is a multicast MAC address", word.text),
                       "the usual one is used");
    } else if (std::equal(kReserved.begin(), kReserved.end(), bytes->begin()) &&
               ((*bytes)[4] == 1 || (*bytes)[4] == 2)) {
      findings().error(word.at, fmt::format("{} is one of those that belong to a VRID", word.text),
                       "leave it away to get that of this VRID, which is used");
    } else if (bytes->size() == 5) {
      std::copy_n(bytes->begin(), 5, into_.mac_without_vrid.emplace().begin());
      into_.what.mac.reset();
    } else {
      net::MacAddress::Bytes whole{};
      std::copy_n(bytes->begin(), 6, whole.begin());
      into_.what.mac = net::MacAddress(whole);
      into_.mac_without_vrid.reset();
    }
  }

  bool read_ipvlan_word(const Word& word) {
    if (word.text == "bridge")
      into_.what.mode = VirtualInterface::Mode::Bridge;
    else if (word.text == "private")
      into_.what.mode = VirtualInterface::Mode::Private;
    else if (word.text == "vepa")
      into_.what.mode = VirtualInterface::Mode::Vepa;
    else
      return read_address(word);
    return true;
  }

  bool read_address(const Word& word) {
    const auto prefix = net::Prefix::parse(word.text);
    if (!prefix) return false;
    into_.what.address = *prefix;
    into_.address_at = word.at;
    return true;
  }

  void read_group() {
    const std::vector<Word>& words = call_.statement.words;
    if (at_ + 1 >= words.size()) {
      findings().error(words[at_].at, "`group` needs a value", "write `group NUMBER|NAME`");
      return;
    }
    const Word& word = words[++at_];
    into_.what.link_group = call_.context.numbers.find(Named::Group, word.text);
    if (!into_.what.link_group)
      findings().error(word.at, fmt::format("there is no group of interfaces `{}`", word.text),
                       "write a number, or add the name to /etc/iproute2/group");
  }

  void read_name(const Word& word) {
    if (word.text.empty() || word.text.size() > kLongestName ||
        word.text.find_first_of("/: ") != std::string::npos)
      findings().error(word.at, fmt::format("no interface can be called `{}`", word.text),
                       fmt::format("a name has 1 to {} characters, without / and :; the usual one "
                                   "is used",
                                   kLongestName));
    else if (!into_.what.name.empty())
      findings().error(word.at,
                       fmt::format("the interface has the name {} already; `{}` is ignored",
                                   into_.what.name, word.text));
    else
      into_.what.name = word.text;
  }

  const Call& call_;
  VirtualInterfaceDraft& into_;
  std::size_t at_ = 0;
};

void read_virtual(const Call& call, VirtualInterface::Kind kind,
                  std::optional<VirtualInterfaceDraft>& into) {
  if (into && into->what.kind != kind) {
    call.findings()
        .error(call.statement.at(),
               fmt::format("`{}` is ignored: there is one interface only", call.keyword.name))
        .also(into->at, "the other one is asked for here");
    return;
  }
  into.emplace();
  into->what.kind = kind;
  into->what.at = call.place();
  into->at = call.statement.at();
  Words(call, *into).read();
}

}  // namespace

void read_vmac(const Call& call, std::optional<VirtualInterfaceDraft>& into) {
  read_virtual(call, VirtualInterface::Kind::Macvlan, into);
}

void read_ipvlan(const Call& call, std::optional<VirtualInterfaceDraft>& into) {
  read_virtual(call, VirtualInterface::Kind::Ipvlan, into);
}

}  // namespace keepalived
