#include "sim/core/time.h"

namespace autoscale {

void throw_overflow() {
  throw TimeOverflow("more than the 73 years of simulated time that are possible");
}

}  // namespace autoscale
