#include "http/dns.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/text.h"

namespace http::dns {
namespace {

namespace asio = boost::asio;
using asio::ip::udp;
using Bytes = std::vector<std::uint8_t>;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::uint16_t kLargestAnswer = 1232;  // fits every path unfragmented

void put16(Bytes& out, std::uint16_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}

// Reads forward and never past the end; after a failure everything is zero.
class Reader {
 public:
  explicit Reader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  std::span<const std::uint8_t> take(std::size_t count) {
    if (count > bytes_.size()) {
      is_bad_ = true;
      bytes_ = {};
      return {};
    }
    const auto taken = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return taken;
  }
  std::uint16_t u16() {
    const auto two = take(2);
    return two.empty() ? std::uint16_t{0} : static_cast<std::uint16_t>(two[0] << 8 | two[1]);
  }
  // Over a name; a pointer (RFC 1035 4.1.4) ends it, and where it points does not matter here.
  void skip_name() {
    for (;;) {
      const auto length = take(1);
      if (length.empty() || length[0] == 0) return;
      if ((length[0] & 0xc0) == 0xc0) {
        take(1);
        return;
      }
      take(length[0]);
    }
  }
  bool is_bad() const { return is_bad_; }

 private:
  std::span<const std::uint8_t> bytes_;
  bool is_bad_ = false;
};

std::optional<std::string> address_of(std::span<const std::uint8_t> data) {
  if (data.size() == 4) {
    asio::ip::address_v4::bytes_type bytes{};
    std::ranges::copy(data, bytes.begin());
    return asio::ip::make_address_v4(bytes).to_string();
  }
  if (data.size() == 16) {
    asio::ip::address_v6::bytes_type bytes{};
    std::ranges::copy(data, bytes.begin());
    return asio::ip::make_address_v6(bytes).to_string();
  }
  return std::nullopt;
}

// One question to one server; nothing when it does not answer in time.
io::Task<std::optional<Answer>> ask(std::string server, std::string name, Type type,
                                    io::Instant deadline) {
  std::uint16_t id = 0;
  if (getrandom(&id, sizeof id, 0) != sizeof id) co_return std::nullopt;
  const auto question = encode_question(id, name, type);
  boost::system::error_code bad;
  const auto address = asio::ip::make_address(server, bad);
  if (!question || bad) co_return std::nullopt;
  const auto executor = co_await asio::this_coro::executor;
  const auto shared = std::make_shared<udp::socket>(executor);  // with a timer that fires late
  udp::socket& socket = *shared;
  // Connected, so that only this server's answers arrive, and a closed port is known at once.
  socket.connect(udp::endpoint(address, 53), bad);
  if (bad) co_return std::nullopt;
  asio::steady_timer timer(executor, deadline);
  timer.async_wait([shared](boost::system::error_code cancelled) {
    if (!cancelled) shared->cancel();
  });
  const auto [sending, sent] = co_await socket.async_send(asio::buffer(*question), kAwait);
  std::array<std::uint8_t, kLargestAnswer> buffer{};
  while (!sending) {
    const auto [receiving, size] = co_await socket.async_receive(asio::buffer(buffer), kAwait);
    if (receiving) break;
    auto answer = decode_answer(std::span(buffer).first(size), id, type);
    if (answer) co_return answer;
    if (std::chrono::steady_clock::now() >= deadline) break;
  }
  co_return std::nullopt;
}

}  // namespace

Servers servers_in_resolv_conf(std::string_view file) {
  Servers servers;
  for (const std::string& line : base::split(file, '\n')) {
    const auto fields = base::words(line);
    if (fields.size() < 2) continue;
    if (fields[0] == "nameserver" && servers.addresses.size() < 3)
      servers.addresses.push_back(fields[1]);
    if (fields[0] == "search" || fields[0] == "domain")
      servers.search.assign(
          fields.begin() + 1,
          fields.begin() + 1 + std::min<std::ptrdiff_t>(std::ssize(fields) - 1, 6));
  }
  if (servers.addresses.empty()) servers.addresses.emplace_back("127.0.0.1");
  return servers;
}

std::optional<Bytes> encode_question(std::uint16_t id, std::string_view name, Type type) {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty() || name.size() > 253) return std::nullopt;
  Bytes out;
  put16(out, id);
  put16(out, 0x0100);  // a standard question, recursion desired
  for (const bool counts_one : {true, false, false, true}) put16(out, counts_one ? 1 : 0);
  for (const std::string& label : base::split(name, '.')) {
    if (label.empty() || label.size() > 63) return std::nullopt;
    out.push_back(static_cast<std::uint8_t>(label.size()));
    out.insert(out.end(), label.begin(), label.end());
  }
  out.push_back(0);
  put16(out, static_cast<std::uint16_t>(type));
  put16(out, 1);                              // class IN
  out.push_back(0);                           // EDNS: the root's name,
  put16(out, 41);                             // OPT,
  put16(out, kLargestAnswer);                 // the size we take,
  for (int i = 0; i < 3; ++i) put16(out, 0);  // no extensions
  return out;
}

std::optional<Answer> decode_answer(std::span<const std::uint8_t> packet, std::uint16_t id,
                                    Type type) {
  Reader reader(packet);
  const bool is_ours = reader.u16() == id;
  const std::uint16_t flags = reader.u16();
  const std::uint16_t questions = reader.u16();
  const std::uint16_t answers = reader.u16();
  reader.take(4);
  const int code = flags & 0xf;
  if (reader.is_bad() || !is_ours || (flags & 0x8000) == 0) return std::nullopt;
  if (code == 3) return Answer{.is_no_such_name = true, .addresses = {}};
  if (code != 0) return std::nullopt;
  for (int i = 0; i < questions && !reader.is_bad(); ++i) {
    reader.skip_name();
    reader.take(4);
  }
  Answer answer;
  for (int i = 0; i < answers; ++i) {
    reader.skip_name();
    const std::uint16_t its_type = reader.u16();
    reader.take(6);  // class, time to live
    const auto data = reader.take(reader.u16());
    if (reader.is_bad()) break;                                  // cut short: what was whole counts
    if (its_type != static_cast<std::uint16_t>(type)) continue;  // CNAMEs on the way
    if (auto address = address_of(data)) answer.addresses.push_back(std::move(*address));
  }
  return answer;
}

io::Task<base::Result<std::vector<std::string>>> look_up(std::string name, Servers servers,
                                                         io::Instant deadline) {
  using base::Kind;
  const bool has_dot = name.find('.') != std::string::npos;
  std::vector<std::string> names;
  if (has_dot) names.push_back(name);
  if (!name.ends_with('.'))
    for (const std::string& domain : servers.search)
      names.push_back(fmt::format("{}.{}", name, domain));
  if (!has_dot) names.push_back(name);
  bool was_answered = false;
  for (int attempt = 0; attempt < 2; ++attempt) {
    for (const std::string& server : servers.addresses) {
      for (const std::string& candidate : names) {
        std::vector<std::string> found;
        for (const Type type : {Type::A, Type::Aaaa}) {
          const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(2);
          auto answer = co_await ask(server, candidate, type, std::min(deadline, patience));
          if (!answer) continue;
          was_answered = true;
          found.insert(found.end(), answer->addresses.begin(), answer->addresses.end());
          if (answer->is_no_such_name || !found.empty()) break;
        }
        if (!found.empty()) co_return found;
      }
      if (was_answered)
        co_return base::fail(Kind::Unavailable, fmt::format("the name {} does not exist", name),
                             "check the spelling, or /etc/hosts");
      if (std::chrono::steady_clock::now() >= deadline) break;
    }
  }
  co_return base::fail(Kind::Unavailable,
                       fmt::format("cannot look up the name {}: no name server of "
                                   "/etc/resolv.conf answered",
                                   name));
}

}  // namespace http::dns
