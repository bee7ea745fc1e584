// What became of a request: the ledger says where its time and energy went, the verdict what it was
// worth.
#pragma once

#include "sim/core/time.h"
#include "sim/system/cost.h"

namespace autoscale {

struct Ledger {
  PerStage<Duration> stages{};  // sums to the latency
  PerCause<double> joules{};    // of the phone; sums to energy_j
  double energy_j = 0;          // known at completion
  double server_j = 0;          // the remote side's own energy, apart
};

struct Verdict {
  double reward = 0;  // as the scenario defines it (sim/system/reward.h)
  double score = 0;   // accuracy on the target's scale, percent
  bool qos_met = false;
  bool accuracy_met = false;
};

}  // namespace autoscale
