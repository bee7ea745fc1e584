// The mean time between the requests of an arrival process.
#pragma once

#include "sim/models/workload_config.h"

namespace autoscale {

/// Mean of the time between arrivals (or from answer to arrival), seconds, and whether it is
/// random.
struct MeanInterval {
  double seconds = 0;
  bool random = false;
};

inline MeanInterval mean_interval(const ArrivalConfig& arrivals) {
  if (const auto* camera = std::get_if<PeriodicArrivals>(&arrivals)) {
    return {to_seconds(camera->period), false};
  }
  const auto* renewal = std::get_if<RenewalArrivals>(&arrivals);
  const IntervalConfig& interval =
      renewal ? renewal->interval : std::get<ClosedLoopArrivals>(arrivals).think;
  if (const auto* constant = std::get_if<ConstantInterval>(&interval)) {
    return {to_seconds(constant->value), false};
  }
  return {to_seconds(std::get<ExponentialInterval>(interval).mean), true};
}

}  // namespace autoscale
