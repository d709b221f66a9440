// A light stemcell's id is the image's with " light" behind it, as the Ruby CPI writes it. The Go
// CPI leaves that away.
#pragma once

#include <string>

#include "openstack/ids.h"

namespace cpi {

struct StemcellId {
  openstack::ImageId image;
  bool is_light = false;

  static StemcellId parse(std::string text) {
    constexpr std::string_view kSuffix = " light";
    const bool is_light = text.ends_with(kSuffix);
    if (is_light) text.resize(text.size() - kSuffix.size());
    return {openstack::ImageId(std::move(text)), is_light};
  }
};

}  // namespace cpi
