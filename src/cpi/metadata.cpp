#include "cpi/metadata.h"

namespace cpi {
namespace {

constexpr std::size_t kLongest = 255;

std::string text_of(const json::Value& value) {
  const auto* text = value.as_string();
  return text == nullptr ? json::dump(value) : *text;
}

bool continues_a_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;  // UTF-8
}

std::string cut(const std::string& text) {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (continues_a_character(text[i])) continue;
    if (characters++ == kLongest) return text.substr(0, i);
  }
  return text;
}

std::optional<std::string> find_text(const json::Object& metadata, std::string_view key) {
  const json::Value* value = metadata.find(key);
  if (value == nullptr || value->is_null()) return std::nullopt;
  return text_of(*value);
}

}  // namespace

std::vector<std::pair<std::string, std::string>> metadata_pairs(const json::Object& metadata) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& [key, value] : metadata)
    if (!value.is_null()) out.emplace_back(cut(key), cut(text_of(value)));
  return out;
}

std::optional<std::string> human_readable_name(const json::Object& metadata) {
  const auto named = [](std::string name) { return std::optional(cut(name)); };
  if (auto name = find_text(metadata, "name")) return named(std::move(*name));
  const auto job = find_text(metadata, "job");
  const auto index = find_text(metadata, "index");
  if (job && index) return named(*job + "/" + *index);
  if (auto compiling = find_text(metadata, "compiling")) return named("compiling/" + *compiling);
  return std::nullopt;
}

}  // namespace cpi
