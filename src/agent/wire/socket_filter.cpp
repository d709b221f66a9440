#include "agent/wire/socket_filter.h"

#include <initializer_list>

namespace agent::wire {
namespace {

constexpr unsigned kWords = 8;  // 256 VRIDs are a set of 8 words
constexpr std::uint32_t kWhole = 0xffffffff;
constexpr std::uint32_t kAuthenticationHeader = 24;  // HMAC-MD5-96
// Version and type in the first byte.
constexpr std::uint8_t kAdvertisementV2 = 0x21;
constexpr std::uint8_t kAdvertisementV3 = 0x31;
constexpr std::uint32_t kFixedSize = 8;
constexpr std::uint32_t kPasswordSize = 8;

sock_filter statement(unsigned code, std::uint32_t value) {
  return BPF_STMT(static_cast<std::uint16_t>(code), value);
}

sock_filter jump(unsigned code, std::uint32_t value, std::uint8_t if_true, std::uint8_t if_false) {
  return BPF_JUMP(static_cast<std::uint16_t>(BPF_JMP | code), value, if_true, if_false);
}

// A program under construction. A read beyond the end of the packet drops it.
class Program {
 public:
  explicit Program(Carrier carrier) : carrier_(carrier) {}

  // X: where the headers of IP end.
  void load_start() {
    add({carrier_ == Carrier::Ipv6 ? statement(BPF_LDX | BPF_IMM, 0)
                                   : statement(BPF_LDX | BPF_B | BPF_MSH, 0)});
  }
  // A: a byte of the VRRP packet. Needs X.
  sock_filter load(std::uint32_t at) const {
    return statement(BPF_LD | BPF_B | BPF_IND, start() + at);
  }
  std::uint32_t start() const {
    return carrier_ == Carrier::Authenticated ? kAuthenticationHeader : 0;
  }

  // Other users of protocol 51 are none of our business.
  void check_protocol() {
    if (carrier_ == Carrier::Authenticated)
      add({statement(BPF_LD | BPF_B | BPF_IND, 0), jump(BPF_JEQ | BPF_K, vrrp::kIpProtocol, 1, 0),
           statement(BPF_RET | BPF_K, 0)});
  }

  void check_vrid(const std::bitset<256>& vrids) {
    add({
        load(1), statement(BPF_ST, 0), statement(BPF_ALU | BPF_AND | BPF_K, 31),
        statement(BPF_MISC | BPF_TAX, 0),  // X: bit in its word
        statement(BPF_LD | BPF_MEM, 0), statement(BPF_ALU | BPF_RSH | BPF_K, 5),  // A: which word
    });
    // Each word: if it is this one, load it and go on at `test`.
    for (unsigned word = 0; word < kWords; ++word) {
      std::uint32_t bits = 0;
      for (unsigned bit = 0; bit < 32; ++bit)
        if (vrids.test(word * 32 + bit)) bits |= std::uint32_t{1} << bit;
      add({jump(BPF_JEQ | BPF_K, word, 0, 2), statement(BPF_LD | BPF_IMM, bits),
           statement(BPF_JMP | BPF_JA, (kWords - 1 - word) * 3)});
    }
    add({statement(BPF_ALU | BPF_RSH | BPF_X, 0),  // test:
         jump(BPF_JSET | BPF_K, 1, 1, 0), statement(BPF_RET | BPF_K, 0)});
  }

  void check_ttl() {
    if (carrier_ == Carrier::Ipv6) return;  // it is not in the packet
    add({statement(BPF_LD | BPF_B | BPF_ABS, 16), statement(BPF_ALU | BPF_AND | BPF_K, 0xf0),
         jump(BPF_JEQ | BPF_K, 0xe0, 0, 3), statement(BPF_LD | BPF_B | BPF_ABS, 8),
         jump(BPF_JEQ | BPF_K, vrrp::kHopLimit, 1, 0)});
    hopeless();
  }

  void check_type_and_length(const Listening& listening) {
    load_start();
    add({load(0)});
    // Those of versions that nobody here speaks are as hopeless as any other number.
    const std::uint8_t v2 = listening.has_v2 ? kAdvertisementV2 : kAdvertisementV3;
    const std::uint8_t v3 = listening.has_v3 ? kAdvertisementV3 : kAdvertisementV2;
    add({jump(BPF_JEQ | BPF_K, v2, 2, 0), jump(BPF_JEQ | BPF_K, v3, 1, 0)});
    hopeless();
    const std::uint32_t shift = carrier_ == Carrier::Ipv6 ? 4 : 2;  // an address
    add({jump(BPF_JEQ | BPF_K, kAdvertisementV2, 0, 2), statement(BPF_LD | BPF_IMM, kPasswordSize),
         statement(BPF_JMP | BPF_JA, 1), statement(BPF_LD | BPF_IMM, 0), statement(BPF_ST, 0),
         load(3), statement(BPF_ALU | BPF_LSH | BPF_K, shift),
         statement(BPF_ALU | BPF_ADD | BPF_X, 0),
         statement(BPF_ALU | BPF_ADD | BPF_K, start() + kFixedSize),
         statement(BPF_LDX | BPF_MEM, 0), statement(BPF_ALU | BPF_ADD | BPF_X, 0),
         statement(BPF_MISC | BPF_TAX, 0),  // X: what it has to have
         statement(BPF_LD | BPF_W | BPF_LEN, 0), jump(BPF_JGE | BPF_X, 0, 1, 0)});
    hopeless();
  }

  void pass() { add({statement(BPF_RET | BPF_K, kWhole)}); }

  std::vector<sock_filter> finish(std::uint32_t sample_of) {
    for (const std::size_t at : hopeless_)
      program_[at].k = static_cast<std::uint32_t>(program_.size() - at - 1);
    if (sample_of > 0)
      add({statement(BPF_LD | BPF_W | BPF_ABS,
                     static_cast<std::uint32_t>(SKF_AD_OFF + SKF_AD_RANDOM)),
           statement(BPF_ALU | BPF_MOD | BPF_K, sample_of), jump(BPF_JEQ | BPF_K, 0, 0, 1),
           statement(BPF_RET | BPF_K, kWhole)});
    add({statement(BPF_RET | BPF_K, 0)});
    return std::move(program_);
  }

 private:
  void add(std::initializer_list<sock_filter> more) { program_.insert(program_.end(), more); }
  // To where finish() decides.
  void hopeless() {
    hopeless_.push_back(program_.size());
    add({statement(BPF_JMP | BPF_JA, 0)});
  }

  Carrier carrier_;
  std::vector<sock_filter> program_;
  std::vector<std::size_t> hopeless_;
};

Program begin(Carrier carrier, const Listening& listening) {
  Program program(carrier);
  program.load_start();
  program.check_protocol();
  program.check_vrid(listening.vrids);
  return program;
}

}  // namespace

std::vector<sock_filter> filter_for(Carrier carrier, const Listening& listening) {
  Program program = begin(carrier, listening);
  program.pass();
  return program.finish(0);
}

std::vector<sock_filter> strict_filter_for(Carrier carrier, const Listening& listening,
                                           std::uint32_t sample_of) {
  Program program = begin(carrier, listening);
  program.check_ttl();
  program.check_type_and_length(listening);
  program.pass();
  return program.finish(sample_of);
}

bool is_hopeless(Carrier carrier, const Listening& listening, const vrrp::Datagram& datagram) {
  if (carrier != Carrier::Ipv6 && datagram.destination.is_multicast() &&
      datagram.hop_limit != vrrp::kHopLimit)
    return true;
  if (datagram.payload.empty()) return true;
  const std::uint8_t first = datagram.payload[0];
  const bool is_known = (listening.has_v2 && first == kAdvertisementV2) ||
                        (listening.has_v3 && first == kAdvertisementV3);
  return !is_known || !vrrp::packet_size(datagram.payload, datagram.source.family());
}

}  // namespace agent::wire
