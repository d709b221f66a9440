// What guest-probe reports of frames it sees on the wire. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace cloud::guest {

// "advert …" or "garp …" with its line feed, or nothing when the frame is neither. `ether_type` and
// the bytes after the Ethernet header; `micros` is when it came.
std::string sighting(std::uint16_t ether_type, std::span<const std::uint8_t> frame,
                     std::int64_t micros);

}  // namespace cloud::guest
