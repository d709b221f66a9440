// The options of one command: declared with the variable they fill, then parsed. The only wrapper
// of the command line library, so that commands compile quickly and --help looks the same
// everywhere.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/commands.h"

namespace cli {

class Options {
 public:
  // `program` is what was typed to get here ("holdfast deploy"), `about` a sentence or two.
  Options(std::string_view program, std::string_view about);
  ~Options();
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;

  // "-f,--file" with the word that stands for its value in --help ("FILE"). What `into` holds
  // before is the default and is shown.
  void value(const std::string& names, std::string& into, std::string_view word,
             std::string_view help);
  void value(const std::string& names, int& into, std::string_view word, std::string_view help);
  // May be given again and again.
  void values(const std::string& names, std::vector<std::string>& into, std::string_view word,
              std::string_view help);
  void flag(const std::string& names, bool& into, std::string_view help);
  // By position.
  void argument(std::string_view word, std::string& into, std::string_view help);
  void optional_argument(std::string_view word, std::string& into, std::string_view help);
  void remaining_arguments(std::string_view word, std::vector<std::string>& into,
                           std::string_view help);
  void required(const std::string& name);
  void footer(std::string_view text);  // examples, files, below the options in --help

  // Nothing when the command shall go on; otherwise the exit status: --help was asked for and
  // printed (0), or the mistake has been printed (kUsage).
  [[nodiscard]] std::optional<int> parse(const Arguments& arguments);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cli
