#include "cloud/store/store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

#include "cloud/model/record_json.h"

namespace cloud::store {
namespace {

class StoreTest : public testing::Test {
 protected:
  StoreTest() {
    char folder[] = "/tmp/holdfast-store-XXXXXX";
    folder_ = ::mkdtemp(folder);
    path_ = folder_ + "/cloud.db";
  }
  ~StoreTest() override { std::filesystem::remove_all(folder_); }

  static model::Port port() {
    model::Port made;
    made.id = "port";
    made.name = "it's \"quoted\"; DROP TABLE ports";
    made.mac_address = net::MacAddress({0xfa, 0x16, 0x3e, 1, 2, 3});
    made.fixed_ips = {{"subnet", *net::IpAddress::parse("10.0.0.50")}};
    made.allowed_address_pairs = {{"10.0.0.0/24", "fa:16:3e:01:02:03"}};
    made.revision_number = 7;
    return made;
  }
  std::string folder_;
  std::string path_;
};

TEST_F(StoreTest, WhatWasSavedIsThereWhenOpenedAgain) {
  {
    model::State state;
    auto store = Store::open(path_);
    ASSERT_TRUE(store) << base::to_string(store.error());
    state.ports.put(port());
    model::Server server;
    server.id = "server";
    server.metadata = {{"job", "web"}};
    server.fault = model::Fault{.code = 500, .message = "no", .details = "", .created = 5};
    state.servers.put(server);
    ASSERT_TRUE(store->save(state));
    ASSERT_TRUE(store->set_setting("secret", "s3cr3t"));
  }
  auto store = Store::open(path_);
  model::State state;
  ASSERT_TRUE(store->load(state));
  ASSERT_TRUE(state.ports.contains("port"));
  EXPECT_EQ(model::to_json(*state.ports.find("port")), model::to_json(port()));
  EXPECT_EQ(state.servers.find("server")->metadata.at("job"), "web");
  EXPECT_EQ(state.servers.find("server")->fault->message, "no");
  EXPECT_TRUE(state.ports.changes().empty());
  EXPECT_EQ(*store->setting("secret"), "s3cr3t");
  EXPECT_EQ(*store->setting("other"), "");
  struct stat about {};
  ASSERT_EQ(::stat(path_.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600U);
}

TEST_F(StoreTest, WhatIsErasedIsGone) {
  model::State state;
  auto store = Store::open(path_);
  state.ports.put(port());
  ASSERT_TRUE(store->save(state));
  state.commit();
  state.ports.erase("port");
  ASSERT_TRUE(store->save(state));
  model::State again;
  ASSERT_TRUE(store->load(again));
  EXPECT_EQ(again.ports.size(), 0U);
}

TEST_F(StoreTest, ARollbackIsAsIfNothingHadHappened) {
  model::State state;
  state.ports.put(port());
  state.commit();
  model::Port changed = port();
  changed.name = "changed";
  state.ports.put(changed);
  changed.id = "new";
  state.ports.put(changed);
  state.rollback();
  EXPECT_EQ(state.ports.size(), 1U);
  EXPECT_EQ(state.ports.find("port")->name, port().name);
}

TEST_F(StoreTest, AFileThatIsNoDatabaseIsAnErrorThatNamesIt) {
  std::FILE* file = std::fopen(path_.c_str(), "w");
  std::fputs(
      "this is certainly not a database, and longer than a header of one hundred bytes, "
      "so that nobody takes it for an empty one",
      file);
  std::fclose(file);
  const auto store = Store::open(path_);
  ASSERT_FALSE(store);
  EXPECT_NE(store.error().what.find(path_), std::string::npos) << store.error().what;
}

}  // namespace
}  // namespace cloud::store
