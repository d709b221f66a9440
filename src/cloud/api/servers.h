// The life of servers, shared by Nova's API, its actions and the operator's API.
#pragma once

#include <map>
#include <string>

#include "cloud/api/cloud.h"
#include "cloud/model/records.h"

namespace cloud::api {

// The server of that id if the caller may see it; 404 as Nova says it.
model::Allowed<model::Server> find_server(Call& call, const std::string& id);

// Starts the guest of a server and notes the outcome: ACTIVE, or ERROR with a fault.
void boot_server(Cloud& cloud, const std::string& id);
// The scheduler has found no host for it: ERROR, with Nova's fault.
void find_no_host(Cloud& cloud, const std::string& id);
// The guest has ended: what the server's state says about that.
void note_end(Cloud& cloud, const std::string& id);
// Removes the server and releases its ports as Nova does: made by Nova: deleted; given: unbound.
void remove_server(Cloud& cloud, const model::Server& server);
// The server is no longer a member of its group.
void leave_group(Cloud& cloud, const model::Server& server);
// Sets status and time stamps of a server's ports by whether its guest runs.
void mark_ports(Cloud& cloud, const model::Server& server, bool is_running);

// Metadata of a request: texts, neither too long nor too many.
model::Allowed<std::map<std::string, std::string>> read_metadata(const json::Value& sent);

json::Object addresses_view(Call& call, const model::Server& server);
json::Object metadata_view(const model::Server& server);
json::Object server_view(Call& call, const model::Server& server, bool in_detail);

}  // namespace cloud::api
