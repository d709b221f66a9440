// A small process that starts programs for us. A fork copies the page tables of who forks, and an
// exec waits for a disk: neither is for a loop that has deadlines, and a process that has given up
// rights (a seccomp filter, real-time priority) would hand the loss on. So one process is split off
// early, while this one is small; starting a program is then one message to it.
//
//   auto forker = io::Forker::open();               before threads, memory and filters
//   forker->attach(loop);
//   auto child = forker->start({.arguments = {"/bin/true"}}, [](const io::Ended& end) { … });
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/identity.h"
#include "io/descriptor.h"
#include "io/loop.h"
#include "io/process.h"

namespace io {

struct Order {
  std::vector<std::string> arguments;  // the first is the program: a path, or looked up in PATH
  std::optional<base::Identity> runs_as = std::nullopt;  // nothing: as this process
  // When we end, its group gets SIGTERM: at once, after it had a second to read what we said last,
  // or not at all.
  enum class AfterUs : std::uint32_t { Dies, DiesSoon, GoesOn } after_us = AfterUs::Dies;
};

struct Ended {
  Exit exit;
  // What kept the program from being started; empty if it was.
  std::string why_not = {};
};

class Forker {
 public:
  struct Options {
    bool is_quiet = false;  // programs write to /dev/null, not where we write
  };
  static base::Result<std::unique_ptr<Forker>> open(Options options);
  static base::Result<std::unique_ptr<Forker>> open() { return open({}); }
  ~Forker();
  Forker(const Forker&) = delete;
  Forker& operator=(const Forker&) = delete;

  // Callbacks come from this loop, which must outlive this or be detached from.
  void attach(Loop& loop);
  void detach() { readable_.reset(); }

  // One program, as long as somebody is interested in it. Destroying it forgets the program, which
  // goes on; signal it first if it must not.
  class Child {
   public:
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    void send_to_group(int signal);

   private:
    friend class Forker;
    Child(Forker& forker, std::uint32_t id) : forker_(forker), id_(id) {}
    Forker& forker_;
    std::uint32_t id_;
  };
  // Never waits: `ended` is called later, from the loop, also for what could not be started. Every
  // program has a process group of its own.
  std::unique_ptr<Child> start(const Order& order, std::function<void(const Ended&)> ended);
  // Programs that are started from now on are in the network namespace that this process is in.
  void follow_network_namespace();

  pid_t pid() const { return pid_; }
  bool is_alive() const { return is_alive_; }

 private:
  Forker(Descriptor socket, pid_t pid) : socket_(std::move(socket)), pid_(pid) {}
  void read();
  void lost();
  void post_failure(std::uint32_t id, std::string why);

  Descriptor socket_;
  pid_t pid_;
  bool is_alive_ = true;
  Loop* loop_ = nullptr;
  std::unique_ptr<Readable> readable_;
  std::uint32_t last_id_ = 0;
  std::map<std::uint32_t, std::function<void(const Ended&)>> waiting_;
  std::shared_ptr<Forker*> self_;  // for what is posted and may come after the end
};

}  // namespace io
