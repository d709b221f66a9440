// The jobs that holdfast can run in a guest without a BOSH release: `keepalived`, with the
// properties and the generated configuration of haproxy-boshrelease's job, and `web`, which answers
// with the name of its instance.
#pragma once

#include "bosh/manifest.h"
#include "bosh/plan.h"
#include "json/value.h"

namespace bosh {

// Unknown jobs are refused, properties that a known job cannot take are errors or warnings.
void check_job_properties(const Job& job, Report& report);

// keepalived.conf and the command line, as rendered for one instance. Properties beyond those of
// haproxy-boshrelease: keepalived.priority, advert_int, version, nopreempt, preempt_delay.
json::Object keepalived_job(const Job& job, const Instance& instance);
json::Object web_job(const Job& job, const Instance& instance);

// env.holdfast of an instance: who it is, and its jobs. (A Director sends jobs to the agent in the
// VM; here they travel in create_vm's env.)
json::Object guest_environment(const std::vector<Job>& jobs, const Instance& instance,
                               std::string_view deployment);

// keepalived.vip, if the group has that job and the property is an address.
struct VirtualAddress {
  net::IpAddress address;
  yaml::Mark mark;
};
std::optional<VirtualAddress> virtual_address(const InstanceGroup& group);

}  // namespace bosh
