// Runs the real executable as a Director does.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "json/value.h"

namespace cpi_process {

struct Answer {
  int exit_status = 0;
  json::Value json;    // of the whole standard output
  std::string errors;  // standard error
  std::string output;

  std::string error_type() const { return json["error"].text_or("type", ""); }
  std::string error_message() const { return json["error"].text_or("message", ""); }
  bool ok_to_retry() const { return json["error"]["ok_to_retry"] == json::Value(true); }
};

// A cpi.json in a folder of its own, removed with it.
class Cpi {
 public:
  explicit Cpi(const std::string& auth_url, json::Object more = {});
  ~Cpi();
  Cpi(const Cpi&) = delete;
  Cpi& operator=(const Cpi&) = delete;

  Answer call(const std::string& method, json::Array arguments) const;
  Answer send(const std::string& standard_input) const;
  std::string config_file() const { return folder_ / "cpi.json"; }

 private:
  std::filesystem::path folder_;
};

Answer start(std::vector<std::string> arguments, const std::string& standard_input);

// The arguments of create_vm; `cloud_properties` and `net_id` as given.
json::Array create_vm_arguments(const std::string& image, const std::string& net_id,
                                const std::string& address, json::Object cloud_properties);

}  // namespace cpi_process
