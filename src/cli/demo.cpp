// holdfast demo: the main job, end to end, on this machine.
#include <fmt/format.h>

#include <chrono>
#include <filesystem>

#include "cli/commands.h"
#include "cli/demo_site.h"
#include "cli/demo_story.h"
#include "cli/options.h"
#include "cli/terminal.h"

namespace cli {
namespace {

constexpr const char* kAbout =
    "Shows the main job, end to end, on this machine: an OpenStack in one process, an address "
    "reserved in it, two VMs "
    "deployed from a cloud-config and a manifest, and a client that talks to the address while the "
    "active VM dies, "
    "comes back, and is stopped. Then what happens without the extension, and without the "
    "reservation.\n\n"
    "Everything is real but the machines: a VM is a network and process namespace. Nothing of this "
    "host's network "
    "is touched, and nothing is left behind but the report.";

int run_demo(const std::string& report_folder) {
  const auto began = std::chrono::steady_clock::now();
  const std::string programs = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  for (const char* program : {"holdfast-cloud", "holdfast-cpi", "holdfastd"})
    if (!std::filesystem::exists(programs + "/" + program)) {
      complain({base::Kind::NotFound, fmt::format("{} is not in {}", program, programs),
                "the four programs belong in one folder; ./dev build makes them"});
      return kFailed;
    }
  auto site = DemoSite::open();
  if (!site) {
    complain(site.error());
    return kFailed;
  }
  if (site->removed() > 0) fmt::print("removed what {} earlier run(s) had left\n", site->removed());
  const int status =
      supervise([&] { return DemoStory(programs, site->folder()).tell(report_folder); });
  site->clear();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  if (status > 128)
    complain({base::Kind::Internal, fmt::format("the demo was ended by signal {}", status - 128),
              "everything it had started is gone"});
  else
    fmt::print("{} after {:.1f} s\n", status == 0 ? "everything held" : "not everything held",
               took.count());
  return status;
}

}  // namespace

int demo_command(const Arguments& arguments) {
  std::string report_folder = "holdfast-report";
  Options options("holdfast demo", kAbout);
  options.value("--report", report_folder, "DIR", "where the page and the picture are written");
  if (const auto status = options.parse(arguments)) return *status;
  return run_demo(report_folder);
}

}  // namespace cli
