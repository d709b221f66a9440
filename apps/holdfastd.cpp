#include "agent/run.h"

int main(int argc, char** argv) {
  return agent::run({argv, argv + argc});
}
