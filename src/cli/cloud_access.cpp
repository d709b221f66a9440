#include "cli/cloud_access.h"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace cli {
namespace {

using namespace std::chrono_literals;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string words_of(const http::Response& response) {
  const auto body = json::parse(response.body);
  const std::string message = body ? (*body)["error"].text_or("message", "") : "";
  return message.empty() ? fmt::format("HTTP status {}", response.status) : message;
}

}  // namespace

std::string default_cloud_folder() {
  const std::string state = environment("XDG_STATE_HOME");
  return (state.empty() ? environment("HOME") + "/.local/state" : state) + "/holdfast/cloud";
}

base::Result<CloudAccess> read_cloud_access(const std::string& state_folder) {
  const std::string path = state_folder + "/cloud.json";
  std::ifstream in(path);
  if (!in)
    return base::fail(base::Kind::NotFound, "no cloud runs in " + state_folder,
                      "start one with `holdfast cloud up`");
  const auto value = json::parse(std::string(std::istreambuf_iterator<char>(in), {}));
  if (!value) return base::in_context(path, value.error());
  CloudAccess access{.pid = (*value)["pid"].as_integer().value_or(0),
                     .auth_url = value->text_or("auth_url", ""),
                     .username = value->text_or("username", ""),
                     .password = value->text_or("password", ""),
                     .project = value->text_or("project", ""),
                     .domain = value->text_or("domain", ""),
                     .region = value->text_or("region", ""),
                     .admin_url = value->text_or("admin_url", ""),
                     .admin_token = value->text_or("admin_token", "")};
  if (access.pid <= 0 || access.auth_url.empty() || access.admin_url.empty())
    return base::fail(base::Kind::Invalid, path + " lacks pid, auth_url or admin_url",
                      "it is written by holdfast-cloud; restart the cloud");
  return access;
}

openstack::Options session_options(const CloudAccess& access) {
  openstack::Options options;
  options.auth_url = access.auth_url;
  options.credentials.username = access.username;
  options.credentials.password = access.password;
  options.credentials.project_name = access.project;
  options.credentials.user_domain_name = access.domain;
  options.credentials.project_domain_name = access.domain;
  options.region = access.region;
  return options;
}

CloudAdmin::CloudAdmin(CloudAccess access) : access_(std::move(access)), client_(loop_, {}) {}

base::Result<json::Value> CloudAdmin::call(const std::string& method, const std::string& path,
                                           const json::Value& body) {
  const auto url = http::Url::parse(access_.admin_url);
  if (!url) return std::unexpected(url.error());
  http::Request request{.method = method,
                        .target = "/holdfast/v1/" + path,
                        .headers = {{"X-Holdfast-Token", access_.admin_token}},
                        .body = body.is_null() ? "" : json::dump(body)};
  if (!request.body.empty()) request.headers.set("Content-Type", "application/json");
  const auto response = io::run_to_end(
      loop_, client_.send(*url, std::move(request), std::chrono::steady_clock::now() + 30s));
  const std::string what = fmt::format("{} {}", method, path);
  if (!response) return base::in_context("the cloud's admin API: " + what, response.error());
  if (response->status / 100 != 2)
    return base::fail(response->status == 404 ? base::Kind::NotFound : base::Kind::Conflict,
                      fmt::format("the cloud's admin API: {}: {}", what, words_of(*response)));
  if (response->body.empty()) return json::Value();
  return json::parse(response->body);
}

}  // namespace cli
