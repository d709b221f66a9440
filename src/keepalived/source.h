// Where the words of a configuration came from. A word keeps an Origin, four numbers; the full
// text::Place, with the file's name and the line, is made from it only when somebody will read it.
// What a macro holds stands where it was written; the way from there is in the Place's `use`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "text/place.h"

namespace keepalived {

struct Origin {
  std::uint32_t file = 0;
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  std::uint32_t length = 1;
  // Numbers of Sources: the use of a macro that brought the word to where it counts, and the round
  // of the loops it was made in; 0 for none.
  std::uint32_t use = 0;
  std::uint32_t round = 0;

  bool operator==(const Origin&) const = default;
};

// The files read so far, with their lines.
class Sources {
 public:
  // Returns the number of the file. Lines end at a line feed; a carriage return before it is no
  // part of the line.
  std::uint32_t add(std::string name, std::string text, const Origin& included_at = {.line = 0});

  std::size_t count() const { return files_.size(); }
  const std::string& name(std::uint32_t file) const { return files_[file].name; }
  std::size_t lines(std::uint32_t file) const { return files_[file].starts.size(); }
  std::string_view line(std::uint32_t file, std::size_t number) const;  // 1-based
  text::Place place(const Origin& origin) const;

  // A macro, written as "$NAME", is used here. However often it is, the same number. Of a file
  // that holds more uses within uses than anybody wrote, only the outer ones are remembered.
  std::uint32_t add_use(std::string_view macro, Origin at);
  // A ~SEQ or ~LST begins: its rounds have numbers from the one returned on. `describe` says what
  // is particular about one, "I = 3", and is asked only when somebody will read it.
  std::uint32_t add_loop(const Origin& at, std::size_t rounds,
                         std::function<std::string(std::size_t)> describe);
  // A password: no place shows it from now on.
  void hide(const Origin& secret);

 private:
  struct File {
    std::string name;
    std::string text;
    std::vector<std::size_t> starts;
    Origin included_at;  // line 0: nowhere
  };
  struct MacroUse {
    std::string macro;
    Origin at;
  };
  struct Loop {
    Origin at;
    std::uint32_t first_round;
    std::function<std::string(std::size_t)> describe;
    bool is_secret = false;
  };
  const Loop& loop_of(std::uint32_t round) const;
  text::Place spot(const Origin& origin) const;
  const std::shared_ptr<const text::Use>& way(const Origin& origin) const;
  std::shared_ptr<const text::Use> new_way(const Origin& origin) const;
  const std::shared_ptr<const text::Use>& way_of_round(std::uint32_t round) const;
  std::shared_ptr<const text::Use> way_of_file(std::uint32_t file) const;

  std::vector<File> files_;
  std::map<std::pair<std::uint32_t, std::uint32_t>,
           std::set<std::pair<std::uint32_t, std::uint32_t>>>
      hidden_;  // by line: columns and lengths
  std::vector<MacroUse> uses_;
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t>, std::uint32_t>
      known_uses_;           // by file, line, column and use of the place
  std::vector<Loop> loops_;  // in the order of their rounds
  std::uint32_t rounds_ = 0;
  // The ways that were made, by file, use and round: words of one block have theirs in common, and
  // so have the rounds of an inner loop that of the outer one.
  mutable std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>,
                   std::shared_ptr<const text::Use>>
      ways_;
  mutable std::map<std::uint32_t, std::shared_ptr<const text::Use>> ways_of_rounds_;
};

}  // namespace keepalived
