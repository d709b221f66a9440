// A server that is being made: Nova's POST /servers goes through it attribute by attribute.
#pragma once

#include "cloud/api/cloud.h"
#include "cloud/model/records.h"

namespace cloud::api {

// What is being made, and the requests that its ports come from.
struct Order {
  model::Server server;
  json::Value sent;
  std::optional<model::Volume> root_volume = {};  // nothing: boots from an image
  bool deletes_root_volume = false;               // with the server
};

// An image, a volume made from one, or a volume.
model::Allowed<> choose_boot_source(Call& call, Order& order, const model::Flavor& flavor);
// The server group of os:scheduler_hints, if one is asked for.
model::Allowed<> join_group(Call& call, Order& order);

// By name or id, for the ports that Nova makes.
model::Allowed<model::Texts> choose_groups(Call& call, Order& order);
// Takes the ports that were given and makes those that were asked for.
model::Allowed<> attach(Call& call, Order& order, const model::Texts& groups);
// The ports belong to the server from now on.
void bind_ports(Call& call, const model::Server& server);

}  // namespace cloud::api
