// Situations of create_vm and delete_vm that the embedded cloud does not get into by itself: what a
// port looks like that somebody else made, an answer that got lost after the deed.
#include <gmock/gmock.h>

#include "cpi_process.h"
#include "scripted_cloud.h"

namespace {

using cpi_process::Cpi;
using scripted::Cloud;
using testing::HasSubstr;

cpi_process::Answer create_vm(const Cloud& cloud, const std::string& address = "10.0.0.10",
                              json::Object properties = {{"allowed_address_pairs", "10.0.0.50"}}) {
  const Cpi cpi(cloud.auth_url());
  return cpi.call("create_vm", cpi_process::create_vm_arguments("image-1", "net-1", address,
                                                                std::move(properties)));
}

// The answer and the cloud agree.
void expect_consistent(const Cloud& cloud, const cpi_process::Answer& answer) {
  ASSERT_TRUE(answer.json["log"].is_string()) << answer.output;
  EXPECT_EQ(answer.exit_status, 0);
  EXPECT_TRUE(cloud.ports().contains("reserved"));
  if (answer.json["error"].is_null()) {
    EXPECT_TRUE(cloud.servers().contains(*answer.json["result"].at(0).as_string()));
    EXPECT_EQ(cloud.servers().size(), 1);
    EXPECT_EQ(cloud.ports().size(), 2);
  } else {
    EXPECT_EQ(cloud.servers().size(), 0) << answer.output;
    EXPECT_EQ(cloud.ports().size(), 1) << answer.output;
    EXPECT_THAT(answer.error_type(), testing::StartsWith("Bosh::Clouds::"));
  }
}

std::size_t requests_without_a_fault() {
  const Cloud cloud;
  const auto answer = create_vm(cloud);
  EXPECT_TRUE(answer.json["error"].is_null()) << answer.output;
  expect_consistent(cloud, answer);
  return cloud.requests().size();
}

TEST(CreateVm, GoesOnWhenTheAnswerToAPostGotLost) {
  const std::size_t requests = requests_without_a_fault();
  for (std::size_t at = 1; at <= requests; ++at) {
    const Cloud cloud({.at = at, .status = 504, .is_after = true});
    const auto answer = create_vm(cloud);
    EXPECT_TRUE(answer.json["error"].is_null()) << at << answer.output;
  }
}

TEST(CreateVm, WithoutTheReservationMakesNothing) {
  Cloud cloud;
  cloud.remove_port("reserved");
  const auto answer = create_vm(cloud);
  EXPECT_EQ(answer.error_type(), "Bosh::Clouds::CloudError");
  EXPECT_THAT(answer.error_message(), HasSubstr("'10.0.0.50'"));
  EXPECT_THAT(answer.error_message(), HasSubstr("'net-1'"));
  EXPECT_EQ(cloud.ports().size(), 0);
  EXPECT_EQ(cloud.count("POST /neutron/v2.0/ports"), 0);
}

TEST(CreateVm, OnTheReservedAddressFailsAndKeepsTheReservation) {
  for (const json::Object& properties :
       {json::Object{{"allowed_address_pairs", "10.0.0.50"}}, json::Object{}}) {
    const Cloud cloud;
    const auto answer = create_vm(cloud, "10.0.0.50", properties);
    EXPECT_EQ(answer.error_type(), "Bosh::Clouds::CloudError");
    EXPECT_THAT(answer.error_message(), HasSubstr("10.0.0.50"));
    EXPECT_THAT(answer.error_message(), HasSubstr("reserved"));
    EXPECT_TRUE(cloud.ports().contains("reserved"));
    EXPECT_EQ(cloud.ports().size(), 1);
  }
}

TEST(CreateVm, RemovesTheLeftOverOfItsOwnEarlierAttempt) {
  Cloud cloud;
  cloud.add_port("old", {{"network_id", "net-1"},
                         {"description", "holdfast-cpi vm=vm-1 agent=agent-1 director=director"},
                         {"fixed_ips", json::Array{json::Object{{"ip_address", "10.0.0.10"}}}}});
  const auto answer = create_vm(cloud);
  EXPECT_TRUE(answer.json["error"].is_null()) << answer.output;
  EXPECT_FALSE(cloud.ports().contains("old"));
}

TEST(CreateVm, NeverRemovesAStrangersPort) {
  Cloud cloud;
  cloud.add_port("strange",
                 {{"network_id", "net-1"},
                  {"fixed_ips", json::Array{json::Object{{"ip_address", "10.0.0.10"}}}}});
  const auto answer = create_vm(cloud);
  EXPECT_EQ(answer.error_type(), "Bosh::Clouds::CloudError");
  EXPECT_THAT(answer.error_message(), HasSubstr("strange"));
  EXPECT_TRUE(cloud.ports().contains("strange"));
  EXPECT_EQ(cloud.ports().size(), 2);
}

TEST(CreateVm, OfAServerThatFailsMayBeRetriedAndGivesNovasReason) {
  Cloud cloud;
  cloud.let_servers_fail();
  const auto answer = create_vm(cloud);
  EXPECT_EQ(answer.error_type(), "Bosh::Clouds::VMCreationFailed");
  EXPECT_TRUE(answer.ok_to_retry());
  EXPECT_THAT(answer.error_message(), HasSubstr("No valid host was found."));
  EXPECT_THAT(answer.error_message(), HasSubstr("m1.tiny"));
  expect_consistent(cloud, answer);
}

TEST(DeleteVm, RemovesServerAndPortAndIsDoneTwiceWithoutHarm) {
  const Cloud cloud;
  const Cpi cpi(cloud.auth_url());
  const auto created =
      cpi.call("create_vm", cpi_process::create_vm_arguments("image-1", "net-1", "10.0.0.10", {}));
  const json::Value id = created.json["result"].at(0);
  EXPECT_EQ(cpi.call("has_vm", {id}).json["result"], json::Value(true));
  EXPECT_TRUE(
      cpi.call("set_vm_metadata", {id, json::Object{{"job", "web"}}}).json["error"].is_null());
  for (int i = 0; i < 2; ++i) {
    const auto deleted = cpi.call("delete_vm", {id});
    EXPECT_TRUE(deleted.json["error"].is_null()) << deleted.output;
    EXPECT_TRUE(deleted.json["result"].is_null());
  }
  EXPECT_EQ(cloud.servers().size(), 0);
  EXPECT_EQ(cloud.ports().size(), 1);
  EXPECT_EQ(cpi.call("has_vm", {id}).json["result"], json::Value(false));
  EXPECT_THAT(cpi.call("set_vm_metadata", {id, json::Object{{"job", "web"}}}).error_message(),
              HasSubstr("not found"));
}

}  // namespace
