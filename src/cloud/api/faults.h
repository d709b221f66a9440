// Faults on demand: requests that are refused, cut off, kept waiting or answered with nonsense, so
// that clients can be shown what they do then. Pure: who serves carries out what is decided here.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cloud/model/refusal.h"
#include "http/message.h"
#include "json/value.h"

namespace cloud::api {

struct Fault {
  enum class Action {
    Answer,          // `status`, `headers` and `body` instead of what the cloud would say
    Reset,           // the connection ends before an answer; nothing was done
    Lost,            // the request is carried out, its answer never arrives
    Cut,             // the request is carried out, half of its answer arrives
    Garbage,         // 200 with a body that is no JSON; nothing was done
    Noise,           // bytes that are no HTTP; nothing was done
    Hang,            // no answer for `wait`, then the connection ends; nothing was done
    Delay,           // `wait`, then as always
    Refuse,          // answered as always, then no connection is accepted for `wait`
    FailAfterwards,  // accepted; the server or volume that it makes becomes ERROR
  };

  std::string id;
  std::string method;      // empty: any
  std::string path = "*";  // without the query; * stands for any characters
  std::int64_t skip = 0;   // so many matching requests pass unharmed first
  std::int64_t count = 1;  // so many are hit; 0: all
  Action action = Action::Answer;
  int status = 500;
  http::Headers headers;
  std::optional<std::string> body;  // nothing: an error as the service would word it
  std::chrono::milliseconds wait{};

  std::int64_t seen = 0;  // matching requests so far
  std::int64_t hit = 0;
};

// What was asked, for tests that count requests.
struct Asked {
  std::string method;
  std::string target;
  int status = 0;     // 0: the connection ended without an answer
  std::string fault;  // id of the one that hit it
};

class Faults {
 public:
  model::Allowed<Fault> add(const json::Value& sent, std::string id);
  bool remove(std::string_view id);
  void clear() { faults_.clear(); }
  const std::vector<Fault>& all() const { return faults_; }

  // The first fault that hits this request, which is counted. Requests to /holdfast are never hit.
  std::optional<Fault> next(const http::Request& request);

  void note(Asked asked);
  const std::deque<Asked>& asked() const { return asked_; }
  void forget_asked() { asked_.clear(); }

 private:
  std::vector<Fault> faults_;
  std::deque<Asked> asked_;  // the last kMostAsked
};

std::string_view name(Fault::Action action);
json::Object fault_view(const Fault& fault);

// The answer that a fault puts in the place of `usual`, or makes of it.
http::Response spoil(const Fault& fault, const http::Request& request, http::Response usual);
// Whether the request is carried out at all.
bool is_carried_out(Fault::Action action);

}  // namespace cloud::api
