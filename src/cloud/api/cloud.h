// What every handler of the API works with: the state, the caller, the request and its answer.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cloud/api/faults.h"
#include "cloud/api/hypervisor.h"
#include "cloud/model/query.h"
#include "cloud/model/records.h"
#include "cloud/model/refusal.h"
#include "cloud/model/state.h"
#include "http/message.h"
#include "json/value.h"

namespace cloud::api {

struct Settings {
  std::string base_url;  // http://127.0.0.1:PORT, no slash at the end
  std::string region = "RegionOne";
  std::string admin_token = {};      // for /holdfast/v1
  std::string image_directory = {};  // empty: image data are counted and thrown away
};

struct Cloud {
  model::State& state;
  Hypervisor& hypervisor;
  Settings settings;
  std::function<model::Time()> clock;
  // Runs once the request's changes are stored and its answer is on the way.
  std::function<void(std::function<void()>)> later = {};
  Faults faults = {};

  model::Time now() const { return clock(); }
};

// Who asks, from the token.
struct Session {
  model::Token token;
  model::User user;
  std::string project_id;  // empty: unscoped
  model::Texts roles;
  bool is_admin = false;
};

// Nova's microversion as a number: 2.47 is 47.
inline constexpr int kLowestMicroversion = 1;
inline constexpr int kHighestMicroversion = 67;

struct Call {
  Cloud& cloud;
  const http::Request& request;
  std::vector<std::string> captured = {};  // the {} parts of the route's pattern
  model::Query query = {};
  json::Value body = {};                   // null when there is none
  std::optional<Session> session = {};     // nothing on public routes without a token
  int microversion = kLowestMicroversion;  // Nova only
  // An injected fault: the request is accepted, what it started fails later.
  bool fails_afterwards = false;

  model::State& state() { return cloud.state; }
  const std::string& project() const { return session->project_id; }
  // Admins see everything, others what is their project's.
  bool may_see(const std::string& project_id) const {
    return session->is_admin || session->project_id == project_id;
  }
};

using Answer = model::Allowed<http::Response>;

enum class Access { Token, Public, Operator };  // Operator: the token of cloud.json

struct Route {
  std::string_view method;
  std::string_view pattern;  // "v2.0/ports/{}"; {} is one part of the path
  Answer (*handler)(Call& call);
  Access access = Access::Token;
};

// The routes of each service, in the files of their names.

// Keystone
std::span<const Route> catalog_routes();
std::span<const Route> token_routes();
std::span<const Route> project_routes();
std::span<const Route> user_routes();
std::span<const Route> application_credential_routes();
// Neutron
std::span<const Route> network_extension_routes();
std::span<const Route> network_routes();
std::span<const Route> subnet_routes();
std::span<const Route> port_routes();
std::span<const Route> security_group_routes();
// Nova
std::span<const Route> compute_routes();
std::span<const Route> server_routes();
std::span<const Route> server_create_routes();
std::span<const Route> server_metadata_routes();
std::span<const Route> server_attachment_routes();
std::span<const Route> server_action_routes();
std::span<const Route> server_group_routes();
// Nova's side of volumes
std::span<const Route> volume_attachment_routes();
// Cinder
std::span<const Route> volume_type_routes();
std::span<const Route> volume_routes();
std::span<const Route> volume_metadata_routes();
std::span<const Route> volume_action_routes();
std::span<const Route> volume_snapshot_routes();
// Glance
std::span<const Route> image_routes();
std::span<const Route> image_data_routes();
// our own
std::span<const Route> operator_routes();
std::span<const Route> operator_fault_routes();

// ---- helpers

http::Response reply(int status, const json::Value& document);
http::Response reply(int status);  // without a body

std::string new_id();                     // a random UUID
std::string new_secret();                 // 32 random bytes, in hex
net::MacAddress new_mac();                // fa:16:3e:…, as Neutron makes them
std::string iso_time(model::Time time);   // 2026-11-20T22:00:00Z
std::string iso_micro(model::Time time);  // 2026-11-20T22:00:00.000000Z, as Keystone writes
model::Time system_time();

json::Array texts(const model::Texts& values);

// 400 as Nova and Glance say it.
std::unexpected<model::Refusal> bad(std::string message);

// Kind of error to an HTTP status, for what the data plane says.
model::Refusal refusal_from(const base::Error& error);

}  // namespace cloud::api
