// What the handlers of Glance's images share.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "cloud/api/cloud.h"
#include "cloud/model/records.h"

namespace cloud::api {

json::Object image_view(const model::Image& image);

bool may_see(const Call& call, const model::Image& image);
// The image that the path names, if the caller may see it; if he may change it.
model::Allowed<model::Image> find_image(Call& call);
model::Allowed<model::Image> own_image(Call& call);

// One attribute of an image, by POST or PATCH.
model::Allowed<> set_attribute(Call& call, model::Image& image, std::string_view name,
                               const json::Value& value);

// The file of its data, when there is a directory for them.
std::string path_of(const Call& call, const model::Image& image);

template <std::size_t Size>
bool is_one_of(const std::array<std::string_view, Size>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

}  // namespace cloud::api
