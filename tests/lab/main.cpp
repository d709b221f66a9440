#include "lab/lab.h"

int main(int argc, char** argv) {
  return lab::run_tests(argc, argv);
}
