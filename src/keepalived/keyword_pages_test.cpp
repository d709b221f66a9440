#include "keepalived/keyword_pages.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace keepalived {
namespace {

void is_in(const std::string& path, const std::string& wanted) {
  const std::string whole = std::string(HOLDFAST_SOURCE_DIR) + "/" + path;
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(whole) << wanted;
  std::ifstream in(whole);
  const std::string found{std::istreambuf_iterator<char>(in), {}};
  // Not EXPECT_EQ: the pages are long, and what to do about it is short.
  EXPECT_TRUE(found == wanted)
      << path << " is not what the table of keywords says: run UPDATE_GOLDEN=1 keepalived_test "
      << "--gtest_filter='Pages.*'";
}

TEST(Pages, OfTheDocumentationAreTheTable) {
  is_in("docs/keywords.md", keyword_page());
}

TEST(Pages, OfTheManualAreTheTable) {
  is_in("packaging/man/holdfast-keepalived.conf.5", manual_page());
}

}  // namespace
}  // namespace keepalived
