// What one device type can do with one DNN: its actions with their costs, and which are legal.
#pragma once

#include <vector>

#include "sim/system/cost.h"

namespace autoscale {

/// What every inference must meet.
struct Constraints {
  double qos_s = 0;            // latency at most
  double accuracy_target = 0;  // score at least (percent; see accuracy_score)
};

/// A DNN as one device type runs it.
struct DnnOnType {
  RequestModel request;
  std::vector<ActionModel> actions;  // by ActionId
  std::vector<ActionId> legal;       // ascending
  bool attainable = false;           // some legal action meets the accuracy target
  double reference_j = 0;            // nominal energy of Edge (CPU FP32)
};

}  // namespace autoscale
