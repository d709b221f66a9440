#include "scripted_cloud.h"

#include <fmt/format.h>

#include <algorithm>

#include "net/ip_address.h"

namespace scripted {
namespace {

http::Response answer(int status, json::Value body) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"}, {"X-OpenStack-Request-Id", "req-1"}},
          .body = body.is_null() ? "" : json::dump(body)};
}

http::Response neutron_error(int status, const char* type, const char* message) {
  return answer(status,
                json::Object{{"NeutronError",
                              json::Object{{"type", type}, {"message", message}, {"detail", ""}}}});
}

http::Response nova_not_found() {
  return answer(404,
                json::Object{{"itemNotFound", json::Object{{"code", 404}, {"message", "gone"}}}});
}

json::Array values(const json::Object& object) {
  json::Array out;
  for (const auto& [key, value] : object) out.push_back(value);
  return out;
}

bool has_address(const json::Value& port, const std::string& address) {
  const auto* ips = port["fixed_ips"].as_array();
  return ips != nullptr && std::ranges::any_of(*ips, [&](const json::Value& ip) {
           return ip.text_or("ip_address", "") == address;
         });
}

// The filters of GET /ports that the CPI uses.
bool matches(const json::Value& port, const std::string& filter, const std::string& value) {
  constexpr std::string_view kAddress = "ip_address=";
  if (filter == "fixed_ips") return has_address(port, value.substr(kAddress.size()));
  return port.text_or(filter, "") == value;
}

json::Object by_filters(const json::Object& all, const std::string& target) {
  json::Object out;
  for (const auto& [id, item] : all) {
    const auto pairs = http::query_pairs(target);
    if (std::ranges::all_of(
            pairs, [&](const auto& pair) { return matches(item, pair.first, pair.second); }))
      out.set(id, item);
  }
  return out;
}

}  // namespace

Cloud::Cloud(Fault fault) : fault_(fault) {
  add_port("reserved", {{"name", "vrrp"},
                        {"network_id", "net-1"},
                        {"fixed_ips", json::Array{json::Object{{"ip_address", "10.0.0.50"}}}}});
  auto listening = http::listen_on_loopback(0).value();
  port_ = listening.port;
  server_.emplace(
      loop_, std::move(listening.descriptor),
      [this](http::Request request) -> io::Task<http::Response> { co_return handle(request); });
  thread_ = std::thread([this] { loop_.run(); });
}

Cloud::~Cloud() {
  loop_.post([this] { loop_.stop(); });
  thread_.join();
}

std::string Cloud::auth_url() const {
  return fmt::format("http://127.0.0.1:{}/identity/v3", port_);
}

json::Object Cloud::ports() const {
  const std::lock_guard lock(mutex_);
  return ports_;
}
json::Object Cloud::servers() const {
  const std::lock_guard lock(mutex_);
  return servers_;
}
std::vector<std::string> Cloud::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}
std::size_t Cloud::count(const std::string& request) const {
  const auto all = requests();
  return static_cast<std::size_t>(std::ranges::count(all, request));
}

void Cloud::add_port(const std::string& id, json::Object port) {
  const std::lock_guard lock(mutex_);
  port.set("id", id);
  port.set("mac_address", "fa:16:3e:00:00:01");
  port.set("created_at", "2020-01-01T00:00:00Z");
  for (const char* key : {"name", "description", "device_id", "device_owner"})
    if (!port.contains(key)) port.set(key, "");
  ports_.set(id, std::move(port));
}

void Cloud::remove_port(const std::string& id) {
  const std::lock_guard lock(mutex_);
  ports_.erase(id);
}

http::Response Cloud::handle(const http::Request& request) {
  const auto path = http::path_parts(request.target);
  bool is_broken = false;
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request.method + " " + request.target.substr(0, request.target.find('?')));
    is_broken = requests_.size() == fault_.at;
  }
  http::Response response;
  if (!is_broken || fault_.is_after) {
    if (path.at(0) == "identity") response = identity();
    if (path.at(0) == "neutron") response = neutron(request, path);
    if (path.at(0) == "nova") response = nova(request, path);
    if (path.at(0) == "glance")
      response = answer(200, json::Object{{"id", path.back()}, {"status", "active"}});
  }
  if (!is_broken) return response;
  if (fault_.status == 200) return {.status = 200, .headers = {}, .body = "<html>maintenance"};
  return answer(fault_.status, json::Object{{"message", "made to fail"}});
}

http::Response Cloud::identity() {
  json::Array catalog;
  for (const auto& [type, path] :
       {std::pair{"network", "neutron"}, {"compute", "nova/v2.1"}, {"image", "glance"}})
    catalog.push_back(json::Object{
        {"type", type},
        {"endpoints",
         json::Array{json::Object{{"interface", "public"},
                                  {"region_id", "one"},
                                  {"url", fmt::format("http://127.0.0.1:{}/{}", port_, path)}}}}});
  auto response = answer(201, json::Object{{"token", json::Object{{"catalog", catalog}}}});
  response.headers.set("X-Subject-Token", "token-is-a-secret");
  return response;
}

http::Response Cloud::neutron(const http::Request& request, const std::vector<std::string>& path) {
  if (path.at(2) == "security-groups")
    return answer(200,
                  json::Object{{"security_groups",
                                json::Array{json::Object{{"id", "sg-1"}, {"name", "default"}}}}});
  if (request.method == "POST") return create_port(json::parse(request.body).value()["port"]);
  const std::lock_guard lock(mutex_);
  if (path.size() == 3)
    return answer(200, json::Object{{"ports", values(by_filters(ports_, request.target))}});
  if (!ports_.contains(path[3])) return neutron_error(404, "PortNotFound", "gone");
  if (request.method == "GET") return answer(200, json::Object{{"port", *ports_.find(path[3])}});
  ports_.erase(path[3]);
  return answer(204, {});
}

http::Response Cloud::create_port(const json::Value& wanted) {
  const std::string address = wanted["fixed_ips"].at(0).text_or("ip_address", "");
  for (const auto& [id, port] : ports())
    if (has_address(port, address) && port["network_id"] == wanted["network_id"])
      return neutron_error(409, "IpAddressAlreadyAllocated", "IP address already allocated");
  const std::string id = fmt::format("port-{}", next_id_++);
  add_port(id, *wanted.as_object());
  return answer(201, json::Object{{"port", *ports().find(id)}});
}

http::Response Cloud::nova(const http::Request& request, const std::vector<std::string>& path) {
  if (path.at(2) == "flavors")
    return answer(
        200,
        json::Object{
            {"flavors",
             json::Array{json::Object{
                 {"id", "f-1"}, {"name", "m1.tiny"}, {"ram", 512}, {"disk", 1}, {"vcpus", 1}}}}});
  if (path.at(2) == "os-keypairs")
    return answer(200, json::Object{{"keypair", json::Object{{"name", path.back()}}}});
  if (request.method == "POST" && path.size() == 3)
    return create_server(json::parse(request.body).value()["server"]);
  if (request.method == "POST")
    return servers().contains(path[3]) ? answer(200, json::Object{{"metadata", json::Object{}}})
                                       : nova_not_found();
  if (path.at(3) == "detail") return list_servers(request.target);
  if (request.method == "GET") return show_server(path[3]);
  const std::lock_guard lock(mutex_);
  if (!servers_.erase(path[3])) return nova_not_found();
  for (auto& [id, port] : ports_)
    if (port["device_id"] == json::Value(path[3])) {
      port.as_object()->set("device_id", "");  // Nova unbinds what it did not make
      port.as_object()->set("device_owner", "");
    }
  return answer(204, {});
}

http::Response Cloud::create_server(const json::Value& wanted) {
  const std::lock_guard lock(mutex_);
  const std::string id = fmt::format("server-{}", next_id_++);
  const std::string port = wanted["networks"].at(0).text_or("port", "");
  if (auto* bound = ports_.find(port)) {
    bound->as_object()->set("device_id", id);
    bound->as_object()->set("device_owner", "compute:nova");
  }
  servers_.set(id, json::Object{{"id", id},
                                {"name", wanted["name"]},
                                {"status", "BUILD"},
                                {"user_data", wanted["user_data"]}});
  return answer(202, json::Object{{"server", json::Object{{"id", id}}}});
}

// The name is a regular expression to Nova; here it is "^vm-…$".
http::Response Cloud::list_servers(const std::string& target) {
  json::Array found;
  for (const auto& [id, server] : servers())
    for (const auto& [filter, value] : http::query_pairs(target))
      if (filter == "name" && value == "^" + server.text_or("name", "") + "$")
        found.push_back(server);
  return answer(200, json::Object{{"servers", found}});
}

// BUILD at first sight, then what it becomes.
http::Response Cloud::show_server(const std::string& id) {
  const std::lock_guard lock(mutex_);
  auto* server = servers_.find(id);
  if (server == nullptr) return nova_not_found();
  const json::Value shown = *server;
  if (servers_fail_) {
    server->as_object()->set("status", "ERROR");
    server->as_object()->set("fault",
                             json::Object{{"code", 500}, {"message", "No valid host was found."}});
  } else {
    server->as_object()->set("status", "ACTIVE");
  }
  return answer(200, json::Object{{"server", shown}});
}

}  // namespace scripted
