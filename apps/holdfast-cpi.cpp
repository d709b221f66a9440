// The BOSH CPI for OpenStack.
#include <string>
#include <vector>

#include "cpi/run.h"

int main(int count, char** values) {
  const std::vector<std::string> arguments(values + 1, values + count);
  return cpi::run(arguments);
}
