// How an action ranks, written out apart from choose(): constraints first, then energy or latency.
#pragma once

#include "sim/system/cost.h"

namespace autoscale {

struct Rank {
  bool inaccurate = false, late = false;
  double key = 0;
  auto operator<=>(const Rank&) const = default;
};

inline Rank rank_of(bool accurate, const Cost& cost, double qos_s) {
  const bool late = cost.latency_s > qos_s;
  return {!accurate, late, late ? cost.latency_s : cost.energy_j};
}

}  // namespace autoscale
