// The operator's command. Everything it does is in src/cli, one file a command.
#include "cli/commands.h"

int main(int argc, char** argv) {
  return cli::run(argc, argv);
}
