// A few answers of an OpenStack, in memory, whose n-th request can be made to fail. It is no model
// of a cloud: it exists to break each request of a call in turn, also after having carried it out.
// The embedded cloud and a real OpenStack are the judges of what the CPI does when nothing fails.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "http/server.h"
#include "io/loop.h"
#include "json/value.h"

namespace scripted {

struct Fault {
  std::size_t at = 0;     // which request, from 1; 0: none
  int status = 500;       // what is answered instead; 200: something that is no JSON
  bool is_after = false;  // the request is carried out all the same
};

class Cloud {
 public:
  explicit Cloud(Fault fault = {});
  ~Cloud();
  Cloud(const Cloud&) = delete;
  Cloud& operator=(const Cloud&) = delete;

  std::string auth_url() const;

  // All that exists: ports by id; the reservation of 10.0.0.50 in network "net-1" is "reserved".
  json::Object ports() const;
  json::Object servers() const;
  std::vector<std::string> requests() const;  // "POST /neutron/v2.0/ports", in order
  std::size_t count(const std::string& request) const;

  void add_port(const std::string& id, json::Object port);
  void remove_port(const std::string& id);
  // Servers end in ERROR instead of ACTIVE.
  void let_servers_fail() { servers_fail_ = true; }

 private:
  http::Response handle(const http::Request& request);
  http::Response identity();
  http::Response neutron(const http::Request& request, const std::vector<std::string>& path);
  http::Response nova(const http::Request& request, const std::vector<std::string>& path);
  http::Response create_port(const json::Value& wanted);
  http::Response create_server(const json::Value& wanted);
  http::Response list_servers(const std::string& target);
  http::Response show_server(const std::string& id);

  mutable std::mutex mutex_;
  Fault fault_;
  std::atomic<bool> servers_fail_ = false;
  json::Object ports_;
  json::Object servers_;
  std::vector<std::string> requests_;
  int next_id_ = 1;
  std::uint16_t port_ = 0;
  io::Loop loop_;
  std::optional<http::Server> server_;
  std::thread thread_;
};

}  // namespace scripted
