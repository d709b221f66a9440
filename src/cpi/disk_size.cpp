#include "cpi/disk_size.h"

#include <fmt/format.h>

namespace cpi {

Result<std::int64_t> disk_size_gib(const json::Value& mebibytes) {
  constexpr std::int64_t kGib = 1024;
  constexpr std::int64_t kMost = std::int64_t{1} << 40;  // of MiB: no cloud has an exbibyte
  const auto size = mebibytes.as_integer();
  if (!size) return wrong_arguments("Disk size needs to be an integer");
  if (*size < kGib) return cloud_error("Minimum disk size is 1 GiB");
  if (*size > kMost)
    return wrong_arguments(fmt::format("Disk size {} MiB is more than any cloud has", *size));
  return (*size + kGib - 1) / kGib;
}

}  // namespace cpi
