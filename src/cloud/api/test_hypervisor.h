// A hypervisor without packets and processes, for tests and the fuzzer.
#pragma once

#include <map>
#include <string>

#include "cloud/api/hypervisor.h"

namespace cloud::api {

class TestHypervisor final : public Hypervisor {
 public:
  void follow(const model::State&) override { ++times_followed; }
  base::Result<> boot(const model::State&, const Machine& machine) override {
    if (machine.name == refuses_to_boot)
      return base::fail(base::Kind::Io, "cannot boot " + machine.name);
    running[machine.id] = machine;
    return {};
  }
  base::Result<> stop(const std::string& id) override { return need(id); }
  base::Result<> power_off(const std::string& id) override {
    auto known = need(id);
    running.erase(id);
    return known;
  }
  base::Result<> freeze(const std::string& id) override { return need(id); }
  base::Result<> thaw(const std::string& id) override { return need(id); }
  base::Result<> set_links(const std::string& id, bool) override { return need(id); }
  bool is_running(const std::string& id) const override { return running.contains(id); }
  bool is_frozen(const std::string&) const override { return false; }
  std::optional<pid_t> pid(const std::string& id) const override {
    return is_running(id) ? std::optional<pid_t>(4711) : std::nullopt;
  }
  base::Result<json::Value> drops(const model::State&) override { return json::Array{}; }
  base::Result<std::string> console(const std::string&, std::size_t) override {
    return std::string("one\ntwo\nthree\n");
  }
  void forget_console(const std::string&) override {}

  std::map<std::string, Machine> running;
  std::string refuses_to_boot;
  int times_followed = 0;

 private:
  base::Result<> need(const std::string& id) const {
    if (is_running(id)) return {};
    return base::fail(base::Kind::NotFound, id + " is not running");
  }
};

}  // namespace cloud::api
