// What create_vm makes in the cloud, one part after the other, and how all of it goes away again
// when a later part fails.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cpi/call.h"
#include "cpi/port_mark.h"
#include "openstack/compute.h"
#include "openstack/network.h"

namespace cpi {

// Everything that may exist because of us. "Uncertain": the request may have been carried out
// though its answer never came; then the cloud is asked by the VM's name.
struct Made {
  PortMark mark;
  std::vector<openstack::PortId> ports = {};
  std::optional<openstack::ServerId> server = std::nullopt;
  bool is_port_uncertain = false;
  bool is_server_uncertain = false;
};

// Makes a port and notes it. When the address is taken by a left-over of ours, that one is removed
// and the port tried once more; whatever else holds the address stays and is named in the error.
io::Task<Result<openstack::Port>> make_port(const Call& call, openstack::NewPort wanted,
                                            Made& made);

// Asks Nova for the server and notes it; it is not active yet.
io::Task<Result<openstack::ServerId>> make_server(const Call& call, openstack::NewServer wanted,
                                                  Made& made);

// Removes what was made and nothing else. The problems, for the error that is reported anyway.
io::Task<std::vector<std::string>> take_apart(const Call& call, Made made);

}  // namespace cpi
