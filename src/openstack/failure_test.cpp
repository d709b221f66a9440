#include "openstack/failure.h"

#include <gmock/gmock.h>

#include "openstack/retry.h"

namespace {

using base::Kind;
using openstack::Failure;
using testing::HasSubstr;
using testing::Not;

Failure answered(int status, std::string body, http::Headers headers = {}) {
  return openstack::failure_from("GET http://cloud/x",
                                 {status, std::move(headers), std::move(body)});
}

TEST(Failure, HasTheTypeAndWordsOfEachApi) {
  const auto neutron = answered(
      409,
      R"({"NeutronError":{"type":"IpAddressAlreadyAllocated","message":"taken","detail":""}})");
  EXPECT_EQ(neutron.type, "IpAddressAlreadyAllocated");
  EXPECT_EQ(neutron.message, "taken");
  const auto nova = answered(404, R"({"itemNotFound":{"code":404,"message":"no such server"}})");
  EXPECT_EQ(nova.type, "itemNotFound");
  EXPECT_EQ(nova.error.kind, Kind::NotFound);
  const auto keystone =
      answered(401, R"({"error":{"code":401,"title":"Unauthorized","message":"log in"}})");
  EXPECT_EQ(keystone.type, "Unauthorized");
  const auto glance =
      answered(404, "<html><body><h1>404 Not Found</h1>No image<br/></body></html>");
  EXPECT_EQ(glance.message, "404 Not Found No image");
}

TEST(Failure, NamesTheRequestTheStatusAndTheApisId) {
  const auto failure = answered(500, "", {{"X-OpenStack-Request-Id", "req-7"}});
  EXPECT_EQ(failure.error.what, "GET http://cloud/x: 500 Internal Server Error (request req-7)");
}

TEST(Failure, SaysWhetherTheRequestMayHaveBeenCarriedOut) {
  for (const int status : {500, 502, 503, 504}) EXPECT_TRUE(answered(status, "").may_have_happened);
  for (const int status : {400, 401, 403, 404, 409, 413, 429})
    EXPECT_FALSE(answered(status, "").may_have_happened);
  EXPECT_FALSE(openstack::failure_from("POST x", base::Error{Kind::Unavailable, "refused"})
                   .may_have_happened);
  EXPECT_TRUE(
      openstack::failure_from("POST x", base::Error{Kind::Timeout, "late"}).may_have_happened);
  EXPECT_TRUE(openstack::failure_from("POST x", base::Error{Kind::Io, "reset"}).may_have_happened);
}

TEST(Failure, IsBoundedAndPrintableWhateverTheServerSends) {
  const auto failure = answered(400, std::string(5'000'000, '\x1b'));
  EXPECT_LT(failure.error.what.size(), 20'000);
  EXPECT_THAT(failure.error.what, Not(HasSubstr("\x1b")));
}

TEST(Failure, HidesASecretThatWasSent) {
  auto failure = answered(400, R"({"badRequest":{"message":"Value: aGVsbG8= aGVsbG8="}})");
  openstack::hide(failure, "aGVsbG8=", "<user data>");
  EXPECT_THAT(failure.error.what, Not(HasSubstr("aGVsbG8")));
}

TEST(Retry, RepeatsWhatDoesNoHarmAfterAPassingFailure) {
  const openstack::RetryPolicy policy;
  for (const int status : {429, 500, 502, 503, 504})
    EXPECT_TRUE(openstack::delay_before_retry("GET", answered(status, ""), 1, policy)) << status;
  for (const int status : {400, 401, 403, 404, 409, 413})
    EXPECT_FALSE(openstack::delay_before_retry("GET", answered(status, ""), 1, policy)) << status;
  EXPECT_FALSE(openstack::delay_before_retry("GET", answered(503, ""), policy.attempts, policy));
}

TEST(Retry, NeverRepeatsAPostThatMayHaveBeenCarriedOut) {
  const openstack::RetryPolicy policy;
  for (const int status : {500, 502, 503, 504})
    EXPECT_FALSE(openstack::delay_before_retry("POST", answered(status, ""), 1, policy)) << status;
  for (const Kind kind : {Kind::Timeout, Kind::Io, Kind::Invalid})
    EXPECT_FALSE(openstack::delay_before_retry(
        "POST", openstack::failure_from("x", base::Error{kind, "y"}), 1, policy));
  EXPECT_TRUE(openstack::delay_before_retry("POST", answered(429, ""), 1, policy));
  EXPECT_TRUE(openstack::delay_before_retry(
      "POST", openstack::failure_from("x", base::Error{Kind::Unavailable, "refused"}), 1, policy));
}

TEST(Retry, AsksASilentServerOnceMore) {
  const openstack::RetryPolicy policy;
  const auto silent = openstack::failure_from("GET x", base::Error{Kind::Timeout, "late"});
  EXPECT_TRUE(openstack::delay_before_retry("GET", silent, 1, policy));
  EXPECT_FALSE(openstack::delay_before_retry("GET", silent, 2, policy));
}

TEST(Retry, WaitsAsLongAsTheCloudAsksButNotForEver) {
  const openstack::RetryPolicy policy;
  EXPECT_EQ(
      openstack::delay_before_retry("GET", answered(429, "", {{"Retry-After", "7"}}), 1, policy),
      std::chrono::seconds(7));
  EXPECT_EQ(openstack::delay_before_retry(
                "GET", answered(413, R"({"overLimit":{"message":"","retryAfter":3}})"), 1, policy),
            std::chrono::seconds(3));
  EXPECT_FALSE(openstack::delay_before_retry("GET", answered(429, "", {{"Retry-After", "99999"}}),
                                             1, policy));
  EXPECT_TRUE(
      openstack::delay_before_retry("GET", answered(429, "", {{"Retry-After", "-5"}}), 1, policy));
}

}  // namespace
