// What a guest sees of the file system: the host's, with /run and /tmp of its own, and a /proc and
// /sys that show its own processes and links.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"

namespace cloud::guest {

// `keep` is a directory that stays visible where it is, even below /run or /tmp (the programs).
// What could not be done but is no reason to stop comes back as text.
base::Result<std::vector<std::string>> mount_filesystems(const std::string& keep);

// Writes a file and the directories above it; 0600, or 0700 if it starts as a script does.
base::Result<> write_file(const std::string& path, const std::string& content);

}  // namespace cloud::guest
