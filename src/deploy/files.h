// Whole files, read and replaced.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace deploy {

// Kind::NotFound when there is none; at most 16 MiB.
base::Result<std::string> read_file(const std::string& path);

// The new content is on the disk under another name before it takes the old one's place, so that a
// crash leaves one of the two, whole. Readable by the owner only.
base::Result<> write_file(const std::string& path, std::string_view content);

}  // namespace deploy
