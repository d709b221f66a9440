#include "agent/plan/check_report.h"

#include <gtest/gtest.h>

#include "json/value.h"

namespace {

agent::plan::CheckResult result() {
  agent::plan::CheckResult out{.file = "k.conf", .verdict = keepalived::Verdict::CannotRun};
  const keepalived::Reading reading =
      keepalived::read_text("k.conf",
                            "$ID=7\nvrrp_instance a {\n interface eth0\n virtual_router_id $ID\n"
                            " virtual_ipaddress { 10.0.0.1 }\n}\n"
                            "vrrp_instance b {\n interface eth0\n virtual_router_id 7\n"
                            " virtual_ipaddress { 10.0.0.2 }\n}\nbogus\n");
  out.findings = reading.diagnostics;
  return out;
}

TEST(CheckReport, CountsWhatWasFound) {
  EXPECT_EQ(agent::plan::summary(result()), "k.conf cannot run: 1 error, 1 warning\n");
  EXPECT_EQ(agent::plan::summary({.file = "k.conf", .peers = {"o.conf"}}),
            "k.conf with o.conf is sound\n");
}

// The schema of docs/lint.md, whole.
TEST(CheckReport, IsTheSameForPrograms) {
  const auto parsed = json::parse(agent::plan::to_json(result()));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(json::dump_pretty(*parsed), R"({
  "schema": "holdfast/check/1",
  "file": "k.conf",
  "peers": [],
  "verdict": "cannot-run",
  "exit_status": 4,
  "counts": {
    "errors": 1,
    "warnings": 1,
    "notes": 0
  },
  "findings": [
    {
      "severity": "error",
      "rule": "duplicate-vrid",
      "what": "a and b are both virtual router 7 on eth0 over IPv4",
      "hint": "give one of them another virtual_router_id",
      "place": {
        "file": "k.conf",
        "line": 9,
        "column": 20,
        "length": 1,
        "text": " virtual_router_id 7",
        "text_column": 1,
        "used": []
      },
      "related": [
        {
          "what": "the other one is here",
          "place": {
            "file": "k.conf",
            "line": 1,
            "column": 5,
            "length": 1,
            "text": "$ID=7",
            "text_column": 1,
            "used": [
              {
                "what": "$ID is used here",
                "place": {
                  "file": "k.conf",
                  "line": 4,
                  "column": 20,
                  "length": 3,
                  "text": " virtual_router_id $ID",
                  "text_column": 1,
                  "used": []
                }
              }
            ]
          }
        }
      ]
    },
    {
      "severity": "warning",
      "rule": null,
      "what": "unknown keyword `bogus`",
      "hint": null,
      "place": {
        "file": "k.conf",
        "line": 12,
        "column": 1,
        "length": 5,
        "text": "bogus",
        "text_column": 1,
        "used": []
      },
      "related": []
    }
  ]
})");
}

}  // namespace
