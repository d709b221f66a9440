#include "cloud/model/query.h"

#include <gmock/gmock.h>

namespace cloud::model {
namespace {

using testing::ElementsAre;

class QueryTest : public testing::Test {
 protected:
  std::vector<std::string> ids(const Query& query) const {
    const auto page = select(*rows_.as_array(), query, *rows_.at(0).as_object());
    if (!page) return {page.error().type};
    std::vector<std::string> found;
    for (const json::Value& row : page->rows) found.push_back(row.text_or("id", "?"));
    return found;
  }
  json::Value rows_ = *json::parse(R"([
    {"id": "a", "name": "vip", "admin_state_up": false, "tags": ["x", "y"],
     "fixed_ips": [{"ip_address": "10.0.0.50", "subnet_id": "s"}]},
    {"id": "b", "name": "web", "admin_state_up": true, "tags": ["x"],
     "fixed_ips": [{"ip_address": "10.0.0.5", "subnet_id": "s"}]},
    {"id": "c", "name": "web", "admin_state_up": true, "tags": [],
     "fixed_ips": [{"ip_address": "10.0.0.50", "subnet_id": "t"}]}])");
};

TEST_F(QueryTest, OneNameIsAlternativesSeveralNamesMustAllMatch) {
  EXPECT_THAT(ids({}), ElementsAre("a", "b", "c"));
  EXPECT_THAT(ids({{"name", "web"}}), ElementsAre("b", "c"));
  EXPECT_THAT(ids({{"id", "a"}, {"id", "c"}}), ElementsAre("a", "c"));
  EXPECT_THAT(ids({{"name", "web"}, {"id", "c"}}), ElementsAre("c"));
  EXPECT_THAT(ids({{"admin_state_up", "True"}}), ElementsAre("b", "c"));
  EXPECT_THAT(ids({{"colour", "red"}}), ElementsAre("HTTPBadRequest"));
}

TEST_F(QueryTest, FixedAddressesAreWholeOrParts) {
  EXPECT_THAT(ids({{"fixed_ips", "ip_address=10.0.0.50"}}), ElementsAre("a", "c"));
  EXPECT_THAT(ids({{"fixed_ips", "ip_address=10.0.0.5"}}), ElementsAre("b"));
  EXPECT_THAT(ids({{"fixed_ips", "ip_address=10.0.0.50"}, {"fixed_ips", "subnet_id=t"}}),
              ElementsAre("c"));
  EXPECT_THAT(ids({{"fixed_ips", "ip_address_substr=0.5"}}), ElementsAre("a", "b", "c"));
  // What the Ruby CPI sends for the network is no filter in Neutron either.
  EXPECT_THAT(ids({{"fixed_ips", "ip_address=10.0.0.50"}, {"fixed_ips", "{:network_id=>\"N\"}"}}),
              ElementsAre("a", "c"));
}

TEST_F(QueryTest, Tags) {
  EXPECT_THAT(ids({{"tags", "x,y"}}), ElementsAre("a"));
  EXPECT_THAT(ids({{"tags-any", "x,z"}}), ElementsAre("a", "b"));
  EXPECT_THAT(ids({{"not-tags-any", "x"}}), ElementsAre("c"));
}

TEST_F(QueryTest, SortsAndPages) {
  EXPECT_THAT(ids({{"sort_key", "name"}, {"sort_dir", "desc"}}), ElementsAre("b", "c", "a"));
  EXPECT_THAT(ids({{"limit", "1"}, {"marker", "a"}}), ElementsAre("b"));
  EXPECT_THAT(ids({{"marker", "nobody"}}), ElementsAre("BadRequest"));
  EXPECT_THAT(ids({{"limit", "many"}}), ElementsAre("HTTPBadRequest"));
  const auto page = select(*rows_.as_array(), {{"limit", "2"}}, *rows_.at(0).as_object());
  EXPECT_EQ(page->next_marker, "b");
}

TEST_F(QueryTest, ShowsOnlyTheFieldsThatAreAskedFor) {
  const auto page =
      select(*rows_.as_array(), {{"fields", "id"}, {"fields", "name"}}, *rows_.at(0).as_object());
  EXPECT_EQ(json::dump(page->rows.front()), R"({"id":"a","name":"vip"})");
}

}  // namespace
}  // namespace cloud::model
