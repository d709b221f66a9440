#include "cloud/fabric/drops.h"

#include <gmock/gmock.h>

namespace {

using namespace cloud::fabric;

std::optional<PortId> port_of(Number number) {
  return number == 7 ? std::optional(PortId("seven")) : std::nullopt;
}

// As nft 1.0.6 prints them.
constexpr const char* kCounters = R"({"nftables": [{"metainfo": {"version": "1.0.6"}},
  {"counter": {"family": "bridge", "name": "port7-ip-spoof", "table": "holdfast", "handle": 5,
               "packets": 12, "bytes": 720}},
  {"counter": {"family": "bridge", "name": "port7-mac-spoof", "packets": 0, "bytes": 0}},
  {"counter": {"family": "bridge", "name": "port8-mac-spoof", "packets": 5, "bytes": 0}},
  {"counter": {"family": "inet", "name": "port7-security-group-ingress", "packets": 3, "bytes": 90}}]})";
constexpr const char* kSets = R"({"nftables": [
  {"set": {"name": "ip4-seen", "elem": [
    {"elem": {"val": {"concat": [7, "10.0.0.50"]}, "expires": 3599, "counter": {"packets": 2, "bytes": 1}}},
    {"elem": {"val": {"concat": [7, "10.0.0.51"]}, "expires": 3599, "counter": {"packets": 10, "bytes": 2}}}]}},
  {"set": {"name": "ingress4-seen", "elem": [
    {"elem": {"val": {"concat": [458753, "10.0.0.9", 17, 80]}, "counter": {"packets": 1, "bytes": 30}}},
    {"elem": {"val": {"concat": [458754, "10.0.0.9", 17, 80]}, "counter": {"packets": 2, "bytes": 60}}}]}},
  {"set": {"name": "group3-4", "elem": ["10.0.0.1"]}}]})";

TEST(DropsFrom, JoinsCountersWithWhatWasSeen) {
  const auto drops = drops_from({kCounters, kSets}, port_of);
  ASSERT_TRUE(drops);
  ASSERT_EQ(drops->size(), 2u) << "neither what counted nothing nor ports that are not known";
  const Drop& spoofed = (*drops)[0];
  EXPECT_EQ(spoofed.port, PortId("seven"));
  EXPECT_EQ(spoofed.reason, Reason::IpSpoof);
  EXPECT_EQ(spoofed.packets, 12u);
  ASSERT_EQ(spoofed.details.size(), 2u);
  EXPECT_EQ(to_string(*spoofed.details[0].address), "10.0.0.51") << "most packets first";

  // The low half of the mark is the sender: two of them, one fact.
  EXPECT_EQ((*drops)[1].details,
            (std::vector<DropDetail>{{.address = net::IpAddress::parse("10.0.0.9").value(),
                                      .protocol = 17,
                                      .destination_port = 80,
                                      .packets = 3,
                                      .bytes = 90}}));
}

TEST(DropsFrom, RefusesWhatIsNoJson) {
  EXPECT_FALSE(drops_from({"nothing"}, port_of));
}

TEST(ToJson, LeavesOutWhatIsNotKnown) {
  EXPECT_EQ(json::dump(to_json({.port = PortId("p"),
                                .reason = Reason::ArpSpoof,
                                .packets = 1,
                                .bytes = 42,
                                .details = {{.address = net::IpAddress::parse("10.0.0.50").value(),
                                             .packets = 1,
                                             .bytes = 42}}})),
            R"({"port_id":"p","reason":"arp-spoof","packets":1,"bytes":42,)"
            R"("details":[{"address":"10.0.0.50","packets":1,"bytes":42}]})");
}

}  // namespace
