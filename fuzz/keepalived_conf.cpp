// The reader of keepalived.conf: any bytes, also as what an include finds.
#include <cstddef>
#include <cstdint>
#include <string>

#include "keepalived/read.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  int includes = 0;
  const keepalived::Files files{
      .contents = [&](const std::string&) -> base::Result<std::string> {
        if (includes++ > 4) return base::fail(base::Kind::NotFound, "no such file");
        return text;
      },
      .matching = [](const std::string& pattern) { return std::vector<std::string>{pattern}; }};
  const keepalived::Reading reading = keepalived::read("k.conf", files, {.config_id = "main"});
  for (const text::Diagnostic& found : reading.diagnostics)
    if (text::render(found).empty()) __builtin_trap();
  return 0;
}
