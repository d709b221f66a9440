// holdfast-cloud: options, state directory, listener, namespaces, and the order in which they come
// up and go down.
#pragma once

namespace cloud::api {

// The whole of the server, for main(): returns the exit status.
int run_server(int argc, char** argv);

}  // namespace cloud::api
