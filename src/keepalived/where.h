// Where something was written. No part of what it means: two configurations that differ in nothing
// else are equal, so that a reload can tell what it changes.
#pragma once

#include <utility>

#include "text/place.h"

namespace keepalived {

struct Where : text::Place {
  Where() = default;
  Where(text::Place place) : text::Place(std::move(place)) {}  // as good as the place itself

  friend bool operator==(const Where&, const Where&) { return true; }
};

}  // namespace keepalived
