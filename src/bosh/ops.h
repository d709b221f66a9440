// Ops files: lists of changes to a manifest, as the bosh CLI applies them (-o) before it fills in
// the variables.
#pragma once

#include "bosh/report.h"
#include "yaml/node.h"

namespace bosh {

// Applies the operations in order; each one that cannot be is reported at its place in the ops file
// and left out.
void apply_ops(yaml::Node& document, const yaml::Node& ops, Report& report);

}  // namespace bosh
