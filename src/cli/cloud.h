// The words after `holdfast cloud`.
#pragma once

#include "cli/commands.h"

namespace cli {

int cloud_up(const Arguments& arguments);
int cloud_down(const Arguments& arguments);
int cloud_status(const Arguments& arguments);
int cloud_env(const Arguments& arguments);
int cloud_exec(const Arguments& arguments);
int cloud_shell(const Arguments& arguments);
int cloud_fault(const Arguments& arguments);
int cloud_requests(const Arguments& arguments);
int cloud_drops(const Arguments& arguments);

}  // namespace cli
