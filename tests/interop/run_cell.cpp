#include <fmt/format.h>

#include <chrono>
#include <stdexcept>
#include <thread>

#include "interop/node.h"

namespace interop {
namespace {

using namespace std::chrono_literals;

// Many cells run at once: they look less often than the laboratory does, and wait longer.
void expect(std::string_view what, const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + 40s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end)
      throw std::runtime_error(fmt::format("it did not happen: {}", what));
    std::this_thread::sleep_for(20ms);
  }
}

class Run {
 public:
  explicit Run(const Cell& cell) : cell_(cell) {
    for (const Kind kind : cell.nodes) {
      const int number = kFirstNumber + static_cast<int>(nodes_.size());
      lab::Host& host = network_.add_host(fmt::format("n{}", number), with_prefix(number));
      nodes_.push_back(kind == Kind::Frr ? make_frr(cell, host, number)
                                         : make_keepalived_like(kind, cell, host, number));
    }
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      std::vector<int> others;
      for (std::size_t j = 0; j < nodes_.size(); ++j)
        if (i != j) others.push_back(kFirstNumber + static_cast<int>(j));
      nodes_[i]->set_peers(std::move(others));
      nodes_[i]->host().link_local();  // waits for it
    }
  }

  void two() {
    Node& ours = *nodes_[0];
    Node& theirs = *nodes_[1];
    theirs.start(150);
    becomes_active("the peer, alone", theirs);
    ours.start(100);
    expect("holdfastd is backup of the better peer", [&] { return ours.has_become_backup(); });
    is_served_by("the better peer", theirs);
    theirs.stop();
    becomes_active("holdfastd, after the peer resigned", ours);
    theirs.start(150);
    becomes_active("the peer preempts", theirs);
    theirs.power_off();
    becomes_active("holdfastd, after the peer lost power", ours);
    theirs.power_on();
    theirs.start(50);
    expect("the peer is backup of the better holdfastd",
           [&] { return theirs.has_become_backup(); });
    is_served_by("the better holdfastd", ours);
    ours.stop();
    becomes_active("the peer, after holdfastd resigned", theirs);
    ours.start(100);
    becomes_active("holdfastd preempts", ours);
    ours.power_off();
    becomes_active("the peer, after holdfastd lost power", theirs);
  }

  void three() {
    constexpr int kPriorities[] = {200, 150, 100};
    for (const std::size_t i : {2U, 1U, 0U}) {
      nodes_[i]->start(kPriorities[i]);
      becomes_active(fmt::format("number {} of three", i + 1), *nodes_[i]);
    }
    nodes_[0]->power_off();
    becomes_active("the second, after the first lost power", *nodes_[1]);
    nodes_[1]->stop();
    becomes_active("the third, after the second resigned", *nodes_[2]);
    nodes_[1]->start(kPriorities[1]);
    becomes_active("the second preempts the third", *nodes_[1]);
    nodes_[0]->power_on();
    nodes_[0]->start(kPriorities[0]);
    becomes_active("the first preempts the second", *nodes_[0]);
    nodes_[0]->stop();
    becomes_active("the second, after the first resigned", *nodes_[1]);
  }

  // Nobody of ours may have refused anything.
  void check_words() const {
    for (std::size_t i = 0; i < nodes_.size(); ++i)
      if (cell_.nodes[i] == Kind::Holdfastd)
        for (const std::string_view word :
             {"vrrp.rejected ", "incompatible-peer", "addresses-differ", "interval-differs"})
          if (nodes_[i]->output().find(word) != std::string::npos)
            throw std::runtime_error(fmt::format("holdfastd says {}", word));
  }

  std::string outputs() const {
    std::string out;
    for (std::size_t i = 0; i < nodes_.size(); ++i)
      out += fmt::format("--- {} ({})\n{}", nodes_[i]->host().name(), name(cell_.nodes[i]),
                         nodes_[i]->output());
    return out;
  }

 private:
  std::string with_prefix(int number) const {
    return fmt::format("{}/{}", own_address(cell_.family, number), prefix_length(cell_.family));
  }

  // It alone, and clients reach it.
  void becomes_active(std::string_view what, const Node& node) {
    expect(what, [&] {
      for (const auto& other : nodes_)
        if (other->is_active() != (other.get() == &node) && !other->is_off()) return false;
      return true;
    });
    is_served_by(what, node);
  }

  void is_served_by(std::string_view what, const Node& node) {
    expect(fmt::format("{}: a client reaches it", what),
           [&] { return node.is_active() && client_.reaches(virtual_address(cell_.family)); });
  }

  const Cell& cell_;
  lab::Network network_;
  lab::Host& client_ = network_.add_host("client", with_prefix(99));
  std::vector<std::unique_ptr<Node>> nodes_;
};

}  // namespace

std::string run(const Cell& cell) {
  std::unique_ptr<Run> run;
  try {
    run = std::make_unique<Run>(cell);
    if (cell.nodes.size() == 2)
      run->two();
    else
      run->three();
    run->check_words();
  } catch (const std::exception& error) {
    return fmt::format("{}\n{}", error.what(), run ? run->outputs() : "");
  }
  return {};
}

}  // namespace interop
