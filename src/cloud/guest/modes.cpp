#include "cloud/guest/modes.h"

#include <string_view>

#include "cloud/guest/guest.h"

namespace cloud::guest {

std::optional<int> run_hidden_mode(int argc, char** argv) {
  if (argc < 2) return std::nullopt;
  const std::string_view mode = argv[1];
  const std::vector<std::string> rest(argv + 2, argv + argc);
  if (mode == "guest-init") return run_init();
  if (mode == "guest-web") return run_web(rest);
  if (mode == "guest-probe") return run_probe(rest);
  return std::nullopt;
}

}  // namespace cloud::guest
