#include "cpi/run.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <fstream>
#include <sstream>

#include "base/log.h"
#include "base/text.h"
#include "cpi/call.h"
#include "io/wait.h"

namespace cpi {
namespace {

constexpr std::size_t kLargestRequest = std::size_t{64} << 20;
constexpr std::string_view kUsage =
    "usage: holdfast-cpi CPI.JSON [CACERT.PEM] < request\n"
    "       holdfast-cpi -configFile=CPI.JSON [-caCert=CACERT.PEM] < request\n"
    "A BOSH CPI for OpenStack: one JSON request on standard input, one JSON answer on standard\n"
    "output, a log on standard error.\n";

// A Director reads both pipes, but a person may not: a full pipe drops lines, it never stops us.
void log_with(const std::string& request_id) {
  base::log::set_sink([request_id](base::log::Level, std::string_view line) {
    pollfd ready{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
    if (poll(&ready, 1, 0) != 1 || (ready.revents & POLLOUT) == 0) return false;
    const std::string out = request_id.empty()
                                ? fmt::format("{}\n", line.substr(0, 4000))
                                : fmt::format("[req_id {}] {}\n", request_id, line.substr(0, 3900));
    return ::write(STDERR_FILENO, out.data(), out.size()) == static_cast<ssize_t>(out.size());
  });
}

void log_exchange(const openstack::Exchange& exchange) {
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(exchange.took).count();
  const std::string outcome =
      exchange.status == 0 ? exchange.problem : fmt::format("{}", exchange.status);
  base::log::info("cpi.http", {{"request", exchange.method + " " + exchange.url},
                               {"answer", outcome},
                               {"ms", fmt::format("{}", milliseconds)},
                               {"id", exchange.request_id}});
}

base::Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file)
    return std::unexpected(
        base::system_error(fmt::format("cannot read the configuration {}", path), errno));
  return std::move(text).str();
}

Result<Config> load_config(const CommandLine& line, const Request& request) {
  if (line.config_file.empty())
    return std::unexpected(Error{kCpiError,
                                 "no configuration file is given; start me as "
                                 "holdfast-cpi CPI.JSON [CACERT.PEM]"});
  const auto text = read_file(line.config_file);
  if (!text) return std::unexpected(Error{kCpiError, base::to_string(text.error())});
  return read_config(*text, request.context, line.ca_file);
}

Result<json::Value> carry_out(std::string_view text, const CommandLine& line) {
  const auto request = read_request(text);
  if (!request) return std::unexpected(request.error());
  log_with(request->request_id);
  auto config = load_config(line, *request);
  if (!config) return std::unexpected(config.error());
  const Method method = find_method(request->method);
  if (method == nullptr)
    return std::unexpected(Error{
        kNotImplemented, fmt::format("'{}' is not implemented by holdfast-cpi", request->method)});
  config->cloud.observe = log_exchange;
  io::Loop loop;
  openstack::Session session(loop, config->cloud);
  const Call call{.request = *request, .config = *config, .cloud = session};
  base::log::info("cpi.call", {{"method", request->method}});
  return io::run_to_end(loop, method(call));
}

// To the end: a Director writes the whole request before it reads anything.
base::Result<std::string> read_standard_input() {
  std::string text;
  char buffer[65536];
  for (;;) {
    const ssize_t got = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(base::system_error("cannot read the request", errno));
    if (got == 0) return text;
    if (text.size() < kLargestRequest) text.append(buffer, static_cast<std::size_t>(got));
  }
}

}  // namespace

base::Result<CommandLine> read_command_line(std::span<const std::string> arguments) {
  CommandLine line;
  std::vector<std::string> plain;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string_view argument = arguments[i];
    if (!argument.starts_with('-') || argument == "-") {
      plain.emplace_back(argument);
      continue;
    }
    argument.remove_prefix(argument.starts_with("--") ? 2 : 1);
    const auto equals = argument.find('=');
    const std::string_view name = argument.substr(0, equals);
    const bool has_value = equals != std::string_view::npos;
    if (name == "help" || name == "h") {
      line.wants_help = true;
    } else if (name == "version") {
      line.wants_version = true;
    } else if (name == "configFile" || name == "caCert") {
      if (!has_value && i + 1 == arguments.size())
        return base::fail(base::Kind::Invalid, fmt::format("-{} needs a file name", name));
      const std::string value(has_value ? argument.substr(equals + 1)
                                        : std::string_view(arguments[++i]));
      (name == "configFile" ? line.config_file : line.ca_file) = value;
    } else {
      return base::fail(base::Kind::Invalid,
                        fmt::format("the option {} is not known", base::printable(arguments[i])),
                        "see holdfast-cpi --help");
    }
  }
  if (!plain.empty() && line.config_file.empty()) {
    line.config_file = plain.front();
    plain.erase(plain.begin());
  }
  if (!plain.empty() && line.ca_file.empty()) line.ca_file = plain.front();
  return line;
}

std::string to_json(const Result<json::Value>& result) {
  json::Object out;
  out.set("result", result ? *result : json::Value{});
  if (result)
    out.set("error", nullptr);
  else
    out.set("error", json::Object{{"type", result.error().type},
                                  {"message", result.error().message},
                                  {"ok_to_retry", result.error().ok_to_retry}});
  out.set("log", "");
  return json::dump(out);
}

std::string answer(std::string_view request, const CommandLine& line) {
  Result<json::Value> result;
  try {
    result = carry_out(request, line);
  } catch (const std::exception& error) {  // a library's, or no memory: still one answer
    result = std::unexpected(Error{"Unknown", fmt::format("internal error: {}", error.what())});
  }
  if (!result)
    base::log::error("cpi.failed",
                     {{"type", result.error().type}, {"message", result.error().message}});
  return to_json(result);
}

int run(std::span<const std::string> arguments) {
  std::signal(SIGPIPE, SIG_IGN);
  log_with({});
  const auto line = read_command_line(arguments);
  if (line && line->wants_help) {
    std::fwrite(kUsage.data(), 1, kUsage.size(), stdout);
    return 0;
  }
  if (line && line->wants_version) {
    std::puts("holdfast-cpi " HOLDFAST_VERSION);
    return 0;
  }
  const auto request = read_standard_input();
  std::string out;
  if (!line)
    out = to_json(std::unexpected(Error{kCpiError, base::to_string(line.error())}));
  else if (!request)
    out = to_json(std::unexpected(Error{kCpiError, base::to_string(request.error())}));
  else
    out = answer(*request, *line);
  out += '\n';
  std::string_view left = out;
  while (!left.empty()) {
    const ssize_t put = ::write(STDOUT_FILENO, left.data(), left.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return 1;
    left.remove_prefix(static_cast<std::size_t>(put));
  }
  return 0;
}

}  // namespace cpi
