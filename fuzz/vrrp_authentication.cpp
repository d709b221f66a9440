// Any bytes as a packet with an authentication header, and as one with a trailer: no crash, and
// nothing is accepted without the key. Then the same bytes with a proof of ours around them: it
// comes back as it was, once, and not if a bit of it differs.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "vrrp/authentication.h"

namespace {

using namespace vrrp;  // NOLINT(google-build-using-namespace): a program about nothing else
using Bytes = std::span<const std::uint8_t>;

constexpr WallClock kNow = WallClock{} + std::chrono::seconds(1'800'000'000);
const net::IpAddress kSource = net::IpAddress::v4(0x0a000002);
const net::Ipv4Header kHeader{
    .source = kSource, .destination = kGroupIpv4, .protocol = kAuthenticationHeaderProtocol};

void require(bool holds) {
  if (!holds) std::abort();
}

TrailerConfig trailer_config() {
  return {.keys = {{.id = 1, .secret = std::vector<std::uint8_t>(32, 0x5a)}}};
}

std::vector<std::uint8_t> whole(Bytes sealed) {
  const auto header = net::encode(kHeader, sealed.size());
  std::vector<std::uint8_t> packet(header.begin(), header.end());
  packet.insert(packet.end(), sealed.begin(), sealed.end());
  return packet;
}

void forge(Bytes bytes) {
  HeaderProof header(password_from("not in the corpus"));
  if (const auto datagram = Datagram::from_ipv4(bytes))
    require(datagram->authenticated.empty() || header.refusal(*datagram));
  TrailerProof trailer(trailer_config());
  for (const auto& source : {kSource, kGroupIpv6})
    require(trailer.refusal({source, kGroupIpv4, kHopLimit, bytes, {}, kNow}).has_value());
}

void prove(Bytes bytes, std::size_t bit) {
  const auto key = password_from("secret12");
  HeaderProof theirs(key), ours(key);
  auto packet = whole(theirs.seal(bytes, kHeader, kNow));
  const auto datagram = Datagram::from_ipv4(packet);
  require(datagram && std::ranges::equal(datagram->payload, bytes));
  require(!ours.refusal(*datagram));
  require(ours.refusal(*datagram) == RejectReason::AuthReplayed);
  const std::size_t behind_header = net::kIpv4HeaderSize + kAuthenticationHeaderSize;
  if (bytes.empty()) return;
  packet[behind_header + bit / 8 % bytes.size()] ^= static_cast<std::uint8_t>(1U << bit % 8);
  require(HeaderProof(key).refusal(*Datagram::from_ipv4(packet)) == RejectReason::AuthPassword);

  // A trailer stands behind a packet that is as long as it says.
  if (packet_size(bytes, net::Family::Ipv4) != bytes.size()) return;
  TrailerProof sender(trailer_config()), receiver(trailer_config());
  const auto sealed = sender.seal(bytes, kSource, kNow);
  const Datagram good{kSource, kGroupIpv4, kHopLimit, sealed, {}, kNow};
  require(!receiver.refusal(good));
  require(receiver.refusal(good) == RejectReason::TrailerReplayed);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(data, size);
  forge(bytes);
  if (size >= 2 && size <= 4096) prove(bytes.subspan(2), std::size_t{data[0]} << 8 | data[1]);
  return 0;
}
