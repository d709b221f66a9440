// The test program is its own guests' process 1 and their web server.
#include <gtest/gtest.h>

#include "cloud/guest/guest.h"

int main(int argc, char** argv) {
  if (const auto status = cloud::guest::run_hidden_mode(argc, argv)) return *status;
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
