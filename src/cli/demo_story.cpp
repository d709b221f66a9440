#include "cli/demo_story.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "cli/commands.h"
#include "cli/demo_examples.h"

namespace cli {
namespace {

constexpr const char* kExtension = "vm_extensions: [vrrp-ip]";

base::Result<> write_file(const std::string& path, std::string_view text) {
  std::ofstream out(path);
  out << text << std::flush;
  if (!out) return base::fail(base::Kind::Io, "cannot write " + path, "is the disk full?");
  return {};
}

// The line that names the extension, taken out: what is left is what the page's reader forgot.
std::string without_extension_line(const std::string& manifest) {
  std::string out;
  for (std::size_t at = 0; at < manifest.size();) {
    const std::size_t end = std::min(manifest.find('\n', at), manifest.size() - 1) + 1;
    const std::string_view line = std::string_view(manifest).substr(at, end - at);
    if (line.find(kExtension) == std::string_view::npos) out += line;
    at = end;
  }
  return out;
}

}  // namespace

DemoStory::DemoStory(std::string programs, std::string folder)
    : programs_(std::move(programs)),
      folder_(std::move(folder)),
      manifest_(folder_ + "/manifest.yml"),
      manifest_without_extension_(folder_ + "/manifest-without-extension.yml") {
  report_.title = "Holdfast demo: one address, two VMs";
}

int DemoStory::tell(const std::string& report_folder) {
  report_.begin = now();
  const auto played = play();
  if (!played) {
    progress_.failed("stopped here");
    complain(played.error());
    report_.checks.push_back({"the story was told to its end", false, played.error().what});
  }
  finish(report_folder);
  return std::ranges::all_of(report_.checks, &demo::Check::held) ? 0 : kFailed;
}

DemoStory::Done DemoStory::play() {
  if (const auto written = write_examples(); !written) return written;
  struct Act {
    const char* title;
    Done (DemoStory::*play)();
  };
  constexpr Act kActs[] = {
      {"An OpenStack in one process", &DemoStory::start_cloud},
      {"The VRRP address is reserved", &DemoStory::reserve_address},
      {"Cloud-config and manifest are deployed through the CPI", &DemoStory::deploy_cluster},
      {"A client talks to the address, a probe every millisecond", &DemoStory::watch_from_client},
      {"The active VM loses power", &DemoStory::lose_power},
      {"The dead VM is recreated and takes the address back", &DemoStory::recreate_and_preempt},
      {"The active VM is stopped gracefully", &DemoStory::stop_gracefully},
      {"The same manifest without the extension", &DemoStory::without_extension},
      {"The same deployment without the reservation", &DemoStory::without_reservation},
      {"Clearing up", &DemoStory::clear_up},
  };
  for (const Act& act : kActs) {
    heading(act.title);
    if (const auto done = (this->*act.play)(); !done) return done;
  }
  return {};
}

DemoStory::Done DemoStory::write_examples() {
  const std::string manifest(example_manifest());
  const std::string without = without_extension_line(manifest);
  if (without == manifest)
    return base::fail(base::Kind::Internal,
                      fmt::format("the example manifest has no line '{}'", kExtension));
  if (auto done = write_file(manifest_, manifest); !done) return done;
  if (auto done = write_file(manifest_without_extension_, without); !done) return done;
  if (auto done = write_file(folder_ + "/stemcell.MF", example_stemcell()); !done) return done;
  return write_file(folder_ + "/cloud-config.yml", example_cloud_config());
}

void DemoStory::heading(std::string_view text) {
  fmt::print("\n{}\n", paint(Style::Bold, text));
  std::fflush(stdout);
}

void DemoStory::check(const std::string& what, bool held, const std::string& detail) {
  report_.checks.push_back({what, held, detail});
  if (held)
    progress_.done(what, detail);
  else
    progress_.failed(detail.empty() ? what : fmt::format("{}  ({})", what, detail));
}

deploy::Options DemoStory::deploy_options() const {
  return {.cpi = {programs_ + "/holdfast-cpi", folder_ + "/cpi.json"},
          .call_deadline = std::chrono::seconds(90)};
}

DemoStory::Done DemoStory::deploy(const std::string& manifest) {
  bosh::Report report;
  const deploy::Files files{
      .manifest = manifest,
      .cloud_config = folder_ + "/cloud-config.yml",
      .variables = {"net_id=" + tenant_->network.value(), "image_id=" + tenant_->image.value()},
      .variable_files = {},
      .stemcell = folder_ + "/stemcell.MF"};
  const auto documents = deploy::load(files, report);
  if (report.failed())
    return base::fail(base::Kind::Invalid, "the example is wrong:\n" + report.render());
  auto file = deploy::StateFile::open(folder_ + "/state.json");
  if (!file) return std::unexpected(file.error());
  const auto plan = deploy::make_plan(documents, file->state, deploy_options(), report);
  if (report.failed())
    return base::fail(base::Kind::Invalid, "the example cannot be planned:\n" + report.render());
  return carry_out(plan, *file);
}

DemoStory::Done DemoStory::delete_deployment() {
  auto file = deploy::StateFile::open(folder_ + "/state.json");
  if (!file) return std::unexpected(file.error());
  const std::string name = file->state.deployment;
  auto done = carry_out(bosh::plan_delete(name, deploy::situation(file->state)), *file);
  if (!done) return done;
  return file->state.instances.empty() ? Done{}
                                       : base::fail(base::Kind::Internal, "instances are left");
}

DemoStory::Done DemoStory::carry_out(const bosh::Plan& plan, deploy::StateFile& file) {
  return deploy::run(plan, file, deploy_options(), [this](const deploy::Event& event) {
    const std::string took = fmt::format("{} ms", event.took.count());
    switch (event.kind) {
      case deploy::Event::Kind::StepStarted:
        progress_.begin(fmt::format("{} {}", event.doing, event.subject));
        break;
      case deploy::Event::Kind::CallFinished:
        if (event.error.empty())
          progress_.done(fmt::format("{:<12} holdfast-cpi {}", event.subject, event.method), took);
        else
          progress_.note(
              fmt::format("{:<12} holdfast-cpi {} failed  {}", event.subject, event.method, took));
        break;
      case deploy::Event::Kind::Retry:
        progress_.note(fmt::format("{}: again, after: {}", event.subject, event.error));
        break;
      case deploy::Event::Kind::StepFinished:
      case deploy::Event::Kind::StepFailed:  // run() returns it
        break;
      case deploy::Event::Kind::Note:
        progress_.note(event.detail);
        break;
    }
  });
}

void DemoStory::finish(const std::string& report_folder) {
  report_.end = now();
  if (!seen_.probes.empty()) {
    report_.begin = seen_.probes.front().sent;
    report_.end = seen_.probes.back().sent;
  }
  report_.timeline = timeline();
  heading("How long the client was without an answer");
  const auto cells = demo::takeover_cells(report_.takeovers);
  Table table(cells[0]);
  for (std::size_t i = 1; i < cells.size(); ++i) table.row(cells[i]);
  fmt::print("{}", table.render());

  const auto held = std::ranges::count(report_.checks, true, &demo::Check::held);
  fmt::print("\n{} of {} checks held\n", held, report_.checks.size());
  for (const demo::Check& check : report_.checks)
    if (!check.held) fmt::print("  {} {}  {}\n", paint(Style::Red, "✗"), check.what, check.detail);

  std::error_code failed;
  std::filesystem::create_directories(report_folder, failed);
  const std::string page = report_folder + "/index.html";
  const std::string picture = report_folder + "/timeline.svg";
  const auto wrote_page = write_file(page, demo::to_html(report_));
  const auto wrote_picture = write_file(
      picture, demo::panel_svg(report_.timeline, report_.begin, report_.end, report_.title));
  for (const auto& wrote : {wrote_page, wrote_picture})
    if (!wrote) {
      complain(wrote.error());
      report_.checks.push_back({"the report was written", false, wrote.error().what});
    }
  if (wrote_page && wrote_picture)
    fmt::print("the time line of packets, states and probes: {}, {}\n", page, picture);
}

}  // namespace cli
