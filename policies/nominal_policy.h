// Base of the heuristics that keep, per DNN, one action of the nominal cost model: the one that the
// ranking of sim/env/choice.h puts first under a latency limit of their own instead of the
// scenario's QoS constraint.
#pragma once

#include <vector>

#include "sim/env/choice.h"
#include "sim/env/policy.h"

namespace autoscale {

class NominalPolicy : public Policy {
 public:
  ExecutionPlan decide(const Observation& o) override { return {choice_[o.dnn]}; }

 protected:
  /// Per DNN the accurate action (any, where none is) of lowest nominal energy within `limit_s`
  /// seconds, else the fastest: an infinite limit gives the lowest energy, one of 0 the fastest.
  NominalPolicy(const CostModel& costs, double limit_s) {
    for (std::uint16_t d = 0; d < costs.dnn_count(); ++d) {
      const auto choice = choose_accurate_first(
          costs.dnn(d), limit_s, [](ActionId) { return true; },
          [&](ActionId a) { return costs.nominal(d, a); });
      choice_.push_back(choice->action);
    }
  }

 private:
  std::vector<ActionId> choice_;  // by DNN
};

}  // namespace autoscale
