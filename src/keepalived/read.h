// Reads a keepalived.conf. Pure: what files contain and which files a pattern matches is asked of
// the caller. Reading never stops at a mistake: all of them come out of one pass, in the order of
// the text.
//
//   const keepalived::Reading reading = keepalived::read("/etc/keepalived/keepalived.conf", files);
//   for (const text::Diagnostic& found : reading.diagnostics) std::cerr << text::render(found);
//   if (reading.verdict == keepalived::Verdict::CannotRun) return 4;
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "keepalived/config.h"
#include "text/place.h"

namespace keepalived {

// The worst thing found decides. The numbers are the exit status of `-t`.
enum class Verdict {
  Sound = 0,           // perhaps with warnings: what is written is what happens
  RunsWithErrors = 5,  // something written cannot be meant; a default took its place
  CannotRun = 4,       // no instance is left, or two claim the same virtual router
};

struct Files {
  // The whole of a file.
  std::function<base::Result<std::string>(const std::string& path)> contents;
  // The files a shell pattern matches, sorted; nothing for none. Without it patterns match nothing.
  std::function<std::vector<std::string>(const std::string& pattern)> matching = {};
};

struct Options {
  std::string config_id = {};  // -i, else the host's short name: which lines behind @ID count
  // ${_ENV NAME}; without it no variable is set.
  std::function<std::string(const std::string& name)> environment = {};
  std::uint64_t random_seed = 0;  // of ${_RANDOM}; the same seed gives the same numbers
};

struct Reading {
  Config config;
  std::vector<text::Diagnostic> diagnostics;
  Verdict verdict = Verdict::Sound;
};

Reading read(const std::string& main_file, const Files& files, const Options& options = {});

// One file whose text is at hand; an `include` in it finds nothing.
Reading read_text(const std::string& name, std::string text, const Options& options = {});

}  // namespace keepalived
