// The CPI's calls against the embedded cloud: two programs that share no code but JSON and HTTP.
#include "embedded_cloud.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <future>

#include "cpi_process.h"

namespace {

using cpi_process::Cpi;
using testing::HasSubstr;
using testing::Not;

class EmbeddedCloud : public testing::Test {
 protected:
  static void SetUpTestSuite() { cloud = std::make_unique<embedded::Cloud>(); }
  static void TearDownTestSuite() { cloud.reset(); }
  void SetUp() override {
    if (!cloud->problem()) return;
    const std::string& problem = *cloud->problem();
    const bool is_forbidden = problem.find("not permitted") != std::string::npos;
    if (is_forbidden) GTEST_SKIP() << "no user namespaces here: " << problem;
    FAIL() << problem;
  }

  static cpi_process::Answer call(const std::string& method, json::Array arguments) {
    const Cpi cpi(cloud->auth_url(), cloud->credentials());
    return cpi.call(method, std::move(arguments));
  }
  static cpi_process::Answer create_vm(const std::string& address, json::Object properties = {},
                                       std::optional<openstack::NetworkId> network = std::nullopt) {
    return call("create_vm",
                cpi_process::create_vm_arguments(cloud->image.value() + " light",
                                                 network.value_or(cloud->network).value(), address,
                                                 std::move(properties)));
  }
  static void delete_vm(const cpi_process::Answer& created) {
    const auto deleted = call("delete_vm", {created.json["result"].at(0)});
    EXPECT_TRUE(deleted.json["error"].is_null()) << deleted.output;
  }
  static json::Object pair(const char* address) { return {{"allowed_address_pairs", address}}; }

  static std::unique_ptr<embedded::Cloud> cloud;
};
std::unique_ptr<embedded::Cloud> EmbeddedCloud::cloud;

TEST_F(EmbeddedCloud, CarriesAVmFromItsCreationToItsEnd) {
  const auto stemcell =
      call("create_stemcell", {"/dev/null", json::Object{{"image_id", cloud->image.value()}}});
  EXPECT_EQ(stemcell.json["result"], json::Value(cloud->image.value() + " light"))
      << stemcell.output;

  const auto created = create_vm("10.0.0.10", pair("10.0.0.50"));
  ASSERT_TRUE(created.json["error"].is_null()) << created.output << created.errors;
  const json::Value id = created.json["result"].at(0);
  EXPECT_THAT(created.errors, HasSubstr("cpi.vrrp_reservation address=10.0.0.50"));

  const auto ports = cloud->ports(cloud->network);
  const auto port = std::ranges::find(ports, *id.as_string(), &openstack::Port::device_id);
  ASSERT_NE(port, ports.end());
  ASSERT_EQ(port->allowed_address_pairs.size(), 1);
  EXPECT_EQ(net::to_string(port->allowed_address_pairs[0].address), "10.0.0.50/32");
  EXPECT_THAT(port->name, testing::StartsWith("vm-"));
  EXPECT_THAT(port->description, HasSubstr("agent=agent-1"));
  EXPECT_EQ(created.json["result"].at(1)["default"]["mac"],
            json::Value(net::to_string(*port->mac)));

  EXPECT_EQ(call("has_vm", {id}).json["result"], json::Value(true));
  const auto tagged = call("set_vm_metadata",
                           {id, json::Object{{"job", "web"}, {"index", "0"}, {"none", nullptr}}});
  EXPECT_TRUE(tagged.json["error"].is_null()) << tagged.output;
  const auto server =
      cloud->run(openstack::show_server(cloud->session(), openstack::ServerId(*id.as_string())));
  EXPECT_THAT(server.metadata, testing::Contains(testing::Pair("job", "web")));

  const auto rebooted = call("reboot_vm", {id});
  EXPECT_TRUE(rebooted.json["error"].is_null()) << rebooted.output;

  delete_vm(created);
  delete_vm(created);  // done already is done
  EXPECT_EQ(call("has_vm", {id}).json["result"], json::Value(false));
  EXPECT_EQ(cloud->ports(cloud->network).size(), 1);  // the reservation
  EXPECT_TRUE(call("delete_stemcell", {stemcell.json["result"]}).json["error"].is_null());
  EXPECT_EQ(cloud->run(openstack::show_image(cloud->session(), cloud->image)).status, "active");
}

TEST_F(EmbeddedCloud, LeavesNothingWhenTheReservationIsMissing) {
  const auto answer = create_vm("10.0.0.11", pair("10.0.0.77"));
  EXPECT_EQ(answer.error_type(), "Bosh::Clouds::CloudError");
  EXPECT_THAT(answer.error_message(),
              HasSubstr("Configured VRRP port with ip '10.0.0.77' does not exist"));
  EXPECT_THAT(answer.error_message(), HasSubstr(cloud->network.value()));
  EXPECT_EQ(cloud->ports(cloud->network).size(), 1);
  EXPECT_EQ(cloud->servers(), 0);
}

TEST_F(EmbeddedCloud, DoesNotTakeAReservationOfAnotherNetwork) {
  const auto other = cloud->make_network("other");
  const auto reservation = cloud->reserve(other, "10.0.0.78");
  const auto answer = create_vm("10.0.0.11", pair("10.0.0.78"));
  EXPECT_EQ(answer.error_type(), "Bosh::Clouds::CloudError");
  EXPECT_THAT(answer.error_message(), HasSubstr("10.0.0.78"));
  EXPECT_EQ(cloud->ports(other).size(), 1);
  const auto right = create_vm("10.0.0.11", pair("10.0.0.78"), other);
  EXPECT_TRUE(right.json["error"].is_null()) << right.output;
  delete_vm(right);
}

TEST_F(EmbeddedCloud, DoesNotTakeAnAddressThatAVmHas) {
  const auto vm = create_vm("10.0.0.12");
  ASSERT_TRUE(vm.json["error"].is_null()) << vm.output;
  const auto answer = create_vm("10.0.0.13", pair("10.0.0.12"));
  EXPECT_EQ(answer.error_type(), "Bosh::Clouds::CloudError");
  EXPECT_THAT(answer.error_message(), HasSubstr("is not free"));
  EXPECT_EQ(cloud->servers(), 1);
  delete_vm(vm);
}

TEST_F(EmbeddedCloud, KeepsTheReservationWhenAVmIsToGetItsAddress) {
  const auto answer = create_vm("10.0.0.50");
  EXPECT_EQ(answer.error_type(), "Bosh::Clouds::CloudError");
  EXPECT_THAT(answer.error_message(), HasSubstr("is taken by port"));
  const auto ports = cloud->ports(cloud->network);
  ASSERT_EQ(ports.size(), 1);
  EXPECT_EQ(ports[0].name, "vrrp");
}

TEST_F(EmbeddedCloud, SaysThatPortSecurityIsOffBeforeAnythingIsMade) {
  const auto open = cloud->make_network("open", false);
  cloud->reserve(open, "10.0.0.79");
  for (const bool is_checked : {true, false}) {
    const json::Object properties{{"allowed_address_pairs", "10.0.0.79"},
                                  {"vrrp_port_check", is_checked}};
    const auto answer = create_vm("10.0.0.11", properties, open);
    EXPECT_EQ(answer.error_type(), "Bosh::Clouds::CloudError");
    EXPECT_THAT(answer.error_message(), HasSubstr("--enable-port-security " + open.value()));
    EXPECT_THAT(answer.errors, Not(HasSubstr("POST /v2.0/ports")));
    EXPECT_EQ(cloud->ports(open).size(), 1);
    EXPECT_EQ(cloud->servers(), 0);
  }
}

TEST_F(EmbeddedCloud, TakesTheLongFormsOfAllowedAddressPairs) {
  json::Object properties;
  properties.set(
      "allowed_address_pairs",
      json::Array{"10.0.0.50", "10.0.0.64/29",
                  json::Object{{"ip_address", "10.0.0.50"}, {"mac_address", "00:00:5e:00:01:33"}}});
  const auto vm = create_vm("10.0.0.14", properties);
  ASSERT_TRUE(vm.json["error"].is_null()) << vm.output;
  const auto ports = cloud->ports(cloud->network);
  const auto port =
      std::ranges::find(ports, *vm.json["result"].at(0).as_string(), &openstack::Port::device_id);
  ASSERT_NE(port, ports.end());
  EXPECT_EQ(port->allowed_address_pairs.size(), 3);
  delete_vm(vm);
}

TEST_F(EmbeddedCloud, SaysWhatIsMissingBeforeAnythingIsMade) {
  EXPECT_EQ(create_vm("10.0.0.15", {{"instance_type", "huge"}}).error_message(),
            "Flavor `huge' not found");
  EXPECT_EQ(create_vm("10.0.0.15", {{"key_name", "lost"}}).error_message(),
            "Key-pair `lost' not found");
  EXPECT_EQ(create_vm("10.0.0.15", {{"security_groups", json::Array{"none"}}}).error_message(),
            "Security group `none' not found");
  EXPECT_EQ(cloud->ports(cloud->network).size(), 1);
}

TEST_F(EmbeddedCloud, SaysWhenPeersWouldNotHearEachOther) {
  const auto group = cloud->run(openstack::create_security_group(cloud->session(), "tight"));
  json::Object properties = pair("10.0.0.50");
  properties.set("security_groups", json::Array{"tight"});
  const auto warned = create_vm("10.0.0.17", properties);
  ASSERT_TRUE(warned.json["error"].is_null()) << warned.output;
  EXPECT_THAT(warned.errors, HasSubstr("cpi.vrrp_not_admitted security_group=tight"));
  delete_vm(warned);

  json::Object credentials = cloud->credentials();
  credentials.set("vrrp_security_group_rule", "add");
  const Cpi adding(cloud->auth_url(), credentials);
  const auto added = adding.call(
      "create_vm", cpi_process::create_vm_arguments(cloud->image.value(), cloud->network.value(),
                                                    "10.0.0.17", properties));
  ASSERT_TRUE(added.json["error"].is_null()) << added.output;
  EXPECT_THAT(added.errors, HasSubstr("cpi.vrrp_rule_added security_group=tight"));
  delete_vm(added);
  const auto heard = create_vm("10.0.0.17", properties);
  EXPECT_THAT(heard.errors, testing::Not(HasSubstr("cpi.vrrp_not_admitted")));
  delete_vm(heard);
}

TEST_F(EmbeddedCloud, FindsAFlavorForAVmDescribedByItsNeeds) {
  const auto answer = call("calculate_vm_cloud_properties",
                           {json::Object{{"cpu", 1}, {"ram", 512}, {"ephemeral_disk_size", 0}}});
  EXPECT_TRUE(answer.json["error"].is_null()) << answer.output;
  EXPECT_TRUE(answer.json["result"]["instance_type"].is_string());
}

TEST_F(EmbeddedCloud, GivesAnAddressToOneOfTwoWhoAskAtOnce) {
  // A Director gives every VM an agent of its own; calls for one agent come one after the other.
  const auto attempt = [](const char* agent) {
    json::Array arguments = cpi_process::create_vm_arguments(
        cloud->image.value() + " light", cloud->network.value(), "10.0.0.16", {});
    arguments[0] = agent;
    return call("create_vm", std::move(arguments));
  };
  auto first = std::async(std::launch::async, attempt, "agent-1");
  auto second = std::async(std::launch::async, attempt, "agent-2");
  const cpi_process::Answer answers[] = {first.get(), second.get()};
  const auto won = [](const cpi_process::Answer& answer) { return answer.json["error"].is_null(); };
  ASSERT_EQ(std::ranges::count_if(answers, won), 1) << answers[0].output << answers[1].output;
  EXPECT_EQ(cloud->servers(), 1);
  EXPECT_EQ(cloud->ports(cloud->network).size(), 2);
  delete_vm(*std::ranges::find_if(answers, won));
}

}  // namespace
