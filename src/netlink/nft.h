// The kernel's packet filter (nf_tables), spoken to directly: tables, chains, sets and rules as
// messages, without a language in between. A Batch is built and committed whole: all of it takes
// effect, or nothing.
//
//   Batch batch;
//   batch.renew_table({Family::Inet, "mine"});
//   batch.add_set({Family::Inet, "mine"}, {.name = "blocked", .key = kIpv4Address});
//   batch.add_chain({Family::Inet, "mine"}, {.name = "input", .hook = kInput, .priority = -10});
//   batch.add_rule({Family::Inet, "mine"}, "input",
//                  Rule().protocol(Family::Ipv4).load(Header::Network, 16,
//                  4).in("blocked").drop());
//   filter.commit(batch, …);
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "io/loop.h"

namespace netlink::nft {

// The kernel's numbers (NFPROTO_*).
enum class Family : std::uint8_t { Inet = 1, Ipv4 = 2, Arp = 3, Ipv6 = 10 };

struct Table {
  Family family = Family::Inet;
  std::string_view name;
};

// Hooks of Inet, Ipv4 and Ipv6 (NF_INET_*), and of Arp (NF_ARP_*).
inline constexpr std::uint32_t kInput = 1;
inline constexpr std::uint32_t kOutput = 3;
inline constexpr std::uint32_t kArpInput = 0;
inline constexpr std::uint32_t kArpOutput = 1;

struct Chain {
  std::string_view name;
  std::uint32_t hook = kInput;
  int priority = 0;
};

// What a key or a value is: its length, and the number by which `nft list` knows how to show it.
struct Type {
  std::uint32_t shown_as = 0;
  std::uint32_t length = 0;
};
inline constexpr Type kProtocol{2, 1};  // a Family
inline constexpr Type kIpv4Address{7, 4};
inline constexpr Type kIpv6Address{8, 16};

struct Set {
  std::string_view name;
  Type key;
  bool has_timeouts = false;  // elements vanish by themselves
};

struct Element {
  std::span<const std::uint8_t> key;
  std::optional<std::chrono::milliseconds> timeout = {};
};

enum class Header : std::uint32_t { Network = 1, Transport = 2 };

// The expressions of a rule. They are carried out in order, on one value, until one of them does
// not hold.
class Rule {
 public:
  Rule& protocol(Family family);  // Ipv4 or Ipv6, in an Inet table
  Rule& load_protocol();          // as a Family
  Rule& transport(std::uint8_t protocol);
  Rule& interface_in(std::uint32_t index);
  Rule& interface_out(std::uint32_t index);
  Rule& load(Header header, std::uint32_t offset, std::uint32_t length);
  Rule& is(std::span<const std::uint8_t> value);  // the value loaded last
  Rule& in(std::string_view set);
  Rule& not_in(std::string_view set);
  Rule& drop();
  Rule& accept();

 private:
  friend class Batch;
  void look_up(std::string_view set, bool inverts);
  void load_meta(std::uint32_t key);
  void verdict(std::uint32_t code);
  std::vector<std::uint8_t> bytes_;  // the list of expressions, as attributes
};

class Batch {
 public:
  Batch() { clear(); }

  void renew_table(const Table& table);   // as new, whatever was there before
  void delete_table(const Table& table);  // which must be there
  void add_chain(const Table& table, const Chain& chain);
  void add_set(const Table& table, const Set& set);
  void add_rule(const Table& table, std::string_view chain, const Rule& rule);
  // Adding what is there is no mistake and changes nothing; removing what is not there is one.
  void add_elements(const Table& table, std::string_view set, std::span<const Element> elements);
  void remove_elements(const Table& table, std::string_view set, std::span<const Element> elements);

  bool is_empty() const { return changes_ == 0; }
  std::size_t size() const { return bytes_.size(); }
  void clear();  // keeps its memory

 private:
  friend class Filter;
  friend class MessageWriter;
  void change_elements(int type, int flags, const Table& table, std::string_view set,
                       std::span<const Element> elements);
  std::vector<std::uint8_t> bytes_;
  std::size_t changes_ = 0;
  std::uint32_t sets_ = 0;
};

// The filter of the network namespace that this thread is in.
class Filter {
 public:
  static base::Result<Filter> open();
  Filter(Filter&&) noexcept;
  Filter& operator=(Filter&&) noexcept;
  ~Filter();

  // Sends, and waits for the kernel's verdict, which takes no longer than the sending.
  base::Result<> commit(const Batch& batch);
  // Sends only: the kernel has carried it out when this returns, and if it refused, `on_refusal`
  // is called from the loop. For what is done often.
  void commit_later(const Batch& batch);
  void on_refusal(io::Loop& loop, std::function<void(const base::Error&)> callback);

  // Names of the tables of a family.
  base::Result<std::vector<std::string>> tables(Family family);

 private:
  struct Impl;
  explicit Filter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace netlink::nft
