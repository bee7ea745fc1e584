// When the requests of a phone arrive.
#pragma once

#include "sim/world/run_state.h"

namespace autoscale {

class Arrivals {
 public:
  /// `run` must outlive it.
  explicit Arrivals(const RunState& run) : arrivals_(run.system().arrivals), run_(run) {}

  /// When the phone's first request of a phase that begins now arrives.
  Time first(const Phone& phone, Time now) const;
  /// When the phone's next request is meant to arrive, which may lie in the past. In a closed loop
  /// it follows the answer, which came now.
  Time next(const Phone& phone, Time now) const;
  /// Whether a frame that comes while the phone is busy is lost. On the grid every request counts,
  /// so none is dropped and no queue builds up.
  bool drop_frames() const {
    return std::holds_alternative<PeriodicArrivals>(arrivals_) && !run_.phase().grid();
  }

 private:
  Duration interval(const Phone& phone) const;

  const ArrivalConfig& arrivals_;
  const RunState& run_;
};

}  // namespace autoscale
