// VRRP packets: version 2 (RFC 3768) and version 3 (RFC 5798, RFC 9568), over IPv4 and IPv6. No RFC
// has version 2 over IPv6; keepalived does (docs/decisions/0052).
// decode() checks what can be checked without knowing the router; Router checks the rest. Neither
// allocates.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "net/checksum.h"
#include "net/ip_address.h"
#include "vrrp/types.h"

namespace vrrp {

inline constexpr std::uint8_t kIpProtocol = 112;
inline constexpr std::uint8_t kAuthenticationHeaderProtocol = 51;
inline constexpr std::size_t kAuthenticationHeaderSize = 24;  // 12, and as many of the digest
inline constexpr std::uint8_t kAuthenticationHeaderLength = 24 / 4 - 2;  // RFC 2402 section 2.2
inline constexpr std::uint8_t kHopLimit = 255;
inline constexpr std::uint8_t kTypeOfService = 0xc0;  // internetwork control
inline constexpr net::IpAddress kGroupIpv4 = net::IpAddress::v4(0xe0000012);  // 224.0.0.18
inline constexpr net::IpAddress kGroupIpv6 = net::IpAddress(                  // ff02::12
    net::IpAddress::Ipv6Bytes{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x12});

// Why a packet was not listened to. Each has a counter; the order is that of the checks.
enum class RejectReason {
  OwnPacket,       // our own source address: a loop, or a host with our address
  HopLimit,        // TTL or hop limit is not 255 (unicast: outside the peer's bounds)
  UnknownVersion,  // neither 2 nor 3
  WrongVersion,    // the other version than this router's
  WrongType,       // not an advertisement
  Truncated,       // shorter than its own header says
  Checksum,        // none of the accepted forms
  UnknownRouter,   // no such virtual router here
  ZeroInterval,    // erratum 8301
  NoAddresses,     // count 0; erratum 8299
  AuthType,        // another authentication type than ours, or an authentication header too many
  AuthPassword,    // not our password; an authentication header made with another key
  AuthReplayed,    // the number in the authentication header did not grow
  TrailerMissing,  // auth_hmac is enforced here, and the packet has no trailer
  TrailerMalformed,
  TrailerUnknownKey,
  TrailerStale,      // its time is outside the window
  TrailerForged,     // made with another key, or changed on the way
  TrailerReplayed,   // its number did not grow
  IntervalMismatch,  // version 2 does not learn intervals
  WrongCast,         // unicast to a multicast router, or multicast to a unicast one
  UnknownPeer,       // unicast from somebody who is not a peer, where that is checked
  IgnoredByOwner,    // owner_ignore_adverts: the owner listens to nobody
};
inline constexpr std::size_t kRejectReasons =
    static_cast<std::size_t>(RejectReason::IgnoredByOwner) + 1;
std::string_view name(RejectReason reason);  // "hop-limit": for metrics and logs
// "TTL or hop limit is not 255; was it routed?": for people.
std::string_view describe(RejectReason reason);

// RFC 2338 authentication, still alive in version 2. Header: an IP authentication header (AH)
// stands before the packet, whose own password is zero.
enum class AuthType : std::uint8_t { None = 0, Password = 1, Header = 2 };
using Password = std::array<std::uint8_t, 8>;  // shorter ones end in zeros

// The parts of a packet. Addresses are a view of bytes in network order, so that it costs nothing
// to pass one on; `vrid` and `type` that no router has are still representable.
struct Advertisement {
  Version version = Version::V2;
  std::uint8_t vrid = 0;
  Priority priority = Priority::resigning();
  Duration interval{};
  std::uint8_t auth_type = 0;  // as it came; only version 2 has one
  Password password{};         // the 8 bytes behind the addresses of version 2
  // How it was summed up. Version 2: WithoutPseudoHeader. IPv6: WithPseudoHeader.
  ChecksumForm checksum = ChecksumForm::WithoutPseudoHeader;
  net::Family family = net::Family::Ipv4;
  std::span<const std::uint8_t> address_bytes{};

  std::size_t count() const {
    return address_bytes.size() / (family == net::Family::Ipv4 ? 4 : 16);
  }
  net::IpAddress address(std::size_t index) const;
  std::vector<net::IpAddress> addresses() const;
};

// What a raw socket gives: the VRRP packet without the headers before it, and what stood in those.
struct Datagram {
  net::IpAddress source;
  net::IpAddress destination;
  std::uint8_t hop_limit = kHopLimit;
  std::span<const std::uint8_t> payload{};
  // The whole IPv4 packet, if it has an authentication header before the payload.
  std::span<const std::uint8_t> authenticated = {};
  // When it came in, for the trailer of auth_hmac. Routers without one do not look at it.
  WallClock utc = {};

  // An IPv4 raw socket, of protocol 112 or 51, gives the headers too. Nothing if they are not
  // whole, or if it is not VRRP that is behind an authentication header.
  static std::optional<Datagram> from_ipv4(std::span<const std::uint8_t> packet,
                                           WallClock utc = {});
};

// The result's address_bytes point into datagram.payload. Bytes behind the packet (padding,
// trailers) are ignored. A hop limit other than 255 is refused for multicast only: for unicast the
// router knows its peers' bounds.
std::expected<Advertisement, RejectReason> decode(const Datagram& datagram);

// How long the VRRP packet at the start of these bytes is by its own words, without what may
// follow. Nothing if they are no version 2 or 3, or shorter than that.
std::optional<std::size_t> packet_size(std::span<const std::uint8_t> payload, net::Family family);

// The VRID that a packet claims, also of one that decode() refuses: to count it where it belongs.
std::optional<VirtualRouterId> claimed_vrid(std::span<const std::uint8_t> payload);

// Version 2: interval in whole seconds 1..255; version 3: in centiseconds 1..4095. Anything else is
// a mistake of the caller's. Source and destination matter to the pseudo header only.
std::vector<std::uint8_t> encode(const Advertisement& advertisement, const net::IpAddress& source,
                                 const net::IpAddress& destination);

// A packet that is encoded once; what changes from one to the next is patched in.
class PacketTemplate {
 public:
  explicit PacketTemplate(const Advertisement& advertisement);
  // The packet with this priority. Valid until the next call.
  std::span<const std::uint8_t> patch(Priority priority, ChecksumForm form,
                                      const net::IpAddress& source,
                                      const net::IpAddress& destination);

 private:
  std::vector<std::uint8_t> bytes_;
  Version version_;
  net::InternetChecksum constant_;  // of everything but the priority's word and the checksum
};

// 8 bytes from a configuration's text: cut or filled with zeros, as keepalived does.
Password password_from(std::string_view text);

}  // namespace vrrp
