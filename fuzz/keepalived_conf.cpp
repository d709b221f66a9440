// The reader of keepalived.conf and its lint: any bytes, also as what an include finds, and as the
// files of two nodes.
#include <cstddef>
#include <cstdint>
#include <string>

#include "keepalived/lint.h"
#include "keepalived/read.h"

namespace {

keepalived::Reading read(const std::string& text, const std::string& id) {
  int includes = 0;
  const keepalived::Files files{
      .contents = [&](const std::string&) -> base::Result<std::string> {
        if (includes++ > 4) return base::fail(base::Kind::NotFound, "no such file");
        return text;
      },
      .matching = [](const std::string& pattern) { return std::vector<std::string>{pattern}; }};
  return keepalived::read("k.conf", files, {.config_id = id});
}

void show(const std::vector<text::Diagnostic>& findings) {
  for (const text::Diagnostic& found : findings)
    if (text::render(found, text::Look::Coloured).empty()) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const keepalived::Surroundings machine = {
      .interfaces = {{"eth0", {net::Prefix::parse("10.0.0.5/24").value()}},
                     {"eth1", {net::Prefix::parse("10.0.0.6/24").value()}}},
      .vendor = "OpenStack Foundation",
      .product = "OpenStack Nova"};
  const std::string text(reinterpret_cast<const char*>(data), size);
  const keepalived::Reading here = read(text, "main"), there = read(text, "spare");
  show(here.diagnostics);
  show(keepalived::lint(here.config, machine));
  const keepalived::Node nodes[] = {{"main", here.config}, {"spare", there.config}};
  show(keepalived::lint_together(nodes));
  return 0;
}
