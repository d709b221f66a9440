// Nova: servers, flavors, key pairs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "net/ip_address.h"
#include "openstack/ids.h"
#include "openstack/session.h"

namespace openstack {

struct Flavor {
  FlavorId id;
  std::string name;
  std::int64_t vcpus = 0;
  std::int64_t ram_mib = 0;
  std::int64_t disk_gib = 0;
  std::int64_t ephemeral_gib = 0;
  std::int64_t swap_mib = 0;
  bool is_disabled = false;
};

struct KeyPair {
  std::string name;
  std::string public_key;
  std::string private_key;  // only in the answer to a creation without a public key; a secret
};

struct Fault {
  std::int64_t code = 0;
  std::string message;
  std::string details;
};

struct Server {
  ServerId id;
  std::string name;
  std::string status;      // ACTIVE, BUILD, ERROR, SHUTOFF, DELETED, …
  std::string task_state;  // empty: none
  std::string availability_zone;
  std::vector<std::pair<std::string, std::string>> metadata;
  std::vector<net::IpAddress> addresses;
  std::optional<Fault> fault;
};

struct NewServer {
  std::string name;
  std::optional<ImageId> image = std::nullopt;  // nothing: boots from a block device
  FlavorId flavor;
  std::string key_name = {};
  std::vector<PortId> ports = {};
  std::vector<NetworkId> networks = {};           // Nova makes a port in each of them
  std::vector<std::string> security_groups = {};  // names; only for ports that Nova makes
  std::string user_data = {};                     // as it is; encoded here
  std::string availability_zone = {};
  bool config_drive = false;
  json::Value scheduler_hints = {};       // an object, or null
  json::Value block_device_mapping = {};  // block_device_mapping_v2, or null
  std::vector<std::pair<std::string, std::string>> metadata = {};
};

// Deleting what is gone already is a success.
io::Task<Result<std::vector<Flavor>>> list_flavors(Session& session);

io::Task<Result<std::vector<KeyPair>>> list_key_pairs(Session& session);
io::Task<Result<KeyPair>> show_key_pair(Session& session, std::string name);
// Without a public key Nova makes a pair and answers with its private half.
io::Task<Result<KeyPair>> create_key_pair(Session& session, std::string name,
                                          std::string public_key = {});
io::Task<Result<>> delete_key_pair(Session& session, std::string name);

io::Task<Result<std::vector<Server>>> list_servers(Session& session, Filters filters = {});
io::Task<Result<Server>> show_server(Session& session, ServerId id);
io::Task<Result<ServerId>> create_server(Session& session, NewServer server);
io::Task<Result<>> delete_server(Session& session, ServerId id);  // accepted, not yet gone
// Merges into what is there.
io::Task<Result<>> set_server_metadata(Session& session, ServerId id,
                                       std::vector<std::pair<std::string, std::string>> metadata);
io::Task<Result<>> rename_server(Session& session, ServerId id, std::string name);
io::Task<Result<>> server_action(Session& session, ServerId id, json::Value action);
// The last `lines` lines, or all.
io::Task<Result<std::string>> console_output(Session& session, ServerId id,
                                             std::optional<int> lines = std::nullopt);

// Asks again and again, quickly at first, until the server has the status; an error if it becomes
// ERROR (with Nova's reason) or the time is over. `until` is bounded by the session's deadline.
io::Task<Result<Server>> wait_for_status(Session& session, ServerId id, std::string status,
                                         io::Instant until);
// Until the server is gone; ERROR on the way is not the end of a deletion.
io::Task<Result<>> wait_until_gone(Session& session, ServerId id, io::Instant until);

}  // namespace openstack
