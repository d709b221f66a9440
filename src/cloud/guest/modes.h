// The hidden modes of holdfast-cloud; see run_hidden_mode() in guest.h.
#pragma once

#include <string>
#include <vector>

namespace cloud::guest {

// Each gets the words after its name and returns the exit status of the process.
int run_init();
int run_web(const std::vector<std::string>& arguments);
int run_probe(const std::vector<std::string>& arguments);

}  // namespace cloud::guest
