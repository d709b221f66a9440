#include "agent/socket_filter.h"

#include <cstdint>
#include <initializer_list>

namespace agent {
namespace {

constexpr unsigned kWords = 8;  // 256 VRIDs are a set of 8 words
constexpr std::uint32_t kWhole = 0xffffffff;
constexpr std::uint32_t kAuthenticationHeader = 24;  // HMAC-MD5-96

sock_filter statement(unsigned code, std::uint32_t value) {
  return BPF_STMT(static_cast<std::uint16_t>(code), value);
}

}  // namespace

std::vector<sock_filter> filter_for(Carrier carrier, const std::bitset<256>& vrids) {
  // A read beyond the end of the packet drops it.
  std::vector<sock_filter> program{// X: length of the IP header
                                   carrier == Carrier::Ipv6
                                       ? statement(BPF_LDX | BPF_IMM, 0)
                                       : statement(BPF_LDX | BPF_B | BPF_MSH, 0)};
  const auto add = [&](std::initializer_list<sock_filter> more) {
    program.insert(program.end(), more);
  };
  if (carrier == Carrier::Authenticated)  // other users of protocol 51 are none of our business
    add({statement(BPF_LD | BPF_B | BPF_IND, 0),
         BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, vrrp::kIpProtocol, 1, 0),
         statement(BPF_RET | BPF_K, 0)});
  const std::uint32_t vrid_at = carrier == Carrier::Authenticated ? kAuthenticationHeader + 1 : 1;
  add({
      statement(BPF_LD | BPF_B | BPF_IND, vrid_at), statement(BPF_ST, 0),
      statement(BPF_ALU | BPF_AND | BPF_K, 31),
      statement(BPF_MISC | BPF_TAX, 0),  // X: bit in its word
      statement(BPF_LD | BPF_MEM, 0), statement(BPF_ALU | BPF_RSH | BPF_K, 5),  // A: which word
  });
  // Each word: if it is this one, load it and go on at `test`.
  for (unsigned word = 0; word < kWords; ++word) {
    std::uint32_t bits = 0;
    for (unsigned bit = 0; bit < 32; ++bit)
      if (vrids.test(word * 32 + bit)) bits |= std::uint32_t{1} << bit;
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, word, 0, 2));
    program.push_back(statement(BPF_LD | BPF_IMM, bits));
    const std::uint32_t to_test = (kWords - 1 - word) * 3;
    program.push_back(statement(BPF_JMP | BPF_JA, to_test));
  }
  program.push_back(statement(BPF_ALU | BPF_RSH | BPF_X, 0));  // test:
  program.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 1, 0, 1));
  program.push_back(statement(BPF_RET | BPF_K, kWhole));
  program.push_back(statement(BPF_RET | BPF_K, 0));
  return program;
}

}  // namespace agent
