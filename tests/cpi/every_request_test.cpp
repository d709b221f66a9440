// For every method, every request that it makes is made to fail in turn, in each way. Afterwards
// nothing is there that the answer does not name, no POST was carried out twice, the reservation
// stands, and the answer is one that a Director understands.
#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <regex>
#include <thread>

#include "census.h"
#include "cpi_process.h"
#include "openstack/volume.h"

namespace {

using cpi_process::Answer;
using cpi_process::Cpi;

// ---- the ways to fail

struct Way {
  std::string name;
  json::Object fault;
  bool hits_the_one_before = false;  // "refuse" begins after the request that it hits
};

std::vector<Way> ways() {
  std::vector<Way> all;
  for (const int status : {400, 401, 403, 404, 409, 413, 500, 502, 503, 504})
    all.push_back({std::to_string(status), {{"status", status}}});
  all.push_back({"429", {{"status", 429}, {"headers", json::Object{{"Retry-After", "0"}}}}});
  for (const char* action : {"reset", "lost", "cut", "garbage", "noise"})
    all.push_back({action, {{"action", action}}});
  all.push_back({"hang", {{"action", "hang"}, {"wait_ms", 1500}}});
  all.push_back({"refuse", {{"action", "refuse"}, {"wait_ms", 100}}, true});
  return all;
}

// ---- the methods

struct Arguments {
  json::Array list;
  std::vector<std::string> removable;  // ids that the call is to remove
};

class Site {
 public:
  explicit Site(embedded::Cloud& cloud) : cloud_(cloud) {}

  Answer call(const std::string& method, json::Array arguments) {
    json::Object properties = cloud_.credentials();
    properties.set("connection_options", json::Object{{"read_timeout", 1}});
    properties.set("state_timeout", 3);
    const Cpi cpi(cloud_.auth_url(), properties);
    return cpi.call(method, std::move(arguments));
  }
  json::Value make(const std::string& method, json::Array arguments) {
    const Answer answer = call(method, std::move(arguments));
    if (!answer.json["error"].is_null()) throw std::runtime_error(answer.output);
    return answer.json["result"];
  }
  json::Value vm() { return make("create_vm", vm_arguments()).at(0); }
  json::Value disk() { return make("create_disk", {1024, json::Object{}}); }
  json::Array vm_arguments() {
    return cpi_process::create_vm_arguments(cloud_.image.value() + " light", cloud_.network.value(),
                                            "10.0.0.10",
                                            json::Object{{"allowed_address_pairs", "10.0.0.50"}});
  }
  embedded::Cloud& cloud() { return cloud_; }

 private:
  embedded::Cloud& cloud_;
};

struct Method {
  const char* name;
  Arguments (*prepare)(Site& site);
};

std::string text(const json::Value& value) {
  return *value.as_string();
}

// The server and its port go together.
Arguments of_vm(Site& site, json::Array more = {}) {
  const json::Value vm = site.vm();
  Arguments arguments{{vm}, {text(vm)}};
  for (const auto& port : site.cloud().ports(site.cloud().network))
    if (port.device_id == text(vm)) arguments.removable.push_back(port.id.value());
  for (json::Value& each : more) arguments.list.push_back(std::move(each));
  return arguments;
}
Arguments of_disk(Site& site, json::Array more = {}) {
  const json::Value disk = site.disk();
  Arguments arguments{{disk}, {text(disk)}};
  for (json::Value& each : more) arguments.list.push_back(std::move(each));
  return arguments;
}

const Method kMethods[] = {
    {"create_stemcell",
     [](Site& site) {
       return Arguments{{"/dev/null", json::Object{{"image_id", site.cloud().image.value()}}}, {}};
     }},
    {"create_vm",
     [](Site& site) {
       return Arguments{site.vm_arguments(), {}};
     }},
    {"delete_vm", [](Site& site) { return of_vm(site); }},
    {"has_vm", [](Site& site) { return of_vm(site); }},
    {"reboot_vm", [](Site& site) { return of_vm(site); }},
    {"set_vm_metadata",
     [](Site& site) {
       return of_vm(site, {json::Object{{"job", "web"}}});
     }},
    {"calculate_vm_cloud_properties",
     [](Site&) {
       return Arguments{{json::Object{{"cpu", 1}, {"ram", 512}, {"ephemeral_disk_size", 1024}}},
                        {}};
     }},
    {"create_disk",
     [](Site&) {
       return Arguments{{2048, json::Object{{"type", "ssd"}}}, {}};
     }},
    {"delete_disk", [](Site& site) { return of_disk(site); }},
    {"has_disk", [](Site& site) { return of_disk(site); }},
    {"resize_disk", [](Site& site) { return of_disk(site, {4096}); }},
    {"update_disk",
     [](Site& site) {
       return of_disk(site, {4096, json::Object{{"type", "ssd"}}});
     }},
    {"set_disk_metadata",
     [](Site& site) {
       return of_disk(site, {json::Object{{"a", "b"}}});
     }},
    {"snapshot_disk",
     [](Site& site) {
       return of_disk(site, {json::Object{{"job", "db"}}});
     }},
    {"delete_snapshot",
     [](Site& site) {
       const json::Value disk = site.disk();
       const json::Value snapshot = site.make("snapshot_disk", {disk, json::Object{}});
       return Arguments{{snapshot}, {text(snapshot)}};
     }},
    {"attach_disk",
     [](Site& site) {
       Arguments arguments = of_vm(site);
       arguments.list.push_back(site.disk());
       return arguments;
     }},
    {"detach_disk",
     [](Site& site) {
       Arguments arguments = of_vm(site);
       arguments.list.push_back(site.disk());
       site.make("attach_disk", arguments.list);
       return arguments;
     }},
    {"get_disks", [](Site& site) { return of_vm(site); }},
};

bool removes(std::string_view method) {
  return method.starts_with("delete_");
}

// ---- what was asked

// Ids are different each time.
std::string without_ids(const std::string& target) {
  static const std::regex kId("[0-9a-f]{8}-[0-9a-f-]{27}");
  return std::regex_replace(target, kId, "*");
}

// How often each target was POSTed so that it may have been carried out.
std::map<std::string, int> posts(const json::Array& requests) {
  std::map<std::string, int> counts;
  for (const json::Value& asked : requests) {
    const auto status = asked["status"].as_integer();
    const std::string target = asked.text_or("target", "");
    if (asked.text_or("method", "") != "POST" || target.ends_with("/auth/tokens")) continue;
    if (!status || *status < 300 || *status >= 500) ++counts[without_ids(target)];
  }
  return counts;
}

// ---- one call

// One cloud in which a method fails again and again. Most of the time somebody waits, for an answer
// or for the next attempt, so that several lanes run side by side.
class Lane {
 public:
  explicit Lane(const Method& method) : method_(method) {
    if (!cloud_.problem()) furnished_ = embedded::census(cloud_);
  }
  const std::optional<std::string>& problem() const { return cloud_.problem(); }

  // How many requests the method makes when nothing fails.
  std::size_t count_requests();
  // Each of its requests fails in this way.
  void fail(const Way& way, std::size_t count);

 private:
  void fail_at(const Way& way, std::size_t at);
  // Back to what was there at first.
  void clear() {
    cloud_.operate("DELETE", "faults");
    Site site(cloud_);
    for (const auto& [id, what] : embedded::census(cloud_))
      if (!furnished_.contains(id) && what.starts_with("server")) site.make("delete_vm", {id});
    for (const char* kind : {"snapshot", "volume"})
      for (const auto& [id, what] : embedded::census(cloud_))
        if (!furnished_.contains(id) && what.starts_with(kind))
          site.make(*kind == 's' ? "delete_snapshot" : "delete_disk", {id});
    for (const auto& [id, what] : embedded::census(cloud_))
      if (!furnished_.contains(id) && what.starts_with("port"))  // of a call that was lied to
        cloud_.run(openstack::delete_port(cloud_.session(), openstack::PortId(id)));
    ASSERT_EQ(embedded::difference(furnished_, embedded::census(cloud_)), "");
  }

  json::Array requests() { return *cloud_.operate("GET", "requests")["requests"].as_array(); }

  void expect_sound(const Answer& answer, const Arguments& arguments,
                    const embedded::Census& before, bool has_been_lied_to);
  void expect_done_by_the_next_call(const Arguments& arguments);
  void expect_no_post_twice();

  const Method& method_;
  embedded::Cloud cloud_;
  embedded::Census furnished_;
  std::map<std::string, int> usual_posts_;  // without a fault
};

std::size_t Lane::count_requests() {
  Site site(cloud_);
  const Arguments arguments = method_.prepare(site);
  cloud_.operate("DELETE", "requests");
  const Answer answer = site.call(method_.name, arguments.list);
  EXPECT_TRUE(answer.json["error"].is_null()) << answer.output << answer.errors;
  const json::Array asked = requests();
  usual_posts_ = posts(asked);
  // A soft reboot whose answer is lost is followed by a hard one.
  if (std::string_view(method_.name) == "reboot_vm")
    usual_posts_["/compute/v2.1/servers/*/action"] = 2;
  clear();
  return asked.size();
}

// The rules of this file's first comment.
void Lane::expect_sound(const Answer& answer, const Arguments& arguments,
                        const embedded::Census& before, bool has_been_lied_to) {
  EXPECT_EQ(answer.exit_status, 0);
  ASSERT_TRUE(answer.json["log"].is_string()) << "no answer";
  const embedded::Census after = embedded::census(cloud_);
  const bool is_success = answer.json["error"].is_null();
  if (!is_success) {
    EXPECT_THAT(answer.error_type(), testing::StartsWith("Bosh::Clouds::"));
    EXPECT_TRUE(!answer.ok_to_retry() || answer.error_type() == "Bosh::Clouds::VMCreationFailed");
    EXPECT_FALSE(answer.error_message().empty());
  }
  const std::string named = json::dump(answer.json["result"]);
  for (const auto& [id, what] : after)
    if (!before.contains(id)) {
      const bool is_port_of_named =
          what.starts_with("port of ") && named.find(what.substr(8)) != std::string::npos;
      EXPECT_TRUE(is_success && (named.find(id) != std::string::npos || is_port_of_named))
          << "left behind: " << what << " " << id;
    }
  for (const auto& [id, what] : before) {
    const bool may_go = removes(method_.name) &&
                        std::ranges::find(arguments.removable, id) != arguments.removable.end();
    EXPECT_TRUE(after.contains(id) || may_go) << "removed: " << what << " " << id;
  }
  if (!is_success || !removes(method_.name) || has_been_lied_to) return;
  for (const std::string& id : arguments.removable) EXPECT_FALSE(after.contains(id)) << id;
}

void Lane::expect_done_by_the_next_call(const Arguments& arguments) {
  Site site(cloud_);
  const Answer again = site.call(method_.name, arguments.list);
  EXPECT_TRUE(again.json["error"].is_null()) << again.output << again.errors;
  const embedded::Census after = embedded::census(cloud_);
  for (const std::string& id : arguments.removable) EXPECT_FALSE(after.contains(id)) << id;
}

void Lane::expect_no_post_twice() {
  for (const auto& [target, count] : posts(requests()))
    EXPECT_LE(count, std::max(1, usual_posts_[target])) << "POST " << target;
}

void Lane::fail(const Way& way, std::size_t count) {
  for (std::size_t at = way.hits_the_one_before ? 2 : 1; at <= count; ++at) {
    fail_at(way, at);
    if (testing::Test::HasFailure()) return;
  }
}

void Lane::fail_at(const Way& way, std::size_t at) {
  Site site(cloud_);
  const Arguments arguments = method_.prepare(site);
  const embedded::Census before = embedded::census(cloud_);
  json::Object fault = way.fault;
  fault.set("skip", at - (way.hits_the_one_before ? 2 : 1));
  cloud_.operate("POST", "faults", fault);
  cloud_.operate("DELETE", "requests");
  const Answer answer = site.call(method_.name, arguments.list);
  SCOPED_TRACE(testing::Message() << "request " << at << " " << json::dump(fault) << "\n"
                                  << answer.output << answer.errors);
  cloud_.operate("DELETE", "faults");
  expect_no_post_twice();
  // Who is told 404 by Nova, Cinder or Neutron may take it that the thing is gone.
  const bool has_been_lied_to = way.name == "404" && at > 1;
  expect_sound(answer, arguments, before, has_been_lied_to);
  if (removes(method_.name) && !has_been_lied_to) expect_done_by_the_next_call(arguments);
  clear();
}

class EveryRequest : public testing::TestWithParam<Method> {};

TEST_P(EveryRequest, MayFailInEveryWay) {
  Lane first(GetParam());
  if (first.problem()) {
    if (first.problem()->find("not permitted") != std::string::npos)
      GTEST_SKIP() << "no user namespaces here: " << *first.problem();
    FAIL() << *first.problem();
  }
  ASSERT_GT(first.count_requests(), 1U);
  const std::vector<Way> all = ways();
  std::atomic<std::size_t> next = 0;
  const auto run = [&] {
    Lane lane(GetParam());
    const std::size_t count = lane.count_requests();
    for (std::size_t i = next++; i < all.size() && !HasFailure(); i = next++)
      lane.fail(all[i], count);
  };
  constexpr std::size_t kLanes = 6;
  std::vector<std::jthread> lanes;
  for (std::size_t i = 0; i < kLanes; ++i) lanes.emplace_back(run);
}

INSTANTIATE_TEST_SUITE_P(Of, EveryRequest, testing::ValuesIn(kMethods),
                         [](const auto& method) { return std::string(method.param.name); });

}  // namespace
