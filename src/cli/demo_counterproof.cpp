// The same without what makes it work: what a user sees who forgot a step.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "cli/demo_story.h"
#include "cli/drop_hint.h"

namespace cli {

using namespace std::chrono_literals;
using demo::Micros;

namespace {

constexpr net::IpAddress kVrrpAddress = net::IpAddress::v4(0x0a000032);

// A row for each thing that a port said and the cloud did not let through.
std::vector<demo::DropRow> drop_rows(const json::Value& drops) {
  std::vector<demo::DropRow> rows;
  const json::Array* list = drops["drops"].as_array();
  for (const json::Value& drop : list == nullptr ? json::Array() : *list) {
    const std::int64_t packets = drop["packets"].as_integer().value_or(0);
    if (packets == 0) continue;
    rows.push_back({drop.text_or("server", drop.text_or("port_id", "")),
                    drop.text_or("address", ""), drop.text_or("reason", ""), packets,
                    drop_hint(drop, drop["details"].at(0))});
  }
  return rows;
}

}  // namespace

DemoStory::Done DemoStory::without_extension() {
  if (auto done = delete_deployment(); !done) return done;
  if (auto done = deploy(manifest_without_extension_); !done) return done;
  // Active VMs announce the address and answer for it, so drops are what proves that the cloud is
  // the reason.
  const Micros since = now();
  progress_.begin("waiting for what the cloud drops");
  std::vector<demo::DropRow> rows;
  for (const Micros deadline = now() + 20s; now() < deadline; usleep(50000)) {
    const auto drops = cloud_->admin().call("GET", "drops");
    if (!drops) return std::unexpected(drops.error());
    rows = drop_rows(*drops);
    const auto spoofed = std::ranges::count_if(rows, [](const demo::DropRow& row) {
      return row.reason == "arp-spoof" && row.packets >= 5;
    });
    if (spoofed > 0) break;
  }
  report_.drops = rows;
  Table table({"port of", "address", "reason", "packets", "what would let it pass"});
  for (const demo::DropRow& row : rows)
    table.row({row.port, row.address, row.reason, std::to_string(row.packets), row.hint});
  check("the cloud drops what VMs say about an address that is not theirs",
        std::ranges::any_of(rows,
                            [](const demo::DropRow& row) { return row.reason == "arp-spoof"; }));
  fmt::print("{}", table.render());

  // Since the first announcement was dropped, five hundred probes more.
  auto seen = client_->observe();
  for (const Micros deadline = now() + 20s; seen && now() < deadline; seen = client_->observe()) {
    const auto asked = std::ranges::count_if(seen->probes, [since](const demo::Probe& probe) {
      return probe.sent > since + Micros(500000);
    });
    if (asked >= 500) break;
    usleep(50000);
  }
  if (!seen) return std::unexpected(seen.error());
  const auto answered = std::ranges::count_if(seen->probes, [since](const demo::Probe& probe) {
    return probe.sent > since && probe.answered;
  });
  check("without the extension the address does not work", answered == 0,
        fmt::format("{} probes answered", answered));
  return delete_deployment();
}

DemoStory::Done DemoStory::without_reservation() {
  if (auto done = cloud_->release(*reservation_); !done) return done;
  progress_.done("the reserved port is deleted");
  const auto done = deploy(manifest_);
  const std::string said = done ? "" : done.error().what;
  const bool is_named = said.find("Bosh::Clouds::CloudError") != std::string::npos &&
                        said.find(to_string(kVrrpAddress)) != std::string::npos &&
                        said.find(tenant_->network.value()) != std::string::npos;
  check("create_vm fails and names the address and the network", is_named,
        done ? "it succeeded" : "");
  if (!done) progress_.note(said);

  const auto ports = cloud_->ports(*tenant_);
  const auto servers = cloud_->servers();
  if (!ports) return std::unexpected(ports.error());
  if (!servers) return std::unexpected(servers.error());
  // The client's own port is all that may be there.
  check("no port, server or guest is left", ports->size() == 1 && servers->empty(),
        fmt::format("{} ports, {} servers", ports->size() - 1, servers->size()));
  return {};
}

DemoStory::Done DemoStory::clear_up() {
  if (auto done = client_->stop(); !done) return done;
  client_.reset();
  const auto ports = cloud_->ports(*tenant_);
  if (!ports) return std::unexpected(ports.error());
  check("nothing is left in the cloud", ports->empty(), fmt::format("{} ports", ports->size()));
  const auto stopped = cloud_->stop();
  check("the cloud has ended", stopped.has_value(), stopped ? "" : stopped.error().what);
  cloud_.reset();
  return {};
}

}  // namespace cli
