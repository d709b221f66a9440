// The embedded cloud: the server, and as hidden modes the processes of its guests.
#include "cloud/api/program.h"
#include "cloud/guest/guest.h"

int main(int argc, char** argv) {
  if (const auto status = cloud::guest::run_hidden_mode(argc, argv)) return *status;
  return cloud::api::run_server(argc, argv);
}
