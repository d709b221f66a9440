#include "openstack/retry.h"

#include <algorithm>

namespace openstack {
namespace {

bool is_passing(const Failure& failure) {
  if (failure.status == 0)
    return failure.error.kind == base::Kind::Unavailable ||
           failure.error.kind == base::Kind::Timeout || failure.error.kind == base::Kind::Io;
  return failure.error.kind == base::Kind::Unavailable;
}

}  // namespace

std::optional<io::Duration> delay_before_retry(std::string_view method, const Failure& failure,
                                               int attempt, const RetryPolicy& policy) {
  const bool is_harmless = method == "GET" || method == "HEAD" || method == "DELETE";
  if (attempt >= policy.attempts || !is_passing(failure)) return std::nullopt;
  if (!is_harmless && failure.may_have_happened) return std::nullopt;
  // Whoever was silent for a whole answer timeout gets one more, not five.
  if (failure.status == 0 && failure.error.kind == base::Kind::Timeout && attempt > 1)
    return std::nullopt;
  io::Duration delay = policy.first_delay;
  for (int i = 1; i < attempt && delay < policy.longest_delay; ++i) delay *= 2;
  if (failure.retry_after) delay = std::max<io::Duration>(delay, *failure.retry_after);
  // Whoever asks for more patience than we have gets a failure now instead of later.
  if (failure.retry_after && *failure.retry_after > policy.longest_retry_after) return std::nullopt;
  return std::min(delay, std::max<io::Duration>(policy.longest_delay, policy.longest_retry_after));
}

}  // namespace openstack
