// The table of keywords as pages: docs/keywords.md and the manual page keepalived.conf(5). Both are
// in the repository; a test keeps them equal to the table. UPDATE_GOLDEN=1 rewrites them.
#pragma once

#include <string>

namespace keepalived {

std::string keyword_page();  // docs/keywords.md
std::string manual_page();   // packaging/man/holdfast-keepalived.conf.5

}  // namespace keepalived
