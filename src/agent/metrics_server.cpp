#include "agent/metrics_server.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fstream>
#include <utility>

#include "agent/view/metrics.h"
#include "base/text.h"
#include "http/server.h"
#include "io/wait.h"

namespace agent {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto kSlice = 200us;  // of the loop, then others have their turn
constexpr auto kFresh = 1s;     // who asks again within this gets the same text
constexpr auto kPause = 10ms;
constexpr std::string_view kType = "text/plain; version=0.0.4; charset=utf-8";
constexpr std::string_view kIndex =
    "holdfastd: metrics for Prometheus are at /metrics; `holdfast status` is for people\n";

view::ProcessMetrics process_metrics() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  std::uint64_t total = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return {
      .cpu_seconds = seconds(used.ru_utime) + seconds(used.ru_stime),
      .resident_bytes = static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE))};
}

struct Place {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;
};

base::Result<Place> parse(const std::string& text) {
  Place out;
  const std::size_t colon = text.rfind(':');
  if (colon != std::string::npos) {
    out.address = text.substr(0, colon);
    if (out.address.starts_with('[') && out.address.ends_with(']'))
      out.address = out.address.substr(1, out.address.size() - 2);
  }
  const auto port =
      base::parse_number<std::uint16_t>(colon == std::string::npos ? text : text.substr(colon + 1));
  if (!port)
    return base::fail(base::Kind::Invalid, fmt::format("--metrics={}: no port", text),
                      "for example --metrics=9650 or --metrics=0.0.0.0:9650");
  out.port = *port;
  return out;
}

http::Response answer(int status, std::string_view type, std::string body) {
  return {
      .status = status, .headers = {{"Content-Type", std::string(type)}}, .body = std::move(body)};
}

}  // namespace

struct MetricsServer::Impl {
  Impl(io::Loop& on, Agent& of) : loop(on), agent(of) {}

  io::Task<http::Response> handle(http::Request request);
  io::Task<> render();

  io::Loop& loop;
  Agent& agent;
  std::string text;
  Clock::time_point rendered{};
  bool is_rendering = false;
  std::uint16_t port = 0;
  std::unique_ptr<http::Server> server;
};

io::Task<http::Response> MetricsServer::Impl::handle(http::Request request) {
  const auto parts = http::path_parts(request.target);
  if (request.method != "GET" && request.method != "HEAD")
    co_return answer(405, "text/plain", "GET is what there is\n");
  if (parts.size() != 1 || parts[0] != "metrics") {
    const bool is_index = parts.empty() || (parts.size() == 1 && parts[0].empty());
    co_return answer(is_index ? 200 : 404, "text/plain", std::string(kIndex));
  }
  while (is_rendering) co_await io::sleep_for(kPause);
  if (text.empty() || Clock::now() - rendered >= kFresh) co_await render();
  http::Response response = answer(200, kType, text);
  co_return response;
}

io::Task<> MetricsServer::Impl::render() {
  is_rendering = true;
  view::Snapshot outline = agent.outline();
  const view::ProcessMetrics process = process_metrics();
  view::MetricsText making(outline, process);
  auto end = Clock::now() + kSlice;
  const std::vector<vrrp::RouterId> ids = agent.routers();
  for (const vrrp::RouterId id : ids) {
    if (agent.has(id)) {  // not gone by a reload meanwhile
      const view::RouterSnapshot router = agent.snapshot_of(id);
      making.add(view::RouterMetrics(router, outline));
    }
    if (Clock::now() < end) continue;
    co_await asio::post(loop.context(), asio::use_awaitable);
    end = Clock::now() + kSlice;
  }
  std::string out;
  while (making.append(out)) {
    if (Clock::now() < end) continue;
    co_await asio::post(loop.context(), asio::use_awaitable);
    end = Clock::now() + kSlice;
  }
  text = std::move(out);
  rendered = Clock::now();
  is_rendering = false;
}

MetricsServer::MetricsServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
MetricsServer::~MetricsServer() = default;

base::Result<std::unique_ptr<MetricsServer>> MetricsServer::open(io::Loop& loop, Agent& agent,
                                                                 const std::string& place) {
  const auto parsed = parse(place);
  if (!parsed) return std::unexpected(parsed.error());
  auto listening = http::listen_on(parsed->address, parsed->port);
  if (!listening) return std::unexpected(listening.error());
  auto impl = std::make_unique<Impl>(loop, agent);
  impl->port = listening->port;
  impl->server = std::make_unique<http::Server>(
      loop, std::move(listening->descriptor),
      [raw = impl.get()](http::Request request) { return raw->handle(std::move(request)); },
      http::ServerOptions{.header_limit = 8 * 1024,
                          .body_limit = [](const http::Request&) { return std::uint64_t{0}; },
                          .idle = 60s,
                          .patience = 5s,
                          .connection_limit = 16});
  return std::unique_ptr<MetricsServer>(new MetricsServer(std::move(impl)));
}

std::uint16_t MetricsServer::port() const {
  return impl_->port;
}

}  // namespace agent
