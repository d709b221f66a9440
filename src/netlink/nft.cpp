#include "netlink/nft.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "netlink/wire.h"

namespace netlink::nft {
namespace {

using Bytes = std::vector<std::uint8_t>;

// The first register of 16 bytes; every expression here works on it.
constexpr std::uint32_t kRegister = NFT_REG_1;

void append(Bytes& out, const void* data, std::size_t size) {
  const auto* bytes = static_cast<const std::uint8_t*>(data);
  out.insert(out.end(), bytes, bytes + size);
  out.resize(NLMSG_ALIGN(out.size()));
}

void put(Bytes& out, int attribute, std::span<const std::uint8_t> value) {
  const nlattr header{static_cast<std::uint16_t>(NLA_HDRLEN + value.size()),
                      static_cast<std::uint16_t>(attribute)};
  append(out, &header, sizeof header);
  append(out, value.data(), value.size());
}

void put(Bytes& out, int attribute, std::string_view text) {
  Bytes value(text.begin(), text.end());
  value.push_back(0);
  put(out, attribute, std::span<const std::uint8_t>(value));
}

// Numbers of nf_tables are big-endian.
void put(Bytes& out, int attribute, std::uint32_t number) {
  const std::uint32_t value = htonl(number);
  put(out, attribute, {reinterpret_cast<const std::uint8_t*>(&value), sizeof value});
}

void put64(Bytes& out, int attribute, std::uint64_t number) {
  const std::array<std::uint32_t, 2> value{htonl(static_cast<std::uint32_t>(number >> 32)),
                                           htonl(static_cast<std::uint32_t>(number))};
  put(out, attribute, {reinterpret_cast<const std::uint8_t*>(value.data()), sizeof value});
}

// Attributes that are put while this lives lie inside it.
class Nest {
 public:
  Nest(Bytes& out, int attribute) : out_(out), start_(out.size()) {
    const nlattr header{0, static_cast<std::uint16_t>(attribute | NLA_F_NESTED)};
    append(out, &header, sizeof header);
  }
  ~Nest() {
    const auto length = static_cast<std::uint16_t>(out_.size() - start_);
    std::memcpy(out_.data() + start_, &length, sizeof length);
  }
  Nest(const Nest&) = delete;
  Nest& operator=(const Nest&) = delete;

 private:
  Bytes& out_;
  std::size_t start_;
};

void put_data(Bytes& out, int attribute, std::span<const std::uint8_t> value) {
  const Nest nest(out, attribute);
  put(out, NFTA_DATA_VALUE, value);
}

// expression(out, "lookup", [&] { put(…); })
template <typename Body>
void expression(Bytes& out, std::string_view name, const Body& body) {
  const Nest element(out, NFTA_LIST_ELEM);
  put(out, NFTA_EXPR_NAME, name);
  const Nest data(out, NFTA_EXPR_DATA);
  body();
}

template <typename T>
std::span<const std::uint8_t> bytes_of(const T& value) {
  return {reinterpret_cast<const std::uint8_t*>(&value), sizeof value};
}

}  // namespace

// One message of a batch, from its header to its end.
class MessageWriter {
 public:
  MessageWriter(Bytes& out, int type, int flags, Family family, std::uint16_t resource = 0)
      : out_(out), start_(out.size()) {
    nlmsghdr header{};
    header.nlmsg_type = static_cast<std::uint16_t>(type);
    header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
    append(out, &header, sizeof header);
    const nfgenmsg more{static_cast<std::uint8_t>(family), NFNETLINK_V0, htons(resource)};
    append(out, &more, sizeof more);
  }
  ~MessageWriter() {
    const auto length = static_cast<std::uint32_t>(out_.size() - start_);
    std::memcpy(out_.data() + start_, &length, sizeof length);
  }
  MessageWriter(const MessageWriter&) = delete;
  MessageWriter& operator=(const MessageWriter&) = delete;

  static int type(int message) { return NFNL_SUBSYS_NFTABLES << 8 | message; }
  static constexpr Family kNoFamily{};

 private:
  Bytes& out_;
  std::size_t start_;
};

void Rule::load_meta(std::uint32_t key) {
  expression(bytes_, "meta", [&] {
    put(bytes_, NFTA_META_KEY, key);
    put(bytes_, NFTA_META_DREG, kRegister);
  });
}

Rule& Rule::protocol(Family family) {
  return load_protocol().is(bytes_of(family));
}

Rule& Rule::load_protocol() {
  load_meta(NFT_META_NFPROTO);
  return *this;
}

Rule& Rule::transport(std::uint8_t protocol) {
  load_meta(NFT_META_L4PROTO);
  return is(bytes_of(protocol));
}

Rule& Rule::interface_in(std::uint32_t index) {
  load_meta(NFT_META_IIF);
  return is(bytes_of(index));
}

Rule& Rule::interface_out(std::uint32_t index) {
  load_meta(NFT_META_OIF);
  return is(bytes_of(index));
}

Rule& Rule::load(Header header, std::uint32_t offset, std::uint32_t length) {
  expression(bytes_, "payload", [&] {
    put(bytes_, NFTA_PAYLOAD_DREG, kRegister);
    put(bytes_, NFTA_PAYLOAD_BASE, static_cast<std::uint32_t>(header));
    put(bytes_, NFTA_PAYLOAD_OFFSET, offset);
    put(bytes_, NFTA_PAYLOAD_LEN, length);
  });
  return *this;
}

Rule& Rule::is(std::span<const std::uint8_t> value) {
  expression(bytes_, "cmp", [&] {
    put(bytes_, NFTA_CMP_SREG, kRegister);
    put(bytes_, NFTA_CMP_OP, std::uint32_t{NFT_CMP_EQ});
    put_data(bytes_, NFTA_CMP_DATA, value);
  });
  return *this;
}

void Rule::look_up(std::string_view set, bool inverts) {
  expression(bytes_, "lookup", [&] {
    put(bytes_, NFTA_LOOKUP_SET, set);
    put(bytes_, NFTA_LOOKUP_SREG, kRegister);
    if (inverts) put(bytes_, NFTA_LOOKUP_FLAGS, std::uint32_t{NFT_LOOKUP_F_INV});
  });
}

Rule& Rule::in(std::string_view set) {
  look_up(set, false);
  return *this;
}

Rule& Rule::not_in(std::string_view set) {
  look_up(set, true);
  return *this;
}

void Rule::verdict(std::uint32_t code) {
  expression(bytes_, "immediate", [&] {
    put(bytes_, NFTA_IMMEDIATE_DREG, std::uint32_t{NFT_REG_VERDICT});
    const Nest data(bytes_, NFTA_IMMEDIATE_DATA);
    const Nest value(bytes_, NFTA_DATA_VERDICT);
    put(bytes_, NFTA_VERDICT_CODE, code);
  });
}

Rule& Rule::drop() {
  verdict(NF_DROP);
  return *this;
}

Rule& Rule::accept() {
  verdict(NF_ACCEPT);
  return *this;
}

void Batch::clear() {
  bytes_.clear();
  changes_ = 0;
  const MessageWriter begin(bytes_, NFNL_MSG_BATCH_BEGIN, 0, MessageWriter::kNoFamily,
                            NFNL_SUBSYS_NFTABLES);
}

void Batch::renew_table(const Table& table) {
  // Made, so that it can be deleted whether it was there or not.
  for (const int message : {NFT_MSG_NEWTABLE, NFT_MSG_DELTABLE, NFT_MSG_NEWTABLE}) {
    const int flags = message == NFT_MSG_NEWTABLE ? NLM_F_CREATE : 0;
    const MessageWriter writer(bytes_, MessageWriter::type(message), flags, table.family);
    put(bytes_, NFTA_TABLE_NAME, table.name);
  }
  ++changes_;
}

void Batch::delete_table(const Table& table) {
  const MessageWriter writer(bytes_, MessageWriter::type(NFT_MSG_DELTABLE), 0, table.family);
  put(bytes_, NFTA_TABLE_NAME, table.name);
  ++changes_;
}

void Batch::add_chain(const Table& table, const Chain& chain) {
  const MessageWriter writer(bytes_, MessageWriter::type(NFT_MSG_NEWCHAIN), NLM_F_CREATE,
                             table.family);
  put(bytes_, NFTA_CHAIN_TABLE, table.name);
  put(bytes_, NFTA_CHAIN_NAME, chain.name);
  put(bytes_, NFTA_CHAIN_TYPE, "filter");
  const Nest hook(bytes_, NFTA_CHAIN_HOOK);
  put(bytes_, NFTA_HOOK_HOOKNUM, chain.hook);
  put(bytes_, NFTA_HOOK_PRIORITY, static_cast<std::uint32_t>(chain.priority));
  ++changes_;
}

void Batch::add_set(const Table& table, const Set& set) {
  const MessageWriter writer(bytes_, MessageWriter::type(NFT_MSG_NEWSET), NLM_F_CREATE,
                             table.family);
  put(bytes_, NFTA_SET_TABLE, table.name);
  put(bytes_, NFTA_SET_NAME, set.name);
  if (set.has_timeouts) put(bytes_, NFTA_SET_FLAGS, std::uint32_t{NFT_SET_TIMEOUT});
  put(bytes_, NFTA_SET_KEY_TYPE, set.key.shown_as);
  put(bytes_, NFTA_SET_KEY_LEN, set.key.length);
  put(bytes_, NFTA_SET_ID, ++sets_);
  ++changes_;
}

void Batch::add_rule(const Table& table, std::string_view chain, const Rule& rule) {
  const MessageWriter writer(bytes_, MessageWriter::type(NFT_MSG_NEWRULE),
                             NLM_F_CREATE | NLM_F_APPEND, table.family);
  put(bytes_, NFTA_RULE_TABLE, table.name);
  put(bytes_, NFTA_RULE_CHAIN, chain);
  const Nest expressions(bytes_, NFTA_RULE_EXPRESSIONS);
  append(bytes_, rule.bytes_.data(), rule.bytes_.size());
  ++changes_;
}

// An attribute is at most 64 kB long.
void Batch::change_elements(int type, int flags, const Table& table, std::string_view set,
                            std::span<const Element> elements) {
  constexpr std::size_t kAtOnce = 500;
  for (std::size_t start = 0; start < elements.size(); start += kAtOnce) {
    const MessageWriter writer(bytes_, MessageWriter::type(type), flags, table.family);
    put(bytes_, NFTA_SET_ELEM_LIST_TABLE, table.name);
    put(bytes_, NFTA_SET_ELEM_LIST_SET, set);
    const Nest list(bytes_, NFTA_SET_ELEM_LIST_ELEMENTS);
    for (const Element& element :
         elements.subspan(start, std::min(kAtOnce, elements.size() - start))) {
      const Nest nest(bytes_, NFTA_LIST_ELEM);
      put_data(bytes_, NFTA_SET_ELEM_KEY, element.key);
      if (element.timeout)
        put64(bytes_, NFTA_SET_ELEM_TIMEOUT, static_cast<std::uint64_t>(element.timeout->count()));
      ++changes_;
    }
  }
}

void Batch::add_elements(const Table& table, std::string_view set,
                         std::span<const Element> elements) {
  change_elements(NFT_MSG_NEWSETELEM, NLM_F_CREATE, table, set, elements);
}

void Batch::remove_elements(const Table& table, std::string_view set,
                            std::span<const Element> elements) {
  change_elements(NFT_MSG_DELSETELEM, 0, table, set, elements);
}

struct Filter::Impl {
  explicit Impl(wire::Socket opened) : socket(std::move(opened)) {}

  base::Result<> send(const Batch& batch) {
    bytes.assign(batch.bytes_.begin(), batch.bytes_.end());
    auto* begin = reinterpret_cast<nlmsghdr*>(bytes.data());
    begin->nlmsg_seq = socket.next_sequence();
    {
      const MessageWriter end(bytes, NFNL_MSG_BATCH_END, 0, MessageWriter::kNoFamily,
                              NFNL_SUBSYS_NFTABLES);
    }
    if (const int failed = socket.send(bytes); failed != 0)
      return std::unexpected(base::system_error("cannot change the packet filter", failed));
    return {};
  }

  // Everything the kernel had to say; the first refusal.
  base::Result<> read() {
    base::Result<> result;
    const auto take = [&](const nlmsghdr& message) {
      const auto answer = wire::parse_answer(message);
      if (answer && answer->error != 0 && result)
        result = std::unexpected(wire::to_error("the kernel's packet filter refuses", *answer));
    };
    while (socket.receive(false, take) == wire::Socket::Read::Data) continue;
    return result;
  }

  wire::Socket socket;
  Bytes bytes;
  std::unique_ptr<io::Readable> readable;
  std::function<void(const base::Error&)> on_refusal;
};

Filter::Filter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Filter::Filter(Filter&&) noexcept = default;
Filter& Filter::operator=(Filter&&) noexcept = default;
Filter::~Filter() = default;

base::Result<Filter> Filter::open() {
  auto socket = wire::Socket::open({}, NETLINK_NETFILTER);
  if (!socket) return std::unexpected(socket.error());
  // A batch goes in whole.
  constexpr int kSendBuffer = 1 << 20;
  if (setsockopt(socket->fd(), SOL_SOCKET, SO_SNDBUFFORCE, &kSendBuffer, sizeof kSendBuffer) != 0)
    setsockopt(socket->fd(), SOL_SOCKET, SO_SNDBUF, &kSendBuffer, sizeof kSendBuffer);
  return Filter(std::make_unique<Impl>(std::move(*socket)));
}

// The kernel works through a batch, and answers, before sendmsg() returns.
base::Result<> Filter::commit(const Batch& batch) {
  (void)impl_->read();
  if (auto sent = impl_->send(batch); !sent) return sent;
  return impl_->read();
}

void Filter::commit_later(const Batch& batch) {
  if (const auto sent = impl_->send(batch); !sent && impl_->on_refusal)
    impl_->on_refusal(sent.error());
}

void Filter::on_refusal(io::Loop& loop, std::function<void(const base::Error&)> callback) {
  impl_->on_refusal = std::move(callback);
  impl_->readable = std::make_unique<io::Readable>(loop, impl_->socket.fd(), [raw = impl_.get()] {
    if (const auto result = raw->read(); !result) raw->on_refusal(result.error());
  });
}

base::Result<std::vector<std::string>> Filter::tables(Family family) {
  Bytes request;
  {
    const MessageWriter writer(request, MessageWriter::type(NFT_MSG_GETTABLE), NLM_F_DUMP, family);
  }
  if (const int failed = impl_->socket.send(request); failed != 0)
    return std::unexpected(base::system_error("cannot list the packet filter", failed));
  std::vector<std::string> names;
  bool is_done = false;
  base::Result<> result;
  const auto take = [&](const nlmsghdr& message) {
    if (message.nlmsg_type == NLMSG_DONE) is_done = true;
    if (const auto answer = wire::parse_answer(message); answer && answer->error != 0) {
      is_done = true;
      result = std::unexpected(wire::to_error("cannot list the packet filter", *answer));
    }
    if (message.nlmsg_type != MessageWriter::type(NFT_MSG_NEWTABLE)) return;
    if (auto name = wire::text_attribute(message, sizeof(nfgenmsg), NFTA_TABLE_NAME))
      names.push_back(std::move(*name));
  };
  while (!is_done && result)
    if (impl_->socket.receive(true, take) == wire::Socket::Read::Failed)
      return base::fail(base::Kind::Io, "cannot list the packet filter");
  if (!result) return std::unexpected(result.error());
  return names;
}

}  // namespace netlink::nft
