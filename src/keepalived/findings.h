// Collects what is wrong with a configuration while reading goes on, and how bad it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "keepalived/read.h"
#include "keepalived/source.h"
#include "text/place.h"

namespace keepalived {

class Findings {
 public:
  explicit Findings(const Sources& sources) : sources_(sources) {}

  // What was just found, to say more of it:
  //   findings.warning(at, "…").also(other, "the other one is here").rule("duplicate-vrid");
  class Remark {
   public:
    Remark(Findings& findings, std::size_t number) : findings_(findings), number_(number) {}
    Remark& also(const Origin& at, std::string what);
    Remark& rule(std::string_view name);  // of the table in lint.h

   private:
    Findings& findings_;
    std::size_t number_;
  };

  Remark note(const Origin& at, std::string what, std::string hint = {});
  Remark warning(const Origin& at, std::string what, std::string hint = {});
  // Something written cannot be meant; reading goes on with a default.
  Remark error(const Origin& at, std::string what, std::string hint = {});
  // The whole configuration cannot run.
  Remark fatal(const Origin& at, std::string what, std::string hint = {});
  // True the first time it is asked about this subject: for what is worth saying only once.
  bool is_first(std::string_view subject) { return said_.emplace(subject).second; }

  Verdict verdict() const { return verdict_; }
  // More will not be shown, so that nobody need think about a good hint.
  bool is_full() const { return left_out_ > 0 || repeats_ > kManyRepeats; }
  // In the order of the text: files in the order they were opened, then lines and columns.
  std::vector<text::Diagnostic> take();

 private:
  struct Found {
    Origin at;
    std::size_t number;  // of two at one place the first one found comes first
    text::Severity severity;
    std::string what;
    std::string hint;
    std::vector<std::pair<Origin, std::string>> notes = {};
    std::string_view rule = {};
    std::size_t repeats = 0;  // the same words at the same place, in other rounds of a loop
  };
  static constexpr std::size_t kLeftOut = static_cast<std::size_t>(-1);
  Remark add(text::Severity severity, const Origin& at, std::size_t most, std::string what,
             std::string hint);

  const Sources& sources_;
  std::vector<Found> found_;
  // Those within macros and loops, by place: where the same may be found again.
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::string>, std::size_t>
      repeatable_;
  std::set<std::string, std::less<>> said_;
  std::size_t left_out_ = 0;
  static constexpr std::size_t kManyRepeats = 1000;  // a loop goes on and on
  std::size_t repeats_ = 0;
  Verdict verdict_ = Verdict::Sound;
};

}  // namespace keepalived
