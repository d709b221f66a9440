// The demo's story: the main job from the reservation to the failover, then the same without what
// makes it work. Each act tells what it does, and what it expects is checked against what the
// client saw.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/demo/report.h"
#include "cli/demo_client.h"
#include "cli/demo_cloud.h"
#include "cli/terminal.h"
#include "deploy/deploy.h"

namespace cli {

class DemoStory {
 public:
  // `programs`: the folder of the four programs; `folder`: for everything that is written while it
  // runs.
  DemoStory(std::string programs, std::string folder);

  // All acts, in order, until one cannot go on. The exit status: 0 only if everything held.
  int tell(const std::string& report_folder);

 private:
  using Done = base::Result<>;

  // demo_story.cpp: the frame
  Done play();
  Done write_examples();
  void heading(std::string_view text);
  void check(const std::string& what, bool held, const std::string& detail = {});
  Done deploy(const std::string& manifest);
  Done delete_deployment();
  Done carry_out(const bosh::Plan& plan, deploy::StateFile& file);
  deploy::Options deploy_options() const;
  void finish(const std::string& report_folder);

  // demo_acts.cpp: the main job
  Done start_cloud();
  Done reserve_address();
  Done deploy_cluster();
  Done watch_from_client();
  Done lose_power();
  Done recreate_and_preempt();
  Done stop_gracefully();

  // demo_counterproof.cpp: what happens without each part
  Done without_extension();
  Done without_reservation();
  Done clear_up();

  // demo_watch.cpp: what client and consoles tell
  struct Machine {
    std::string instance;
    openstack::ServerId server;
    net::IpAddress address;
  };
  base::Result<std::vector<Machine>> machines() const;  // from the deployer's state, by index
  base::Result<Machine> machine(const std::string& instance) const;
  std::string other_than(const std::string& instance) const;
  // Waits until the client is served by `instance` and has been for `steady`; what was seen then.
  base::Result<demo::Observation> wait_until_served_by(const std::string& instance,
                                                       demo::Micros since,
                                                       std::chrono::milliseconds at_most);
  Done add_takeover(const std::string& event, demo::Micros from, const Machine& before,
                    const Machine& after, bool by_silence);
  void mark(const std::string& label);
  Done read_consoles();
  demo::Timeline timeline() const;

  std::string programs_;
  std::string folder_;
  std::string manifest_;
  std::string manifest_without_extension_;
  Progress progress_;
  std::optional<DemoCloud> cloud_;
  std::optional<DemoTenant> tenant_;
  std::optional<openstack::PortId> reservation_;
  std::optional<DemoClient> client_;
  demo::Report report_;
  demo::Observation seen_;
  std::vector<demo::Mark> marks_;
  // By instance; a recreated VM goes on in the lane of its predecessor.
  std::map<std::string, std::vector<demo::Transition>> transitions_;
  std::map<std::string, net::IpAddress> addresses_;
  std::vector<std::pair<std::string, demo::Micros>> power_losses_;
};

}  // namespace cli
