// The main job, act by act.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "cli/demo_story.h"

namespace cli {

using namespace std::chrono_literals;
using demo::Micros;

namespace {

constexpr const char* kBootstrap = "web/0";
constexpr net::IpAddress kVrrpAddress =
    net::IpAddress::v4(0x0a000032);  // 10.0.0.50, as in the example

// A hand-over that removes the address first costs the client the skew of its successor, 0.6 s
// here, and so about 600 probes. Half of that tells the two apart, also on a machine so busy that
// the client itself does not run for a while and times without an answer grow.
constexpr std::size_t kLostWithoutHandOver = 300;

std::string felt(const demo::Outage& outage) {
  return fmt::format("longest time without an answer {}, {} probes lost",
                     demo::milliseconds(outage.silence), outage.lost);
}

}  // namespace

DemoStory::Done DemoStory::start_cloud() {
  const Micros began = now();
  progress_.begin("starting holdfast-cloud");
  auto cloud = DemoCloud::start(programs_, folder_);
  if (!cloud) return std::unexpected(cloud.error());
  cloud_.emplace(std::move(*cloud));
  progress_.done("Keystone, Neutron, Nova and Glance answer at " + cloud_->access().auth_url,
                 demo::milliseconds(now() - began));
  const auto tenant = cloud_->prepare_tenant();
  if (!tenant) return std::unexpected(tenant.error());
  tenant_ = *tenant;
  progress_.done("network 10.0.0.0/24, key pair, image");
  progress_.done(
      "security group web-vip: VRRP (protocol 112) from its members, port 80 from anywhere");
  return cloud_->write_cpi_configuration(folder_ + "/cpi.json");
}

DemoStory::Done DemoStory::reserve_address() {
  const auto port = cloud_->reserve(*tenant_, kVrrpAddress);
  if (!port) return std::unexpected(port.error());
  reservation_ = port->id;
  check("a Neutron port reserves 10.0.0.50 and is bound to nothing",
        port->device_id.empty() && port->fixed_ips.size() == 1 &&
            port->fixed_ips[0].address == kVrrpAddress,
        "port " + port->id.value());
  return {};
}

DemoStory::Done DemoStory::deploy_cluster() {
  if (auto done = deploy(manifest_); !done) return done;
  const auto all = machines();
  if (!all) return std::unexpected(all.error());
  for (const Machine& one : *all) addresses_.emplace(one.instance, one.address);
  const auto ports = cloud_->ports(*tenant_);
  if (!ports) return std::unexpected(ports.error());
  const auto allowed = std::ranges::count_if(*ports, [](const openstack::Port& port) {
    return !port.device_id.empty() && port.allowed_address_pairs.size() == 1 &&
           port.allowed_address_pairs[0].address.address() == kVrrpAddress;
  });
  check("two VMs, each port with 10.0.0.50 as allowed address pair",
        all->size() == 2 && allowed == 2);

  deploy::State before;
  if (const auto state = deploy::StateFile::read(folder_ + "/state.json")) before = *state;
  if (auto done = deploy(manifest_); !done) return done;
  const auto after = deploy::StateFile::read(folder_ + "/state.json");
  check("deploying the same again changes nothing", after && *after == before);
  return {};
}

DemoStory::Done DemoStory::watch_from_client() {
  auto client =
      DemoClient::start(*cloud_, *tenant_, programs_, kVrrpAddress, folder_ + "/probe.txt");
  if (!client) return std::unexpected(client.error());
  client_.emplace(std::move(*client));
  progress_.done(fmt::format("the client is {} on the tenant network", client_->address()));
  const Micros since = now();
  const auto seen = wait_until_served_by(kBootstrap, since, 20s);
  if (!seen) return std::unexpected(seen.error());
  check(fmt::format("{} answers at 10.0.0.50: it has the higher priority", kBootstrap), true);
  return {};
}

DemoStory::Done DemoStory::lose_power() {
  const auto active = machine(kBootstrap);
  const auto backup = machine(other_than(kBootstrap));
  if (!active || !backup) return std::unexpected((!active ? active : backup).error());
  if (auto done = read_consoles(); !done) return done;
  const Micros at = now();
  mark("power loss of " + active->instance);
  if (auto done = cloud_->power_off(active->server); !done) return done;
  power_losses_.emplace_back(active->instance, now());
  const auto seen = wait_until_served_by(backup->instance, at, 20s);
  if (!seen) return std::unexpected(seen.error());
  if (auto done = add_takeover("power loss of " + active->instance, at, *active, *backup, true);
      !done)
    return done;
  const demo::Takeover& takeover = report_.takeovers.back();
  // On a busy machine processes run late; an interval separates that from a wrong timer.
  const bool in_time = takeover.detection && takeover.theory &&
                       *takeover.detection >= *takeover.theory - 50ms &&
                       *takeover.detection <= *takeover.theory + 1s;
  check(fmt::format("{} took over when nothing had been heard for three intervals and the skew",
                    backup->instance),
        in_time,
        takeover.detection
            ? fmt::format("{}, in theory {}", demo::milliseconds(*takeover.detection),
                          demo::milliseconds(*takeover.theory))
            : "no advertisement was seen");
  progress_.note(felt(takeover.outage));
  return {};
}

DemoStory::Done DemoStory::recreate_and_preempt() {
  const auto returning = machine(kBootstrap);
  const auto serving = machine(other_than(kBootstrap));
  if (!returning || !serving) return std::unexpected((!returning ? returning : serving).error());
  if (auto done = read_consoles(); !done) return done;
  const Micros at = now();
  mark("recreation of " + returning->instance);
  auto file = deploy::StateFile::open(folder_ + "/state.json");
  if (!file) return std::unexpected(file.error());
  const auto plan =
      bosh::plan_recreate(file->state.deployment, deploy::situation(file->state), kBootstrap);
  if (auto done = carry_out(plan, *file); !done) return done;
  const auto recreated = machine(kBootstrap);
  if (!recreated) return std::unexpected(recreated.error());
  check("a new VM with the same address",
        recreated->server != returning->server && recreated->address == returning->address);
  const auto seen = wait_until_served_by(kBootstrap, at, 20s);
  if (!seen) return std::unexpected(seen.error());
  if (auto done = add_takeover("return of " + recreated->instance, at, *serving, *recreated, false);
      !done)
    return done;
  const demo::Outage& outage = report_.takeovers.back().outage;
  check(fmt::format("{} has the higher priority and preempts; the client notices nothing",
                    recreated->instance),
        outage.lost < kLostWithoutHandOver, felt(outage));
  return read_consoles();
}

DemoStory::Done DemoStory::stop_gracefully() {
  const auto active = machine(kBootstrap);
  const auto backup = machine(other_than(kBootstrap));
  if (!active || !backup) return std::unexpected((!active ? active : backup).error());
  const Micros at = now();
  mark("graceful stop of " + active->instance);
  if (auto done = cloud_->stop_server(active->server); !done) return done;
  const auto seen = wait_until_served_by(backup->instance, at, 20s);
  if (!seen) return std::unexpected(seen.error());
  if (auto done = add_takeover("graceful stop of " + active->instance, at, *active, *backup, false);
      !done)
    return done;
  const demo::Outage& outage = report_.takeovers.back().outage;
  const auto resigned = std::ranges::any_of(seen_.adverts, [&](const demo::Advert& advert) {
    return advert.at > at && advert.source == active->address && advert.priority == 0;
  });
  check(active->instance + " resigned with priority 0 and served on until it heard its successor",
        resigned && outage.lost < kLostWithoutHandOver, felt(outage));
  return read_consoles();
}

}  // namespace cli
