// What one device type can do with one DNN: its actions with their costs, and which are legal.
#pragma once

#include <vector>

#include "sim/system/cost.h"

namespace autoscale {

/// What every inference must meet.
struct Constraints {
  double qos_s = 0;            // latency at most; of a generative request its first token's
  double accuracy_target = 0;  // score at least (percent; see accuracy_score)
  double token_qos_s = 0;      // generative: mean time per further token at most; 0: any
};

/// A DNN as one device type runs it.
struct DnnOnType {
  RequestModel request;
  std::vector<ActionModel> actions;  // by ActionId
  std::vector<ActionId> legal;       // ascending
  bool attainable = false;           // some legal action meets the accuracy target
  ActionId reference = 0;  // Edge (CPU FP32): the phone's CPU at its top, as precisely as it can
  double reference_j = 0;  // nominal energy of it; of a generative network for usual lengths

  /// Nominal energy of Edge (CPU FP32) for a request of these lengths.
  double reference_for(const Tokens& tokens) const {
    if (!request.generative()) return reference_j;
    Conditions calm;
    calm.tokens = tokens;
    return predict(request, actions[reference], calm).energy_j;
  }
};

}  // namespace autoscale
