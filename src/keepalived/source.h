// Where the words of a configuration came from. A word keeps an Origin, four numbers; the full
// text::Place, with the file's name and the line, is made from it only when somebody will read it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "text/place.h"

namespace keepalived {

struct Origin {
  std::uint32_t file = 0;
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  std::uint32_t length = 1;

  bool operator==(const Origin&) const = default;
};

// The files read so far, with their lines.
class Sources {
 public:
  // Returns the number of the file. Lines end at a line feed; a carriage return before it is no
  // part of the line.
  std::uint32_t add(std::string name, std::string text);

  std::size_t count() const { return files_.size(); }
  const std::string& name(std::uint32_t file) const { return files_[file].name; }
  std::size_t lines(std::uint32_t file) const { return files_[file].starts.size(); }
  std::string_view line(std::uint32_t file, std::size_t number) const;  // 1-based
  text::Place place(const Origin& origin) const;
  // A password: no place shows it from now on.
  void hide(const Origin& secret) {
    hidden_[{secret.file, secret.line}].emplace(secret.column, secret.length);
  }

 private:
  struct File {
    std::string name;
    std::string text;
    std::vector<std::size_t> starts;
  };
  std::vector<File> files_;
  std::map<std::pair<std::uint32_t, std::uint32_t>,
           std::set<std::pair<std::uint32_t, std::uint32_t>>>
      hidden_;  // by line: columns and lengths
};

}  // namespace keepalived
