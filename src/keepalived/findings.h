// Collects what is wrong with a configuration while reading goes on, and how bad it is.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "keepalived/read.h"
#include "keepalived/source.h"
#include "text/place.h"

namespace keepalived {

class Findings {
 public:
  explicit Findings(const Sources& sources) : sources_(sources) {}

  void note(const Origin& at, std::string what, std::string hint = {});
  void warning(const Origin& at, std::string what, std::string hint = {});
  // Something written cannot be meant; reading goes on with a default.
  void error(const Origin& at, std::string what, std::string hint = {});
  // The whole configuration cannot run.
  void fatal(const Origin& at, std::string what, std::string hint = {});
  // True the first time it is asked about this subject: for what is worth saying only once.
  bool is_first(std::string_view subject) { return said_.emplace(subject).second; }

  // "k.conf:3:5", to name a second place in a message.
  std::string where(const Origin& origin) const;

  Verdict verdict() const { return verdict_; }
  // More will not be shown, so that nobody need think about a good hint.
  bool is_full() const { return left_out_ > 0; }
  // In the order of the text: files in the order they were opened, then lines and columns.
  std::vector<text::Diagnostic> take();

 private:
  struct Found {
    Origin at;
    std::size_t number;  // of two at one place the first one found comes first
    text::Severity severity;
    std::string what;
    std::string hint;
  };
  void add(text::Severity severity, const Origin& at, std::string what, std::string hint);

  const Sources& sources_;
  std::vector<Found> found_;
  std::set<std::string, std::less<>> said_;
  std::size_t left_out_ = 0;
  Verdict verdict_ = Verdict::Sound;
};

}  // namespace keepalived
