// The metrics of the agent, in Prometheus' text form. Pure: one table of families gives name, type,
// help and value; docs/metrics.md, the dashboard and the alert rules in packaging/ are held against
// it by a test.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/view/snapshot.h"

namespace agent::view {

struct MetricFamily {
  std::string_view name;  // "holdfast_instance_state"
  std::string_view type;  // "gauge", "counter"
  std::string_view help;
};
std::vector<MetricFamily> metric_families();

// What one virtual router adds to each family; small, since there may be thousands.
struct RouterMetrics {
  explicit RouterMetrics(const RouterSnapshot& router, const Snapshot& outline);
  std::string labels;          // vrrp_instance="VI_1",interface="eth0",vrid="51",family="ipv4"
  std::vector<double> values;  // by family; NaN: none
  std::vector<std::pair<vrrp::RejectReason, std::uint64_t>> rejected;
};

// What the process itself uses; the shell knows.
struct ProcessMetrics {
  double cpu_seconds = 0;
  double resident_bytes = 0;
};

// The text in parts: families of the agent, then of its instances. Each part is whole lines.
class MetricsText {
 public:
  MetricsText(const Snapshot& outline, const ProcessMetrics& process);
  void add(RouterMetrics router) { routers_.push_back(std::move(router)); }
  // Appends at least a few lines; false: that was all.
  bool append(std::string& out);

 private:
  void head(std::string& out, std::size_t family) const;
  std::string agent_;
  std::vector<RouterMetrics> routers_;
  std::size_t family_ = 0;
  std::size_t router_ = 0;
  bool is_begun_ = false;
};

}  // namespace agent::view
