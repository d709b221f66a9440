// Bytes that another implementation sent: decoding finds what was configured there, and encoding
// that gives the same bytes. The .hex files say where they come from; capture.sh and capture-frr.sh
// make them anew.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "net/arp.h"
#include "net/ipv4_header.h"
#include "net/neighbour_advertisement.h"
#include "vrrp/authentication.h"
#include "vrrp/packet.h"

namespace {

using std::chrono_literals::operator""ms;
using vrrp::ChecksumForm;
using vrrp::Version;

std::vector<std::uint8_t> golden(const std::string& name) {
  std::ifstream file(std::string(HOLDFAST_SOURCE_DIR "/tests/golden/") + name + ".hex");
  EXPECT_TRUE(file) << name;
  std::string hex;
  for (std::string line; std::getline(file, line);)
    if (!line.starts_with('#')) hex += line;
  return base::from_hex(hex).value();
}

net::IpAddress ip(std::string_view text) {
  return net::IpAddress::parse(text).value();
}

struct Expected {
  std::string name;
  Version version;
  int vrid;
  int priority;
  std::chrono::milliseconds interval;
  std::vector<std::string> addresses;
  ChecksumForm checksum = ChecksumForm::WithPseudoHeader;
  std::string password = {};
  std::string destination = "224.0.0.18";
};

std::ostream& operator<<(std::ostream& out, const Expected& expected) {
  return out << expected.name;
}

class Golden : public testing::TestWithParam<Expected> {};

std::vector<Expected> packets() {
  const auto plain = ChecksumForm::WithoutPseudoHeader;
  std::vector<Expected> all{
      {"v2", Version::V2, 51, 150, 1000ms, {"10.0.0.50"}, plain},
      {"v2-pass", Version::V2, 52, 100, 1000ms, {"10.0.0.50", "10.0.0.51"}, plain, "secret"},
      {"v3", Version::V3, 53, 200, 250ms, {"10.0.0.50", "10.0.0.51", "10.0.0.52"}},
      {"v3-unicast", Version::V3, 55, 120, 1000ms, {"10.0.0.50"}},
      {"v3-ipv6", Version::V3, 56, 130, 1000ms, {"fe80::50", "fd00::50"}},
      {"frr-v2", Version::V2, 61, 150, 1000ms, {"10.0.0.61"}, plain},
      {"frr-v3", Version::V3, 62, 200, 500ms, {"10.0.0.62"}},
      {"frr-v3-ipv6", Version::V3, 62, 200, 500ms, {"fe80::62"}},
  };
  all[3].destination = "10.0.0.3";
  all[4].destination = all[7].destination = "ff02::12";
  for (std::size_t i = 0, n = all.size(); i < n; ++i) {
    all.push_back(all[i]);
    all.back().name += "-resign";
    all.back().priority = 0;
  }
  return all;
}

// What a raw socket gives for the packet: for IPv6 without the header.
vrrp::Datagram datagram_of(std::span<const std::uint8_t> packet) {
  if (packet[0] >> 4 == 4) return vrrp::Datagram::from_ipv4(packet).value();
  return {.source = *net::IpAddress::from_bytes(packet.subspan(8, 16)),
          .destination = *net::IpAddress::from_bytes(packet.subspan(24, 16)),
          .hop_limit = packet[7],
          .payload = packet.subspan(40)};
}

TEST_P(Golden, SaysWhatWasConfigured) {
  const Expected& expected = GetParam();
  const auto packet = golden(expected.name);
  const auto datagram = datagram_of(packet);
  EXPECT_EQ(datagram.destination, ip(expected.destination));
  const auto got = vrrp::decode(datagram);
  ASSERT_TRUE(got) << name(got.error());
  EXPECT_EQ(got->version, expected.version);
  EXPECT_EQ(got->vrid, expected.vrid);
  EXPECT_EQ(got->priority.value(), expected.priority);
  EXPECT_EQ(got->interval, expected.interval);
  EXPECT_EQ(got->checksum, expected.checksum);
  EXPECT_EQ(got->auth_type, expected.password.empty() ? 0 : 1);
  EXPECT_EQ(got->password, vrrp::password_from(expected.password));
  std::vector<std::string> addresses;
  for (const auto& address : got->addresses()) addresses.push_back(to_string(address));
  EXPECT_EQ(addresses, expected.addresses);
}

TEST_P(Golden, IsEncodedToTheSameBytes) {
  const auto packet = golden(GetParam().name);
  const auto datagram = datagram_of(packet);
  const auto got = vrrp::decode(datagram);
  ASSERT_TRUE(got);
  EXPECT_THAT(vrrp::encode(*got, datagram.source, datagram.destination),
              testing::ElementsAreArray(datagram.payload));
  if (!datagram.source.is_v4()) return;
  const auto ipv4 = net::parse_ipv4(packet).value();
  if (GetParam().name.starts_with("frr")) return;  // its kernel sets "don't fragment"
  EXPECT_EQ(ipv4.header.type_of_service, vrrp::kTypeOfService);
  EXPECT_THAT(net::encode(ipv4.header, ipv4.payload.size()),
              testing::ElementsAreArray(std::span(packet).first(net::kIpv4HeaderSize)));
}

INSTANTIATE_TEST_SUITE_P(OfOthers, Golden, testing::ValuesIn(packets()), [](const auto& test) {
  std::string name = test.param.name;
  std::erase(name, '-');
  return name;
});

TEST(Golden, GratuitousArpIsWhatKeepalivedSends) {
  const auto frame = golden("gratuitous-arp");
  const auto arp = net::parse_arp(frame);
  ASSERT_TRUE(arp && arp->is_gratuitous());
  EXPECT_THAT(net::gratuitous_arp(ip("10.0.0.50"), arp->sender_mac),
              testing::ElementsAreArray(frame));
}

TEST(Golden, NeighbourAdvertisementIsWhatKeepalivedSends) {
  auto frame = golden("neighbour-advertisement");
  const auto mac = net::parse_arp(golden("gratuitous-arp"))->sender_mac;
  net::MacAddress::Bytes bytes = mac.bytes();
  std::copy_n(frame.begin() + 6, 6, bytes.begin());
  EXPECT_THAT(net::unsolicited_neighbour_advertisement(
                  *net::IpAddress::from_bytes(std::span(frame).subspan(22, 16)),
                  net::MacAddress(bytes), (frame[58] & 0x80) != 0),
              testing::ElementsAreArray(frame));
}

TEST(Golden, AuthenticationHeaderIsVerifiedAndMadeAsKeepalivedDoes) {
  auto packet = golden("v2-ah");
  const auto key = vrrp::password_from("secret12");
  const auto datagram = vrrp::Datagram::from_ipv4(packet);
  ASSERT_TRUE(datagram);
  EXPECT_EQ(vrrp::HeaderProof(key).refusal(*datagram), std::nullopt);
  EXPECT_EQ(vrrp::HeaderProof(vrrp::password_from("secret13")).refusal(*datagram),
            vrrp::RejectReason::AuthPassword);
  const auto got = vrrp::decode(*datagram);
  ASSERT_TRUE(got) << name(got.error());
  EXPECT_EQ(got->vrid, 57);
  EXPECT_EQ(got->auth_type, static_cast<std::uint8_t>(vrrp::AuthType::Header));
  EXPECT_EQ(got->addresses(), std::vector{ip("10.0.0.50")});

  // The first packet of a router without a clock has keepalived's first number.
  const auto header = net::parse_ipv4(packet)->header;
  vrrp::HeaderProof ours(key);
  const auto inner = vrrp::encode(*got, header.source, header.destination);
  const auto sealed = ours.seal(inner, header, {});
  const auto outer = net::encode(header, sealed.size());
  std::vector<std::uint8_t> made(outer.begin(), outer.end());
  made.insert(made.end(), sealed.begin(), sealed.end());
  EXPECT_EQ(made, packet);

  packet.back() ^= 1;
  EXPECT_EQ(vrrp::HeaderProof(key).refusal(*vrrp::Datagram::from_ipv4(packet)),
            vrrp::RejectReason::AuthPassword);
}

// A pcap file of bare IP packets.
void write_pcap(const std::string& path, const std::vector<std::vector<std::uint8_t>>& packets) {
  std::ofstream file(path, std::ios::binary);
  auto put32 = [&](std::size_t value) {
    for (int shift = 0; shift < 32; shift += 8) file.put(static_cast<char>(value >> shift & 0xff));
  };
  for (const std::size_t word : {0xa1b2c3d4UL, 0x00040002UL, 0UL, 0UL, 65535UL, 101UL}) put32(word);
  for (const auto& packet : packets) {
    for (const std::size_t word : {0UL, 0UL, packet.size(), packet.size()}) put32(word);
    file.write(reinterpret_cast<const char*>(packet.data()),
               static_cast<std::streamsize>(packet.size()));
  }
}

using Bytes = std::vector<std::uint8_t>;

Bytes behind(const auto& header, std::span<const std::uint8_t> payload) {
  Bytes packet(header.begin(), header.end());
  packet.insert(packet.end(), payload.begin(), payload.end());
  return packet;
}

Bytes over_ipv4(std::uint8_t protocol, std::span<const std::uint8_t> payload) {
  return behind(net::encode(net::Ipv4Header{.source = ip("10.0.0.2"),
                                            .destination = vrrp::kGroupIpv4,
                                            .protocol = protocol,
                                            .type_of_service = vrrp::kTypeOfService},
                            payload.size()),
                payload);
}

// RFC 8200 section 3; the kernel writes this header for us.
Bytes over_ipv6(std::span<const std::uint8_t> payload) {
  Bytes header{
      0x6c,           0, 0, 0, 0, static_cast<std::uint8_t>(payload.size()), vrrp::kIpProtocol,
      vrrp::kHopLimit};
  const auto source = ip("fe80::2");
  header.insert(header.end(), source.bytes().begin(), source.bytes().end());
  const auto group = vrrp::kGroupIpv6;
  header.insert(header.end(), group.bytes().begin(), group.bytes().end());
  return behind(header, payload);
}

Bytes advertisement(Version version, vrrp::Priority priority, net::Family family,
                    std::uint8_t auth_type = 0) {
  const bool is_v4 = family == net::Family::Ipv4;
  const auto first = ip(is_v4 ? "10.0.0.50" : "fe80::50");
  const auto second = ip(is_v4 ? "10.0.0.51" : "2001:db8::51");
  Bytes addresses(first.bytes().begin(), first.bytes().end());
  addresses.insert(addresses.end(), second.bytes().begin(), second.bytes().end());
  return vrrp::encode({.version = version,
                       .vrid = 51,
                       .priority = priority,
                       .interval = 2000ms,
                       .auth_type = auth_type,
                       .checksum = ChecksumForm::WithPseudoHeader,
                       .family = family,
                       .address_bytes = addresses},
                      ip(is_v4 ? "10.0.0.2" : "fe80::2"),
                      is_v4 ? vrrp::kGroupIpv4 : vrrp::kGroupIpv6);
}

// What tshark says of these packets: version, whether the sum is good (1), and complaints.
std::string seen_by_tshark(const std::vector<Bytes>& packets) {
  const std::string path = fmt::format("{}holdfast-golden-{}.pcap", testing::TempDir(), getpid());
  write_pcap(path, packets);
  const std::string command = "tshark -r " + path +
                              " -o ip.check_checksum:TRUE -T fields -E separator=, -e vrrp.version"
                              " -e vrrp.checksum.status -e ip.checksum.status -e ah.sequence"
                              " -e vrrp.ipv6_addr -e _ws.expert.message 2>/dev/null > " +
                              path + ".txt";
  if (std::system(command.c_str()) != 0) return "tshark failed";
  std::stringstream seen;
  seen << std::ifstream(path + ".txt").rdbuf();
  std::filesystem::remove(path);
  std::filesystem::remove(path + ".txt");
  return seen.str();
}

// Not of a trailer of auth_hmac: tshark takes it for a part of the packet and sums it up.
class Tshark : public testing::Test {
 protected:
  void SetUp() override {
    if (std::system("command -v tshark >/dev/null 2>&1") != 0) GTEST_SKIP() << "tshark is absent";
  }
  static constexpr std::array kPriorities{vrrp::Priority(0), vrrp::Priority(100),
                                          vrrp::Priority::owner()};
};

TEST_F(Tshark, HasNoComplaintAboutOurPackets) {
  std::vector<Bytes> packets;
  for (const auto version : {Version::V2, Version::V3})
    for (const vrrp::Priority priority : kPriorities)
      packets.push_back(
          over_ipv4(vrrp::kIpProtocol, advertisement(version, priority, net::Family::Ipv4)));
  EXPECT_EQ(seen_by_tshark(packets),
            "2,1,1,,,\n2,1,1,,,\n2,1,1,,,\n3,1,1,,,\n3,1,1,,,\n3,1,1,,,\n");
}

TEST_F(Tshark, HasNoComplaintAboutOurPacketsOverIpv6) {
  std::vector<Bytes> packets;
  for (const vrrp::Priority priority : kPriorities)
    packets.push_back(over_ipv6(advertisement(Version::V3, priority, net::Family::Ipv6)));
  const std::string line = "3,1,,,fe80::50,2001:db8::51,\n";
  EXPECT_EQ(seen_by_tshark(packets), line + line + line);
}

TEST_F(Tshark, HasNoComplaintAboutOurAuthenticationHeader) {
  vrrp::HeaderProof proof(vrrp::password_from("secret12"));
  std::vector<Bytes> packets;
  for (const vrrp::Priority priority : kPriorities) {
    const auto sealed = proof.seal(advertisement(Version::V2, priority, net::Family::Ipv4, 2),
                                   {.source = ip("10.0.0.2"),
                                    .destination = vrrp::kGroupIpv4,
                                    .protocol = vrrp::kAuthenticationHeaderProtocol},
                                   {});
    packets.push_back(over_ipv4(vrrp::kAuthenticationHeaderProtocol, sealed));
  }
  EXPECT_EQ(seen_by_tshark(packets), "2,1,1,1,,\n2,1,1,2,,\n2,1,1,3,,\n");
}

}  // namespace
