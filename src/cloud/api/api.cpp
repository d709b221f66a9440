#include "cloud/api/api.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "base/log.h"
#include "cloud/api/dispatch.h"
#include "cloud/api/envelope.h"
#include "cloud/api/keystone.h"
#include "cloud/api/routing.h"
#include "cloud/api/servers.h"
#include "cloud/api/volumes.h"

namespace cloud::api {

Api::Api(model::State& state, store::Store& store, Hypervisor& hypervisor, Settings settings,
         std::function<void(std::function<void()>)> post)
    : store_(store),
      post_(std::move(post)),
      cloud_{.state = state,
             .hypervisor = hypervisor,
             .settings = std::move(settings),
             .clock = system_time} {
  cloud_.later = [this](std::function<void()> work) { deferred_.push_back(std::move(work)); };
}

base::Result<> Api::bootstrap(const std::string& demo_password, const std::string& admin_password) {
  add_project(cloud_, "admin");
  add_project(cloud_, "demo");
  add_user(cloud_, {"admin", admin_password, "admin", {"admin", "member", "reader"}});
  add_user(cloud_, {"demo", demo_password, "demo", {"member", "reader"}});
  const auto add_flavor = [&](const char* id, const char* name, std::int64_t ram,
                              std::int64_t disk) {
    if (cloud_.state.flavors.contains(id)) return;
    model::Flavor flavor;
    flavor.id = id;
    flavor.name = name;
    flavor.ram = ram;
    flavor.disk = disk;
    flavor.vcpus = ram > 1024 ? 2 : 1;
    cloud_.state.flavors.put(flavor);
  };
  if (cloud_.state.flavors.size() == 0) {
    add_flavor("1", "m1.tiny", 512, 1);
    add_flavor("2", "m1.small", 2048, 20);
    add_flavor("3", "m1.medium", 4096, 40);
  }
  add_volume_types(cloud_);
  auto saved = store_.save(cloud_.state);
  if (saved) cloud_.state.commit();
  return saved;
}

base::Result<> Api::resume() {
  model::State& state = cloud_.state;
  std::vector<std::string> shells;
  for (const auto& [id, port] : state.ports)
    if (port.device_owner == "holdfast:shell") shells.push_back(id);
  for (const std::string& id : shells) state.ports.erase(id);
  std::vector<model::Server> stopping;
  std::vector<std::string> to_boot;
  for (const auto& [id, server] : state.servers) {
    if (server.task_state == "powering-off")
      stopping.push_back(server);
    else if (server.status != "SHUTOFF" && server.status != "ERROR")
      to_boot.push_back(id);
  }
  for (model::Server& server : stopping) {
    server.status = "SHUTOFF";
    server.task_state.clear();
    mark_ports(cloud_, server, false);
    state.servers.put(server);
  }
  std::vector<std::string> expired;
  for (const auto& [id, token] : state.tokens)
    if (token.expires_at <= cloud_.now()) expired.push_back(id);
  for (const std::string& id : expired) state.tokens.erase(id);
  cloud_.hypervisor.follow(state);
  for (const std::string& id : to_boot) boot_server(cloud_, id);
  if (keep()) return {};
  return base::fail(base::Kind::Io, "the state cannot be stored; the log says why");
}

http::Response Api::handle(const http::Request& request, const std::optional<Fault>& fault) {
  Call call{.cloud = cloud_, .request = request};
  call.query = http::query_pairs(request.target);
  call.fails_afterwards = fault && fault->action == Fault::Action::FailAfterwards;
  http::Response response;
  if (!fault || is_carried_out(fault->action)) {
    response = answer(request, call);
    run_deferred();
  }
  if (fault) response = spoil(*fault, request, std::move(response));
  cloud_.faults.note({.method = request.method,
                      .target = request.target,
                      .status = response.raw ? 0 : response.status,
                      .fault = fault ? fault->id : ""});
  return response;
}

http::Response Api::answer(const http::Request& request, Call& call) {
  Parts path = http::path_parts(request.target);
  if (path.empty()) return list_of_services(cloud_);
  const auto service =
      std::ranges::find(services(), std::string_view(path[0]), &ServicePath::prefix);
  const bool is_known = service != services().end();
  const Service name = is_known ? service->service : Service::Root;
  const std::span<const std::string> rest =
      std::span<const std::string>(path).subspan(is_known ? 1 : 0);
  Answer answer =
      model::refuse(500, "InternalServerError", "The server made a mistake; its log says more.");
  try {
    answer = is_known ? serve(*service, rest, call)
                      : Answer(std::unexpected(unknown_path(name, path, request.target)));
  } catch (const std::exception& failure) {
    base::log::error("api.failed",
                     {{"request", request.method + " " + request.target}, {"why", failure.what()}});
  }
  if (!answer) {
    cloud_.state.rollback();
    deferred_.clear();
  } else if (!keep()) {
    answer = model::refuse(500, "InternalServerError",
                           "The change could not be stored and was undone; the server's log says "
                           "why.");
  }
  http::Response response = answer ? *std::move(answer) : error_reply(name, answer.error());
  add_headers(response, name, call);
  base::log::debug("api.request", {{"method", request.method},
                                   {"target", request.target},
                                   {"status", std::to_string(response.status)}});
  return response;
}

bool Api::keep() {
  const bool concerns_data_plane =
      !cloud_.state.networks.changes().empty() || !cloud_.state.subnets.changes().empty() ||
      !cloud_.state.ports.changes().empty() || !cloud_.state.security_groups.changes().empty() ||
      !cloud_.state.security_group_rules.changes().empty();
  if (auto saved = store_.save(cloud_.state); !saved) {
    base::log::error("api.not-stored", {{"why", base::to_string(saved.error())}});
    cloud_.state.rollback();
    deferred_.clear();
    return false;
  }
  cloud_.state.commit();
  if (concerns_data_plane) cloud_.hypervisor.follow(cloud_.state);
  return true;
}

void Api::run_deferred() {
  if (deferred_.empty()) return;
  const auto run = [this, work = std::exchange(deferred_, {})] {
    for (const auto& each : work) {
      each();
      keep();
    }
    run_deferred();
  };
  if (post_)
    post_(run);
  else
    run();
}

void Api::on_end(const std::string& machine_id) {
  note_end(cloud_, machine_id);
  keep();
  run_deferred();
}

}  // namespace cloud::api
