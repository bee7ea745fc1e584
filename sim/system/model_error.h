// How wrong the cost model of planners is. A phone knows data sheets and a profile of its own processors,
// not the truth: its figures are off by log-normal factors, drawn once per run and phone. Oracles know the
// truth in any case.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/config/fields.h"
#include "sim/core/random_field.h"
#include "sim/system/dnn_on_type.h"

namespace autoscale {

struct DeviceType;

/// Standard deviations of the logarithms of the factors; 0 is exact.
struct ModelError {
  double latency = 0;     // of a DNN on a processor at a precision; half of it is the processor's
  double power = 0;       // of a processor at a precision, a radio, the idle phone
  double link_rate = 0;   // of a link, both ways
  double rtt = 0;         // of a link
  double contention = 0;  // of what a co-runner costs, for CPU and memory

  bool exact() const { return latency + power + link_rate + rtt + contention == 0; }

  template <class V>
  void fields(V& v) {
    v.optional("latency", latency, "of a DNN on a processor: standard deviation of its logarithm",
               config::range(0.0, 3.0));
    v.optional("power", power, "of a processor, a radio, the idle phone", config::range(0.0, 3.0));
    v.optional("link_rate", link_rate, "of a link's rate", config::range(0.0, 3.0));
    v.optional("rtt", rtt, "of a link's round trip", config::range(0.0, 3.0));
    v.optional("contention", contention, "of what a co-runner costs", config::range(0.0, 3.0));
  }
};

/// What a planner takes for true. The logarithms of the factors scale with the errors: equal seeds
/// and owners err in the same directions.
struct MistakenModel {
  std::vector<DnnOnType> dnns;
  std::array<double, kLinks> rate;   // factors on link rates,
  std::array<double, kLinks> rtt;    // on round trips
  std::array<double, kLinks> radio;  // and on powers of sending and receiving
};

/// Of the owner, a phone or a device type by its number.
MistakenModel mistaken_model(const DeviceType& type, const ModelError& error,
                             const RandomField& random, std::uint32_t owner);

}  // namespace autoscale
