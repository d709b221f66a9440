// One call of a CPI: a process, JSON in and out, as a BOSH Director starts it. The environment is
// only PATH, TMPDIR and HOME; `info` goes before every call; the exit status does not matter, the
// answer does.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "json/value.h"

namespace deploy {

struct CpiOptions {
  std::vector<std::string> command;  // program and its arguments
  std::string director_uuid;
  json::Object context = {};  // further keys of the context, as a cpi-config's properties
  std::chrono::milliseconds deadline = std::chrono::minutes(15);
};

// What the CPI answered, or why there was no answer. `type` is the BOSH error type
// ("Bosh::Clouds::VMCreationFailed"), empty when the CPI broke the protocol.
struct CpiError {
  std::string type;
  std::string message;
  bool ok_to_retry = false;
  base::Kind kind = base::Kind::Internal;

  base::Error as_error(std::string_view method) const;
};

struct CpiCall {
  std::string method;
  json::Array arguments;
  int stemcell_api_version = 0;  // 0: the context does not mention it
};

// The JSON of a request, for `plan` and for the process. An api_version of 0 is left away.
json::Value request(const CpiOptions& options, const CpiCall& call, int api_version,
                    const std::string& request_id);

class Cpi {
 public:
  explicit Cpi(CpiOptions options) : options_(std::move(options)) {}
  // `info`, then the method. Safe to use from several threads at once.
  std::expected<json::Value, CpiError> call(const CpiCall& call) const;
  const CpiOptions& options() const { return options_; }

 private:
  std::expected<json::Value, CpiError> run(const CpiCall& call, int api_version) const;
  std::expected<int, CpiError> api_version() const;
  CpiOptions options_;
};

}  // namespace deploy
