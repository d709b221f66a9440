#include "openstack/compute.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "openstack/base64.h"
#include "openstack/pace.h"
#include "openstack/reading.h"

namespace openstack {
namespace {

using base::Kind;
using Clock = std::chrono::steady_clock;
using Pairs = std::vector<std::pair<std::string, std::string>>;
constexpr auto kNova = Service::Compute;

Flavor read_flavor(const Reading& from) {
  return {.id = FlavorId(from.text("id")),
          .name = from.text("name"),
          .vcpus = from.integer("vcpus"),
          .ram_mib = from.integer("ram"),
          .disk_gib = from.integer("disk"),
          .ephemeral_gib = from.integer("OS-FLV-EXT-DATA:ephemeral"),
          .swap_mib = from.integer("swap"),
          .is_disabled = from.flag("OS-FLV-DISABLED:disabled", false)};
}

KeyPair read_key_pair(const Reading& from) {
  return {.name = from.text("name"),
          .public_key = from.text_or_empty("public_key"),
          .private_key = from.text_or_empty("private_key")};
}

// Lists wrap every pair once more.
KeyPair read_listed_key_pair(const Reading& from) {
  return read_key_pair(from.inside("keypair"));
}

Pairs read_metadata(const json::Value& value) {
  Pairs out;
  if (const json::Object* object = value.as_object())
    for (const auto& [key, entry] : *object)
      if (const auto* text = entry.as_string()) out.emplace_back(key, *text);
  return out;
}

std::vector<net::IpAddress> read_addresses(const json::Value& value) {
  std::vector<net::IpAddress> out;
  const json::Object* networks = value.as_object();
  if (networks == nullptr) return out;
  for (const auto& [network, entries] : *networks) {
    if (!entries.is_array()) continue;
    for (const json::Value& entry : *entries.as_array())
      if (const auto address = net::IpAddress::parse(entry.text_or("addr", "")))
        out.push_back(*address);
  }
  return out;
}

Server read_server(const Reading& from) {
  Server server{.id = ServerId(from.text("id")),
                .name = from.text_or_empty("name"),
                .status = from.text("status"),
                .task_state = from.text_or_empty("OS-EXT-STS:task_state"),
                .availability_zone = from.text_or_empty("OS-EXT-AZ:availability_zone"),
                .metadata = read_metadata(from["metadata"]),
                .addresses = read_addresses(from["addresses"]),
                .fault = std::nullopt};
  if (const json::Value& fault = from["fault"]; fault.is_object())
    server.fault = Fault{.code = fault["code"].as_integer().value_or(0),
                         .message = fault.text_or("message", ""),
                         .details = fault.text_or("details", "")};
  return server;
}

ServerId read_server_id(const Reading& from) {
  return ServerId(from.text("id"));
}

json::Object to_json(const Pairs& pairs) {
  json::Object out;
  for (const auto& [key, value] : pairs) out.set(key, value);
  return out;
}

json::Object server_to_json(const NewServer& server) {
  json::Object out{{"name", server.name}, {"flavorRef", server.flavor.value()}};
  if (server.image) out.set("imageRef", server.image->value());
  if (!server.key_name.empty()) out.set("key_name", server.key_name);
  json::Array networks;
  for (const PortId& port : server.ports)
    networks.emplace_back(json::Object{{"port", port.value()}});
  for (const NetworkId& network : server.networks)
    networks.emplace_back(json::Object{{"uuid", network.value()}});
  if (!networks.empty()) out.set("networks", std::move(networks));
  if (!server.security_groups.empty()) {
    json::Array groups;
    for (const std::string& group : server.security_groups)
      groups.emplace_back(json::Object{{"name", group}});
    out.set("security_groups", std::move(groups));
  }
  if (!server.user_data.empty()) out.set("user_data", base64(server.user_data));
  if (!server.availability_zone.empty()) out.set("availability_zone", server.availability_zone);
  if (server.config_drive) out.set("config_drive", true);
  if (!server.block_device_mapping.is_null())
    out.set("block_device_mapping_v2", server.block_device_mapping);
  if (!server.metadata.empty()) out.set("metadata", to_json(server.metadata));
  return out;
}

std::string server_path(const ServerId& id, std::string_view rest = {}) {
  return fmt::format("/servers/{}{}", http::percent_encode(id.value()), rest);
}

io::Task<Result<>> command(Session& session, std::string method, std::string path,
                           json::Value body) {
  const auto answer =
      co_await session.request(kNova, std::move(method), std::move(path), std::move(body));
  if (!answer) co_return std::unexpected(answer.error());
  co_return Result<>{};
}

}  // namespace

io::Task<Result<std::vector<Flavor>>> list_flavors(Session& session) {
  return list_of(session, kNova, "/flavors/detail", "flavors", {}, read_flavor);
}

io::Task<Result<std::vector<KeyPair>>> list_key_pairs(Session& session) {
  return list_of(session, kNova, "/os-keypairs", "keypairs", {}, read_listed_key_pair);
}
io::Task<Result<KeyPair>> show_key_pair(Session& session, std::string name) {
  return one(session, kNova, "GET", "/os-keypairs/" + http::percent_encode(name), "keypair", {},
             read_key_pair);
}
io::Task<Result<KeyPair>> create_key_pair(Session& session, std::string name,
                                          std::string public_key) {
  json::Object pair{{"name", std::move(name)}};
  if (!public_key.empty()) pair.set("public_key", std::move(public_key));
  return one(session, kNova, "POST", "/os-keypairs", "keypair",
             json::Object{{"keypair", std::move(pair)}}, read_key_pair);
}
io::Task<Result<>> delete_key_pair(Session& session, std::string name) {
  return remove(session, kNova, "/os-keypairs/" + http::percent_encode(name));
}

io::Task<Result<std::vector<Server>>> list_servers(Session& session, Filters filters) {
  return list_of(session, kNova, "/servers/detail", "servers", std::move(filters), read_server);
}
io::Task<Result<Server>> show_server(Session& session, ServerId id) {
  return one(session, kNova, "GET", server_path(id), "server", {}, read_server);
}

io::Task<Result<ServerId>> create_server(Session& session, NewServer server) {
  json::Object body{{"server", server_to_json(server)}};
  if (!server.scheduler_hints.is_null()) body.set("os:scheduler_hints", server.scheduler_hints);
  auto created =
      co_await one(session, kNova, "POST", "/servers", "server", std::move(body), read_server_id);
  // Nova quotes a value that it refuses, and this one holds certificates.
  if (!created && !server.user_data.empty())
    hide(created.error(), base64(server.user_data), "<user data>");
  co_return created;
}

io::Task<Result<>> delete_server(Session& session, ServerId id) {
  return remove(session, kNova, server_path(id));
}

io::Task<Result<>> set_server_metadata(Session& session, ServerId id, Pairs metadata) {
  return command(session, "POST", server_path(id, "/metadata"),
                 json::Object{{"metadata", to_json(metadata)}});
}
io::Task<Result<>> rename_server(Session& session, ServerId id, std::string name) {
  return command(session, "PUT", server_path(id),
                 json::Object{{"server", json::Object{{"name", std::move(name)}}}});
}
io::Task<Result<>> server_action(Session& session, ServerId id, json::Value action) {
  return command(session, "POST", server_path(id, "/action"), std::move(action));
}

io::Task<Result<std::string>> console_output(Session& session, ServerId id,
                                             std::optional<int> lines) {
  json::Object arguments;
  if (lines) arguments.set("length", *lines);
  json::Object action;
  action.set("os-getConsoleOutput", std::move(arguments));
  const std::string path = server_path(id, "/action");
  auto answer = co_await session.request(kNova, "POST", path, std::move(action));
  if (!answer) co_return std::unexpected(answer.error());
  co_return answer->text_or("output", "");
}

namespace {

std::string words_of(const std::optional<Fault>& fault) {
  if (!fault) return {};
  return fault->details.empty() ? "\n" + fault->message
                                : "\n" + fault->message + "\n" + fault->details;
}

}  // namespace

io::Task<Result<Server>> wait_for_status(Session& session, ServerId id, std::string status,
                                         io::Instant until) {
  const std::string wanted = base::to_lower(status);
  const auto end = std::min(until, session.deadline());
  for (Pace pace;;) {
    auto server = co_await show_server(session, id);
    if (!server || server->status == status) co_return server;
    if (server->status == "ERROR" || server->status == "DELETED")
      co_return std::unexpected(
          Failure{.error = {Kind::Conflict, fmt::format("Server `{}' state is {}, expected {}{}",
                                                        id.value(), base::to_lower(server->status),
                                                        wanted, words_of(server->fault))}});
    if (Clock::now() >= end)
      co_return std::unexpected(
          Failure{.error = {Kind::Timeout, fmt::format("Timed out waiting for Server `{}' to be {}",
                                                       id.value(), wanted)}});
    co_await io::sleep_until(std::min(Clock::now() + pace.next(), end));
  }
}

io::Task<Result<>> wait_until_gone(Session& session, ServerId id, io::Instant until) {
  const auto end = std::min(until, session.deadline());
  for (Pace pace;;) {
    const auto server = co_await show_server(session, id);
    if (!server && server.error().status == 404) co_return Result<>{};
    if (!server) co_return std::unexpected(server.error());
    if (server->status == "DELETED" || server->status == "SOFT_DELETED") co_return Result<>{};
    if (Clock::now() >= end)
      co_return std::unexpected(Failure{
          .error = {Kind::Timeout,
                    fmt::format("Timed out waiting for Server `{}' to be deleted", id.value())}});
    co_await io::sleep_until(std::min(Clock::now() + pace.next(), end));
  }
}

}  // namespace openstack
