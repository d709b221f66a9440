// Any bytes as a packet with an authentication header, and as one with a trailer: no crash, and
// nothing is accepted without the key.
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "vrrp/authentication.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span bytes(data, size);
  const auto key = vrrp::password_from("not in the corpus");
  if (vrrp::open_authentication_header(bytes, key)) std::abort();
  vrrp::TrailerVerifier verifier({{.id = 1, .secret = std::vector<std::uint8_t>(32, 0x5a)}}, {});
  for (const auto& source : {net::IpAddress::v4(0x0a000002), vrrp::kGroupIpv6})
    if (verifier.verify({source, vrrp::kGroupIpv4, vrrp::kHopLimit, bytes}, {})) std::abort();
  return 0;
}
