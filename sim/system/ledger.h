// What became of a request: the ledger says where its time and energy went, the verdict what it was
// worth.
#pragma once

#include "sim/core/time.h"
#include "sim/system/cost.h"

namespace autoscale {

struct Ledger {
  PerStage<Duration> stages{};  // sums to the time from arrival to completion
  PerCause<double> joules{};    // of the phone; sums to energy_j
  double energy_j = 0;          // known at completion
  double server_j = 0;          // the remote side's own energy, apart
  double counted_j = 0;         // as the scenario's objective counts both
};

struct Verdict {
  double latency_s = 0;  // as QoS judges it: of a generative request see generation_cost.h
  double reward = 0;     // as the scenario defines it (sim/system/reward.h)
  double score = 0;      // accuracy on the target's scale, percent
  bool qos_met = false;
  bool accuracy_met = false;
};

}  // namespace autoscale
