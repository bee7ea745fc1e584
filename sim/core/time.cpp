#include "sim/core/time.h"

#include <fmt/format.h>

namespace autoscale {

void throw_overflow(double seconds) {
  constexpr double kYearS = 365.25 * 86400;
  throw TimeOverflow(fmt::format("{:.3g} years of simulated time; at most {:.0f} are possible",
                                 seconds / kYearS, to_seconds(kNever) / kYearS));
}

}  // namespace autoscale
