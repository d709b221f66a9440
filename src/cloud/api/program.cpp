#include "cloud/api/program.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <optional>
#include <string>

#include "base/log.h"
#include "cloud/api/api.h"
#include "cloud/api/compute_host.h"
#include "cloud/api/state_directory.h"
#include "cloud/fabric/fabric.h"
#include "cloud/guest/guest.h"
#include "cloud/store/store.h"
#include "http/server.h"
#include "io/loop.h"
#include "io/wait.h"

namespace cloud::api {

namespace {

constexpr const char* kAbout =
    "An OpenStack-compatible cloud in one process: Keystone, Neutron, Nova, Glance and\n"
    "Cinder on one loopback port, with servers that are real namespaces and port security that is\n"
    "enforced on real packets. It needs no root and cannot touch the host's network.";
constexpr const char* kExamples =
    "Start it, load its credentials, use any OpenStack client:\n"
    "  holdfast-cloud --state /tmp/cloud &\n"
    "  . /tmp/cloud/openrc && openstack network list\n"
    "\n"
    "`holdfast cloud up` does this in the background and waits until it is ready.\n"
    "\n"
    "Files in the state directory: cloud.db (everything that was created; a restart boots the\n"
    "servers again), cloud.json and openrc (how to reach it), consoles/, images/.\n"
    "SIGTERM or SIGINT tears everything down.";

struct Options {
  std::string state;
  std::uint16_t port = 0;
  bool has_lifeline = false;
  bool is_verbose = false;
};

// Made at the first start, the same ever after.
base::Result<std::string> secret(store::Store& store, std::string_view name) {
  auto known = store.setting(name);
  if (!known || !known->empty()) return known;
  std::string fresh = new_secret().substr(0, 32);
  if (auto kept = store.set_setting(name, fresh); !kept) return std::unexpected(kept.error());
  return fresh;
}

// Images come in one piece; nothing else is large.
std::uint64_t body_limit(const http::Request& head) {
  const bool is_image = head.method == "PUT" && head.target.starts_with("/image/v2/images/") &&
                        head.target.ends_with("/file");
  return is_image ? std::uint64_t{1} << 30 : std::uint64_t{1} << 20;
}

// Takes the time that a fault has it take.
io::Task<http::Response> answer(Api& api, http::Server*& server, http::Request request) {
  const std::optional<Fault> fault = api.faults().next(request);
  if (fault && fault->action == Fault::Action::Refuse) server->refuse_for(fault->wait);
  if (fault && fault->action == Fault::Action::Delay) co_await io::sleep_for(fault->wait);
  http::Response response = api.handle(request, fault);
  if (fault && fault->action == Fault::Action::Hang) co_await io::sleep_for(fault->wait);
  co_return response;
}

base::Result<> serve(const Options& options) {
  auto directory = open_state_directory(options.state);
  if (!directory) return std::unexpected(directory.error());
  remove_access(*directory);  // of a server that was killed
  auto listening = http::listen_on_loopback(options.port);
  if (!listening) return std::unexpected(listening.error());
  // The listener stays in the host's network; all that follows is in our own.
  if (auto entered = fabric::enter_private_namespaces(); !entered) return entered;
  auto fabric = fabric::Fabric::make();
  if (!fabric) return std::unexpected(fabric.error());

  auto store = store::Store::open(directory->file("cloud.db"));
  if (!store) return std::unexpected(store.error());
  model::State state;
  if (auto loaded = store->load(state); !loaded) return loaded;
  auto admin_token = secret(*store, "admin_token");
  auto demo_password = secret(*store, "demo_password");
  auto admin_password = secret(*store, "admin_password");
  for (const auto* each : {&admin_token, &demo_password, &admin_password})
    if (!*each) return std::unexpected(each->error());

  io::Loop loop;
  guest::Guests guests(loop, **fabric);
  ComputeHost host(**fabric, guests, directory->file("consoles"));
  const std::string base_url = fmt::format("http://127.0.0.1:{}", listening->port);
  Api api(state, *store, host,
          {.base_url = base_url,
           .admin_token = *admin_token,
           .image_directory = directory->file("images")},
          [&loop](std::function<void()> work) { loop.post(std::move(work)); });
  guests.on_end([&api](const guest::Ended& ended) {
    base::log::info("guest.ended", {{"server", ended.server.value()}, {"how", ended.how}});
    api.on_end(ended.server.value());
  });
  if (auto made = api.bootstrap(*demo_password, *admin_password); !made) return made;
  if (auto resumed = api.resume(); !resumed) return resumed;

  http::Server* self = nullptr;
  http::Server server(
      loop, std::move(listening->descriptor),
      [&api, &self](http::Request request) { return answer(api, self, std::move(request)); },
      {.body_limit = body_limit});
  self = &server;
  const io::Signals signals(loop, {SIGTERM, SIGINT}, [&loop](int) { loop.stop(); });
  std::optional<io::Readable> lifeline;
  if (options.has_lifeline)
    lifeline.emplace(loop, STDIN_FILENO, [&loop] {
      char ignored[256];
      if (::read(STDIN_FILENO, ignored, sizeof ignored) <= 0) loop.stop();
    });
  if (auto written = write_access(*directory, {.auth_url = base_url + "/identity/v3",
                                               .username = "demo",
                                               .password = *demo_password,
                                               .project = "demo",
                                               .domain = "Default",
                                               .region = "RegionOne",
                                               .admin_url = base_url + "/holdfast/v1",
                                               .admin_token = *admin_token});
      !written)
    return written;
  base::log::info("cloud.ready", {{"url", base_url}, {"state", directory->path}});
  loop.run();
  base::log::info("cloud.down");
  remove_access(*directory);
  return {};
}

}  // namespace

int run_server(int argc, char** argv) {
  CLI::App app(kAbout, "holdfast-cloud");
  app.footer(kExamples);
  Options options;
  app.add_option("--state", options.state, "directory for all it keeps; created when missing")
      ->type_name("DIR")
      ->required();
  app.add_option("--port", options.port, "TCP port on 127.0.0.1; 0 takes a free one")
      ->type_name("N")
      ->capture_default_str();
  app.add_flag("--foreground-lifeline", options.has_lifeline,
               "end, with everything torn down, when standard input closes");
  app.add_flag("--verbose", options.is_verbose, "log every request");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  if (options.is_verbose) base::log::set_level(base::log::Level::Debug);
  if (const auto served = serve(options); !served) {
    fmt::print(stderr, "holdfast-cloud: {}\n", base::to_string(served.error()));
    return 1;
  }
  return 0;
}

}  // namespace cloud::api
