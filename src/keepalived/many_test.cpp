// What a few lines can generate: 64,770 instances, each with an interface and a VRID of its own.
#include <gtest/gtest.h>
#include <malloc.h>

#include "keepalived/read.h"

namespace keepalived {
namespace {

std::string generated(int interfaces) {
  return "$INSTANCE= \\\nvrrp_instance v${IF}.${ID} { \\\n interface eth${IF} \\\n"
         " virtual_router_id ${ID} \\\n virtual_ipaddress { \\\n 10.${IF}.0.${ID} \\\n } \\\n}\n"
         "~SEQ(IF, 1, " +
         std::to_string(interfaces) + ") ~SEQ(ID, 1, 254) $INSTANCE\n";
}

// Bytes in use for what was read; 0 where the allocator does not tell.
std::size_t bytes_for(int interfaces) {
  const std::size_t before = mallinfo2().uordblks;
  const Reading reading = read_text("k.conf", generated(interfaces));
  EXPECT_EQ(reading.config.instances.size(), static_cast<std::size_t>(interfaces) * 254);
  EXPECT_EQ(reading.verdict, Verdict::Sound);
  const std::size_t after = mallinfo2().uordblks;
  return after > before ? after - before : 0;
}

TEST(ManyInstances, TakeMemoryInProportion) {
  const std::size_t some = bytes_for(32), eight_times = bytes_for(255);
  EXPECT_LE(eight_times, some * 9);
}

}  // namespace
}  // namespace keepalived
