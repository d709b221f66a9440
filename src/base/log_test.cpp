#include "base/log.h"

#include <gtest/gtest.h>

namespace {

using base::log::Level;

TEST(Log, OneEventIsOneLine) {
  EXPECT_EQ(base::log::format_line(Level::Info, "vrrp.transition",
                                   {{"instance", "VI_1"}, {"reason", "peer \"a\" resigned"}}),
            R"(info vrrp.transition instance=VI_1 reason="peer \"a\" resigned")");
  EXPECT_EQ(base::log::format_line(Level::Error, "x", {{"v", "a\nb"}}), "error x v=a\\x0ab");
}

TEST(Log, ALineThatNoSinkTakesIsCounted) {
  base::log::set_sink([](Level, std::string_view) { return false; });
  const auto before = base::log::dropped();
  base::log::info("lost");
  EXPECT_EQ(base::log::dropped(), before + 1);
  base::log::set_sink({});
}

}  // namespace
