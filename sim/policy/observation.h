// What a policy sees, what it answers and what it is told afterwards.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "sim/core/time.h"
#include "sim/models/processor.h"
#include "sim/system/ledger.h"
#include "sim/system/segment.h"

namespace autoscale {

/// What a policy may see when it decides, as values.
struct Observation {
  std::uint32_t phone = 0;    // which one asks
  std::uint32_t request = 0;  // number of the request in its run, from 0
  std::uint16_t dnn = 0;      // index of the system's DNNs
  Time now{};
  std::uint32_t prompt_tokens = 0;  // of a generative request
  CoRunnerLoad load;
  std::array<double, kLinks> signal_dbm{};  // cloud link, tablet link
  std::array<bool, kLinks> weak{};          // at or below the technology's threshold
};

/// The decision: the whole network on one execution target or, if there are segments, the network
/// in segments; `action` then counts for nothing. Segments need to live until the next decision only.
struct ExecutionPlan {
  ActionId action = 0;
  std::span<const Segment> segments{};
};

/// What became of a request, with the verdict on it. `next` is the same DNN's observation at
/// completion.
struct Outcome : Verdict {
  const Observation& observation;
  const Observation& next;
  ActionId action = 0;
  double latency_s = 0;  // what the QoS constraint judges
  double energy_j = 0;   // what the scenario's objective counts
  Tokens tokens{};       // of a generative request, as they came out
};

}  // namespace autoscale
