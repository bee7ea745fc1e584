// Simulated time: whole nanoseconds since the start of a run, behind a std::chrono clock.
//
// Integers make stage times add up to a latency exactly and make event order independent of
// rounding. The clock has no now(): only an Engine knows what time it is.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <stdexcept>

#include "sim/core/check.h"

namespace autoscale {

/// A span of simulated time in nanoseconds.
using Duration = std::chrono::nanoseconds;

/// Tags instants of simulated time, so that they never mix with wall-clock instants.
struct SimClock {
  using rep = Duration::rep;
  using period = Duration::period;
  using duration = Duration;
  using time_point = std::chrono::time_point<SimClock, Duration>;
  static constexpr bool is_steady = true;
};

/// An instant of simulated time.
using Time = std::chrono::time_point<SimClock, Duration>;

/// The instant at which every run begins.
inline constexpr Time kStart{};

/// After every event, 73 years past kStart. It is 2^61 - 1 ns, because an event's key is the
/// instant and three bits of rank in one 64-bit word; nothing can be scheduled at or after it.
inline constexpr Time kNever{Duration{(std::int64_t{1} << 61) - 1}};

/// What a scenario asks for ends at or after kNever.
class TimeOverflow : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

[[noreturn, gnu::cold]] void throw_overflow();

inline constexpr double kNeverNs = static_cast<double>(kNever.time_since_epoch().count());

/// `seconds` rounded up to whole nanoseconds, so that work never takes less time than it needs;
/// zero stays zero. What exceeds a whole nanosecond only by the rounding of the double (2 epsilon,
/// relative) is not rounded up: 0.07 s is 70'000'000 ns, and from_seconds(to_seconds(d)) == d up to
/// 2^53 ns (104 days). Fails a check when `seconds` is negative or NaN; throws TimeOverflow when it
/// is not below kNever.
constexpr Duration from_seconds(double seconds) {
  const double nanoseconds = seconds * 1e9;
  AUTOSCALE_CHECK(nanoseconds >= 0, "{} s is not a duration", seconds);
  if (nanoseconds >= kNeverNs) throw_overflow();
  const auto whole = static_cast<std::int64_t>(nanoseconds);
  const double excess = nanoseconds - static_cast<double>(whole);
  const double rounding = 2 * std::numeric_limits<double>::epsilon() * nanoseconds;
  return Duration{excess > rounding ? whole + 1 : whole};
}

/// The instant `seconds` after `from`, as from_seconds rounds; kNever if it is not before that.
constexpr Time after_seconds(Time from, double seconds) {
  if (seconds * 1e9 >= kNeverNs) return kNever;
  return std::min(kNever, from + from_seconds(seconds));
}

/// The span in seconds, correctly rounded up to 2^53 ns (104 days).
constexpr double to_seconds(Duration duration) {
  return static_cast<double>(duration.count()) / 1e9;
}

/// Seconds since kStart.
constexpr double to_seconds(Time time) { return to_seconds(time.time_since_epoch()); }

}  // namespace autoscale
