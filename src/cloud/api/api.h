// The embedded cloud's API: an HTTP request in, an answer out. One request is one transaction: what
// it changed is stored before it is answered, and nothing of it stays when it is refused.
//
//   api::Api api(state, store, hypervisor, settings, post);
//   api.bootstrap("demo password", "admin password");
//   api.resume();
//   http::Response response = api.handle(request);
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "cloud/api/cloud.h"
#include "cloud/store/store.h"
#include "http/message.h"

namespace cloud::api {

class Api {
 public:
  // `post` runs a function after the current event; by default deferred work is done at once.
  Api(model::State& state, store::Store& store, Hypervisor& hypervisor, Settings settings,
      std::function<void(std::function<void()>)> post = {});

  // Projects, users, roles and flavors of a new cloud; changes nothing in one that has them.
  base::Result<> bootstrap(const std::string& demo_password, const std::string& admin_password);
  // After a restart: the data plane follows the state, and servers that ran are booted.
  base::Result<> resume();

  http::Response handle(const http::Request& request) { return handle(request, std::nullopt); }
  // The same as a fault has it: perhaps not carried out, perhaps answered otherwise. The time that
  // it takes is up to the caller.
  http::Response handle(const http::Request& request, const std::optional<Fault>& fault);
  Faults& faults() { return cloud_.faults; }
  // To be called when a machine has ended.
  void on_end(const std::string& machine_id);

 private:
  http::Response answer(const http::Request& request, Call& call);
  bool keep();  // stores what changed; false when that failed and all was undone
  void run_deferred();

  store::Store& store_;
  std::function<void(std::function<void()>)> post_;
  std::vector<std::function<void()>> deferred_;
  Cloud cloud_;
};

}  // namespace cloud::api
