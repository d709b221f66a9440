#include "keepalived/source.h"

#include <utility>

namespace keepalived {

std::uint32_t Sources::add(std::string name, std::string text) {
  File file{.name = std::move(name), .text = std::move(text), .starts = {}};
  for (std::size_t start = 0; start < file.text.size();) {
    file.starts.push_back(start);
    const std::size_t feed = file.text.find('\n', start);
    start = feed == std::string::npos ? file.text.size() : feed + 1;
  }
  files_.push_back(std::move(file));
  return static_cast<std::uint32_t>(files_.size() - 1);
}

std::string_view Sources::line(std::uint32_t file, std::size_t number) const {
  const File& from = files_[file];
  if (number == 0 || number > from.starts.size()) return {};
  const std::size_t start = from.starts[number - 1];
  const std::size_t end = number < from.starts.size() ? from.starts[number] : from.text.size();
  std::string_view line = std::string_view(from.text).substr(start, end - start);
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

text::Place Sources::place(const Origin& origin) const {
  std::string text(line(origin.file, origin.line));
  if (const auto secrets = hidden_.find({origin.file, origin.line}); secrets != hidden_.end())
    for (const auto& [column, length] : secrets->second)
      for (std::size_t i = column - 1; i < column - 1 + length; ++i)
        if (i < text.size()) text[i] = '*';
  return text::place_in_line(files_[origin.file].name, text, origin.line, origin.column,
                             origin.length);
}

}  // namespace keepalived
