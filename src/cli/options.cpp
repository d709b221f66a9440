#include "cli/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <sstream>

#include "cli/terminal.h"
#include "text/place.h"

namespace cli {

struct Options::Impl {
  CLI::App app;
  Impl(std::string_view program, std::string_view about)
      : app(std::string(about), std::string(program)) {}
  template <typename T>
  void add(const std::string& names, T& into, std::string_view word, std::string_view help) {
    app.add_option(names, into, std::string(help))->type_name(std::string(word));
  }
  std::string suggestion(const CLI::ExtrasError& error) const;
};

Options::Options(std::string_view program, std::string_view about)
    : impl_(std::make_unique<Impl>(program, about)) {
  impl_->app.set_help_flag("-h,--help", "show this and end");
}
Options::~Options() = default;

void Options::value(const std::string& names, std::string& into, std::string_view word,
                    std::string_view help) {
  const std::string shown = into.empty() ? "" : fmt::format(" (default: {})", into);
  impl_->add(names, into, word, std::string(help) + shown);
}

void Options::value(const std::string& names, int& into, std::string_view word,
                    std::string_view help) {
  impl_->add(names, into, word, fmt::format("{} (default: {})", help, into));
}

void Options::values(const std::string& names, std::vector<std::string>& into,
                     std::string_view word, std::string_view help) {
  impl_->app.add_option(names, into, std::string(help))
      ->type_name(std::string(word))
      ->take_all()
      ->allow_extra_args(false);  // one value each time, so that a word after it is an argument
}

void Options::flag(const std::string& names, bool& into, std::string_view help) {
  impl_->app.add_flag(names, into, std::string(help));
}

void Options::argument(std::string_view word, std::string& into, std::string_view help) {
  impl_->app.add_option(std::string(word), into, std::string(help))->required()->type_name(" ");
}

void Options::optional_argument(std::string_view word, std::string& into, std::string_view help) {
  impl_->app.add_option(std::string(word), into, std::string(help))->type_name(" ");
}

void Options::remaining_arguments(std::string_view word, std::vector<std::string>& into,
                                  std::string_view help) {
  impl_->app.add_option(std::string(word), into, std::string(help))->type_name(" ");
  impl_->app.positionals_at_end();
}

void Options::required(const std::string& name) {
  impl_->app.get_option(name)->required();
}

void Options::footer(std::string_view text) {
  impl_->app.footer("\n" + std::string(text));
}

std::string Options::Impl::suggestion(const CLI::ExtrasError& error) const {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  std::istringstream words(error.what());
  for (std::string word; words >> word;)
    if (word.starts_with("--"))
      if (const auto near = text::nearest(word.substr(0, word.find('=')), candidates);
          !near.empty())
        return fmt::format("did you mean {}?", near);
  return {};
}

std::optional<int> Options::parse(const Arguments& arguments) {
  CLI::App& app = impl_->app;
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  const auto mistaken = [&](const std::string& what, const std::string& hint) {
    complain(base::Error{base::Kind::Invalid, fmt::format("{}: {}", app.get_name(), what),
                         hint.empty() ? fmt::format("{} --help", app.get_name()) : hint});
    return kUsage;
  };
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    fmt::print("{}", app.help());
    return 0;
  } catch (const CLI::ExtrasError& error) {
    return mistaken(error.what(), impl_->suggestion(error));
  } catch (const CLI::Error& error) {
    return mistaken(error.what(), {});
  }
  return std::nullopt;
}

}  // namespace cli
