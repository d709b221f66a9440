#include "vrrp/packet.h"

#include <algorithm>
#include <cassert>
#include <chrono>

#include "net/checksum.h"
#include "net/ipv4_header.h"

namespace vrrp {
namespace {

using Centiseconds = std::chrono::duration<std::int64_t, std::centi>;
using Bytes = std::span<const std::uint8_t>;

constexpr std::uint8_t kTypeAdvertisement = 1;
constexpr std::size_t kFixedSize = 8;
constexpr std::size_t kPasswordSize = std::tuple_size_v<Password>;
constexpr std::size_t kPriorityAt = 2;  // its word is {priority, count}
constexpr std::size_t kChecksumAt = 6;

std::size_t address_size(net::Family family) {
  return family == net::Family::Ipv4 ? 4 : 16;
}

// Which of the accepted forms the checksum has, if any.
std::optional<ChecksumForm> checksum_form(Bytes packet, Version version, const Datagram& from) {
  net::InternetChecksum sum;
  sum.add(packet);
  const bool without = sum.value() == 0;
  sum.add_pseudo_header(from.source, from.destination, kIpProtocol, packet.size());
  const bool with = sum.value() == 0;
  // Over IPv6 the kernel sums up what raw sockets send, and always has a pseudo header.
  const bool is_ipv6 = !from.source.is_v4();
  if ((version == Version::V3 || is_ipv6) && with) return ChecksumForm::WithPseudoHeader;
  if (is_ipv6) return std::nullopt;
  if (without) return ChecksumForm::WithoutPseudoHeader;
  if (version == Version::V2 || from.destination == kGroupIpv4) return std::nullopt;
  net::InternetChecksum old;
  old.add(packet).add_pseudo_header(from.source, kGroupIpv4, kIpProtocol, packet.size());
  if (old.value() == 0) return ChecksumForm::WithGroupPseudoHeader;
  return std::nullopt;
}

void put16(std::vector<std::uint8_t>& bytes, std::size_t at, std::uint64_t value) {
  bytes[at] = static_cast<std::uint8_t>(value >> 8);
  bytes[at + 1] = static_cast<std::uint8_t>(value);
}

std::vector<std::uint8_t> encode_without_checksum(const Advertisement& advertisement) {
  const bool is_v2 = advertisement.version == Version::V2;
  const auto addresses = advertisement.address_bytes;
  std::vector<std::uint8_t> bytes(kFixedSize + addresses.size() + (is_v2 ? kPasswordSize : 0));
  bytes[0] = static_cast<std::uint8_t>(static_cast<unsigned>(advertisement.version) << 4 |
                                       kTypeAdvertisement);
  bytes[1] = advertisement.vrid;
  bytes[kPriorityAt] = advertisement.priority.value();
  assert(advertisement.count() <= 255);
  bytes[3] = static_cast<std::uint8_t>(advertisement.count());
  std::ranges::copy(addresses, bytes.begin() + kFixedSize);
  if (is_v2) {
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(advertisement.interval).count();
    assert(seconds >= 1 && seconds <= 255);
    bytes[4] = advertisement.auth_type;
    bytes[5] = static_cast<std::uint8_t>(seconds);
    std::ranges::copy(advertisement.password,
                      bytes.end() - static_cast<std::ptrdiff_t>(kPasswordSize));
  } else {
    const auto centiseconds =
        std::chrono::duration_cast<Centiseconds>(advertisement.interval).count();
    assert(centiseconds >= 1 && centiseconds <= 4095);
    put16(bytes, 4, static_cast<std::uint64_t>(centiseconds));
  }
  return bytes;
}

}  // namespace

std::string_view name(RejectReason reason) {
  switch (reason) {
    case RejectReason::OwnPacket:
      return "own-packet";
    case RejectReason::HopLimit:
      return "hop-limit";
    case RejectReason::UnknownVersion:
      return "unknown-version";
    case RejectReason::WrongVersion:
      return "wrong-version";
    case RejectReason::WrongType:
      return "wrong-type";
    case RejectReason::Truncated:
      return "truncated";
    case RejectReason::Checksum:
      return "checksum";
    case RejectReason::UnknownRouter:
      return "unknown-router";
    case RejectReason::ZeroInterval:
      return "zero-interval";
    case RejectReason::NoAddresses:
      return "no-addresses";
    case RejectReason::AuthType:
      return "auth-type";
    case RejectReason::AuthPassword:
      return "auth-password";
    case RejectReason::AuthReplayed:
      return "auth-replayed";
    case RejectReason::TrailerMissing:
      return "trailer-missing";
    case RejectReason::TrailerMalformed:
      return "trailer-malformed";
    case RejectReason::TrailerUnknownKey:
      return "trailer-unknown-key";
    case RejectReason::TrailerStale:
      return "trailer-stale";
    case RejectReason::TrailerForged:
      return "trailer-forged";
    case RejectReason::TrailerReplayed:
      return "trailer-replayed";
    case RejectReason::IntervalMismatch:
      return "interval-mismatch";
    case RejectReason::WrongCast:
      return "wrong-cast";
    case RejectReason::UnknownPeer:
      return "unknown-peer";
    case RejectReason::IgnoredByOwner:
      return "ignored-by-owner";
  }
  return "?";
}

std::string_view describe(RejectReason reason) {
  switch (reason) {
    case RejectReason::OwnPacket:
      return "it has our own source address: a loop in the network, or another host has our "
             "address";
    case RejectReason::HopLimit:
      return "its TTL or hop limit is out of bounds: it was routed, or forged";
    case RejectReason::UnknownVersion:
      return "its VRRP version is neither 2 nor 3";
    case RejectReason::WrongVersion:
      return "it speaks the other VRRP version: set the same `version` on both";
    case RejectReason::WrongType:
      return "it is not an advertisement";
    case RejectReason::Truncated:
      return "it is shorter than it says";
    case RejectReason::Checksum:
      return "its checksum is wrong in every form";
    case RejectReason::UnknownRouter:
      return "no virtual router here has its id";
    case RejectReason::ZeroInterval:
      return "its advertisement interval is zero";
    case RejectReason::NoAddresses:
      return "it has no addresses";
    case RejectReason::AuthType:
      return "its authentication type is another one: set the same `auth_type` on both";
    case RejectReason::AuthPassword:
      return "its password is another one: set the same `auth_pass` on both";
    case RejectReason::AuthReplayed:
      return "the number in its authentication header is not above its last one: it was sent "
             "again, or its sender has started anew and counts from the beginning";
    case RejectReason::TrailerMissing:
      return "it has no authentication trailer: set the same `auth_hmac` on both, with `mode "
             "permissive` until all routers have it";
    case RejectReason::TrailerMalformed:
      return "its authentication trailer is malformed";
    case RejectReason::TrailerUnknownKey:
      return "no `key` here has the number that its authentication trailer names";
    case RejectReason::TrailerStale:
      return "the time in its authentication trailer is outside `time_window`: it was sent again "
             "later, or the clocks differ";
    case RejectReason::TrailerForged:
      return "its authentication trailer was made with another key, or it was changed on the way";
    case RejectReason::TrailerReplayed:
      return "the number in its authentication trailer is not above its sender's last one: it was "
             "sent again";
    case RejectReason::IntervalMismatch:
      return "its interval is another one, which version 2 forbids: set the same `advert_int` on "
             "both";
    case RejectReason::WrongCast:
      return "one side speaks unicast and the other multicast: set `unicast_peer` on both or on "
             "none";
    case RejectReason::UnknownPeer:
      return "its sender is not in `unicast_peer`";
    case RejectReason::IgnoredByOwner:
      return "we are the owner of the addresses and listen to nobody (owner_ignore_adverts)";
  }
  return "?";
}

net::IpAddress Advertisement::address(std::size_t index) const {
  const std::size_t size = address_size(family);
  return *net::IpAddress::from_bytes(address_bytes.subspan(index * size, size));
}

std::vector<net::IpAddress> Advertisement::addresses() const {
  std::vector<net::IpAddress> all;
  all.reserve(count());
  for (std::size_t i = 0; i < count(); ++i) all.push_back(address(i));
  return all;
}

std::optional<Datagram> Datagram::from_ipv4(Bytes packet, WallClock utc) {
  const auto parsed = net::parse_ipv4(packet);
  if (!parsed) return std::nullopt;
  Datagram datagram{.source = parsed->header.source,
                    .destination = parsed->header.destination,
                    .hop_limit = parsed->header.ttl,
                    .payload = parsed->payload,
                    .utc = utc};
  if (parsed->header.protocol == kIpProtocol) return datagram;
  // Options would stand between the fixed header and the other one; nobody sends any.
  const bool has_options = (packet[0] & 0x0f) != net::kIpv4HeaderSize / 4;
  const Bytes payload = parsed->payload;
  if (parsed->header.protocol != kAuthenticationHeaderProtocol || has_options ||
      payload.size() < kAuthenticationHeaderSize || payload[0] != kIpProtocol ||
      payload[1] != kAuthenticationHeaderLength)
    return std::nullopt;
  datagram.authenticated = packet.first(net::kIpv4HeaderSize + payload.size());
  datagram.payload = payload.subspan(kAuthenticationHeaderSize);
  return datagram;
}

std::expected<Advertisement, RejectReason> decode(const Datagram& datagram) {
  const Bytes bytes = datagram.payload;
  const auto family = datagram.source.family();
  // The order of RFC 9568 section 7.1.
  if (datagram.destination.is_multicast() && datagram.hop_limit != kHopLimit)
    return std::unexpected(RejectReason::HopLimit);
  if (bytes.empty()) return std::unexpected(RejectReason::Truncated);
  const int version_number = bytes[0] >> 4;
  if (version_number != 2 && version_number != 3)
    return std::unexpected(RejectReason::UnknownVersion);
  const auto version = static_cast<Version>(version_number);
  if ((bytes[0] & 0x0f) != kTypeAdvertisement) return std::unexpected(RejectReason::WrongType);
  const auto size = packet_size(bytes, family);
  if (!size) return std::unexpected(RejectReason::Truncated);
  const Bytes packet = bytes.first(*size);
  const auto form = checksum_form(packet, version, datagram);
  if (!form) return std::unexpected(RejectReason::Checksum);

  Advertisement result{
      .version = version,
      .vrid = packet[1],
      .priority = Priority(packet[kPriorityAt]),
      .checksum = *form,
      .family = family,
      .address_bytes = packet.subspan(kFixedSize, bytes[3] * address_size(family))};
  if (version == Version::V2) {
    result.interval = std::chrono::seconds(packet[5]);
    result.auth_type = packet[4];
    std::ranges::copy(packet.last(kPasswordSize), result.password.begin());
  } else {
    result.interval = Centiseconds((packet[4] & 0x0f) << 8 | packet[5]);  // 4 bits are reserved
  }
  if (result.interval == Duration{}) return std::unexpected(RejectReason::ZeroInterval);
  return result;
}

std::optional<std::size_t> packet_size(Bytes payload, net::Family family) {
  if (payload.size() < kFixedSize) return std::nullopt;
  const int version = payload[0] >> 4;
  if (version != 2 && version != 3) return std::nullopt;
  const std::size_t size = kFixedSize + payload[3] * address_size(family) +
                           (version == 2 ? kPasswordSize : std::size_t{0});
  return payload.size() < size ? std::nullopt : std::optional(size);
}

std::optional<VirtualRouterId> claimed_vrid(Bytes payload) {
  if (payload.size() < 2) return std::nullopt;
  const auto vrid = VirtualRouterId::from(payload[1]);
  return vrid ? std::optional(*vrid) : std::nullopt;
}

std::vector<std::uint8_t> encode(const Advertisement& advertisement, const net::IpAddress& source,
                                 const net::IpAddress& destination) {
  PacketTemplate packet(advertisement);
  const Bytes bytes =
      packet.patch(advertisement.priority, advertisement.checksum, source, destination);
  return {bytes.begin(), bytes.end()};
}

PacketTemplate::PacketTemplate(const Advertisement& advertisement)
    : bytes_(encode_without_checksum(advertisement)), version_(advertisement.version) {
  Bytes bytes = bytes_;
  constant_.add(bytes.first(kPriorityAt)).add(bytes.subspan(kPriorityAt + 2));
}

Bytes PacketTemplate::patch(Priority priority, ChecksumForm form, const net::IpAddress& source,
                            const net::IpAddress& destination) {
  bytes_[kPriorityAt] = priority.value();
  net::InternetChecksum sum = constant_;
  sum.add(Bytes(bytes_).subspan(kPriorityAt, 2));
  const bool has_pseudo_header =
      !source.is_v4() || (version_ == Version::V3 && form != ChecksumForm::WithoutPseudoHeader);
  const bool is_old = source.is_v4() && form == ChecksumForm::WithGroupPseudoHeader;
  if (has_pseudo_header)
    sum.add_pseudo_header(source, is_old ? kGroupIpv4 : destination, kIpProtocol, bytes_.size());
  put16(bytes_, kChecksumAt, sum.value());
  return bytes_;
}

Password password_from(std::string_view text) {
  Password password{};
  std::ranges::copy(text.substr(0, password.size()), password.begin());
  return password;
}

}  // namespace vrrp
