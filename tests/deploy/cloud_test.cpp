// The example, deployed by the real CPI into the embedded cloud.
#include <gmock/gmock.h>

#include <algorithm>
#include <optional>
#include <set>

#include "cli/demo_cloud.h"
#include "site.h"

namespace {

using deploy_test::Site;
using ::testing::HasSubstr;

const std::string kPrograms = HOLDFAST_BIN_DIR;
constexpr net::IpAddress kAddress = net::IpAddress::v4(0x0a000032);

// A cloud with what an operator prepares, but without the reservation.
class DeployIntoTheCloud : public ::testing::Test {
 protected:
  void SetUp() override {
    auto cloud = cli::DemoCloud::start(kPrograms, site.path("."));
    if (!cloud && std::getenv("HOLDFAST_REQUIRE_E2E") == nullptr)
      GTEST_SKIP() << "no embedded cloud here: " << base::to_string(cloud.error());
    ASSERT_TRUE(cloud) << base::to_string(cloud.error());
    cloud_.emplace(std::move(*cloud));
    const auto tenant = cloud_->prepare_tenant();
    ASSERT_TRUE(tenant) << base::to_string(tenant.error());
    tenant_.emplace(*tenant);
    ASSERT_TRUE(cloud_->write_cpi_configuration(site.path("cpi.json")));
    site.options.cpi = {kPrograms + "/holdfast-cpi", site.path("cpi.json")};
    site.files.variables = {"net_id=" + tenant->network.value(),
                            "image_id=" + tenant->image.value()};
  }

  void TearDown() override {
    if (!cloud_) return;
    EXPECT_TRUE(cloud_->stop());
  }

  void reserve() {
    const auto port = cloud_->reserve(*tenant_, kAddress);
    ASSERT_TRUE(port) << base::to_string(port.error());
  }

  std::set<std::string> servers() {
    std::set<std::string> ids;
    const auto list = cloud_->servers();
    EXPECT_TRUE(list);
    if (list)
      for (const auto& server : *list) ids.insert(server.id.value());
    return ids;
  }

  std::set<std::string> recorded() {
    std::set<std::string> ids;
    for (const auto& deployed : site.state().instances) ids.insert(deployed.vm_cid);
    return ids;
  }

  std::string carry_out(const std::function<bosh::Plan(const bosh::Situation&)>& make) {
    auto file = deploy::StateFile::open(site.state_path());
    if (!file) return base::to_string(file.error());
    bosh::Situation situation;
    situation.deployed = file->state.instances;
    situation.stemcells = file->state.stemcells;
    situation.new_id = deploy::new_uuid;
    return site.run(make(situation), *file);
  }

  Site site;
  std::optional<cli::DemoCloud> cloud_;
  std::optional<cli::DemoTenant> tenant_;
};

TEST_F(DeployIntoTheCloud, CreatesKeepsRecreatesAndDeletes) {
  reserve();
  ASSERT_EQ(site.deploy(), "");
  const auto first = servers();
  EXPECT_EQ(first.size(), 2u);
  EXPECT_EQ(first, recorded());

  ASSERT_EQ(site.deploy(), "");  // the same again changes nothing
  EXPECT_EQ(servers(), first);

  ASSERT_EQ(carry_out([](const auto& s) { return bosh::plan_recreate("web-vip", s, "web/0"); }),
            "");
  const auto second = servers();
  EXPECT_EQ(second, recorded());
  std::vector<std::string> kept;
  std::ranges::set_intersection(first, second, std::back_inserter(kept));
  EXPECT_EQ(kept.size(), 1u);

  ASSERT_EQ(carry_out([](const auto& s) { return bosh::plan_delete("web-vip", s); }), "");
  EXPECT_TRUE(servers().empty());
}

TEST_F(DeployIntoTheCloud, FailsWithoutTheReservationAndLeavesNothing) {
  const auto before = cloud_->ports(*tenant_);
  site.options.parallel = 1;
  EXPECT_THAT(site.deploy(), ::testing::AllOf(HasSubstr("cannot create web/0: create_vm: "
                                                        "Bosh::Clouds::CloudError: "),
                                              HasSubstr("10.0.0.50")));
  EXPECT_TRUE(servers().empty());
  const auto after = cloud_->ports(*tenant_);
  ASSERT_TRUE(before && after);
  EXPECT_EQ(before->size(), after->size());
  reserve();
  EXPECT_EQ(site.deploy(), "");
  EXPECT_EQ(servers(), recorded());
}

}  // namespace
