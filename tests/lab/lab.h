// Networks for tests: hosts (network namespaces) on a bridge, programs that run in them, what
// passes on the wire. A test program's main() is lab::run_tests: everything happens in a user,
// mount, network and process namespace of its own, without root, and vanishes with it, also after a
// crash.
//
//   class Failover : public lab::Test {};
//   TEST_F(Failover, …) {
//     lab::Network network;
//     lab::Host& a = network.add_host("a", "10.0.0.11/24");
//     lab::Program& agent = a.start({"holdfastd", "-n", "-f", a.write("k.conf", text)});
//     EXPECT_TRUE(lab::wait_until([&] { return a.has_address("10.0.0.50"); })) << agent.output();
//   }
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/descriptor.h"
#include "io/process.h"
#include "netlink/types.h"

namespace lab {

// Enters the namespaces and runs it there; gives its result. The process must have one thread.
int run(const std::function<int()>& inside);
// The same with the tests; a list of tests is given without entering.
int run_tests(int argc, char** argv);
// Why there is no laboratory on this machine; nothing when there is.
const std::optional<std::string>& why_not();

// Skips, aloud and with the reason, where namespaces are not permitted.
class Test : public testing::Test {
 protected:
  void SetUp() override;
};

// Asks again every few milliseconds. The default suits a loaded machine; success does not wait.
bool wait_until(const std::function<bool()>& condition,
                std::chrono::milliseconds at_most = std::chrono::seconds(20));
// True if the condition holds during all of this time.
bool holds_for(std::chrono::milliseconds time, const std::function<bool()>& condition);

// A network namespace, alive as long as this object or a process in it.
class Namespace {
 public:
  static Namespace create();
  int fd() const { return fd_.get(); }
  // Runs the function with this thread in the namespace.
  void inside(const std::function<void()>& function) const;

 private:
  explicit Namespace(io::Descriptor fd) : fd_(std::move(fd)) {}
  io::Descriptor fd_;
};

// A program that was started in a host; its output goes to a file.
class Program {
 public:
  Program(io::Process process, std::string log)
      : process_(std::move(process)), log_(std::move(log)) {}
  ~Program();  // kills it
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  std::string output() const;  // both streams, so far
  bool said(std::string_view text) const { return output().find(text) != std::string::npos; }
  pid_t pid() const { return process_.pid(); }
  bool is_running();
  void send(int signal);
  void kill();  // SIGKILL to its process group, and waits
  // Waits for its end.
  std::optional<io::Exit> wait(std::chrono::milliseconds at_most = std::chrono::seconds(20));

 private:
  io::Process process_;
  std::string log_;
};

struct Frame {
  std::chrono::steady_clock::time_point time;  // when the kernel saw it
  bool is_outgoing = false;                    // sent by the host itself
  std::vector<std::uint8_t> bytes;             // from the Ethernet header on
};

// Sees what passes on a host's interface, and can put frames on the wire.
class Tap {
 public:
  Tap(const Namespace& where, const std::string& interface);
  const std::vector<Frame>& frames();  // all since the start
  bool wait_for(const std::function<bool(const Frame&)>& matches,
                std::chrono::milliseconds at_most = std::chrono::seconds(20));
  std::size_t count(const std::function<bool(const Frame&)>& matches);
  void clear();
  void send(std::span<const std::uint8_t> frame);

 private:
  void read();
  io::Descriptor socket_;
  std::vector<Frame> frames_;
};

class Host {
 public:
  Host(std::string name, std::string directory, Namespace space);
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  const std::string& name() const { return name_; }
  const std::string& directory() const { return directory_; }  // its own, empty at first
  const Namespace& space() const { return space_; }

  // Writes a file into the directory and gives its path.
  std::string write(const std::string& name, std::string_view text) const;
  Program& start(std::vector<std::string> arguments);
  // Runs to the end.
  io::Output run(std::vector<std::string> arguments,
                 std::chrono::milliseconds deadline = std::chrono::seconds(20)) const;
  bool reaches(std::string_view address) const;  // one ping, answered within a second

  std::vector<netlink::Address> addresses() const;
  bool has_address(std::string_view address) const;
  void add_address(std::string_view prefix, const std::string& interface = "eth0") const;
  void remove_address(std::string_view prefix, const std::string& interface = "eth0") const;
  void link_down(const std::string& interface = "eth0") const;
  void link_up(const std::string& interface = "eth0") const;
  net::MacAddress mac(const std::string& interface = "eth0") const;
  net::IpAddress link_local() const;  // IPv6, of eth0
  Tap tap(const std::string& interface = "eth0") const { return {space_, interface}; }
  // As when the power fails: the link goes, and every program, without a last word.
  void power_off();

 private:
  std::string name_;
  std::string directory_;
  Namespace space_;
  std::vector<std::unique_ptr<Program>> programs_;
};

// A bridge; each host is on it with its eth0.
class Network {
 public:
  Network();
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  Host& add_host(const std::string& name, std::string_view address);
  // Takes the cable of a host out of the switch (its carrier goes), and puts it back.
  void unplug(const Host& host);
  void plug(const Host& host);

 private:
  std::string directory_;
  Namespace space_;
  std::vector<std::unique_ptr<Host>> hosts_;
};

// Programs that were built: build/bin/NAME.
std::string built(std::string_view name);

}  // namespace lab
