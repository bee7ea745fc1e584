// What an action will cost and be worth before its noise is known: expectations over the time of
// the processor and over the round trip.
//
// Model   Local: latency and energy are affine in one factor, log-normal with mean 1. Remote: they
//         are piecewise affine in the round trip, which is log-normal, with kinks where the request
//         begins to wait for a worker and where a pause of slow start vanishes; the server's factor
//         is log-normal too. The `sound` reward is affine in the energy or in the latency between
//         its own steps (QoS, and the caps of energy and lateness), so that each piece has a closed
//         form. Over the server's factor: Gauss-Hermite quadrature with 7 points, or the same closed
//         form where the round trip is fixed.
//         A generative request is as late as the later of its first token and its others, which adds
//         a kink where they meet.
// Assumes load and signal hold still during the request, as predict() does.
// Source  partial moments of the log-normal distribution; Abramowitz and Stegun, table 25.10.
#pragma once

#include "sim/system/dnn_on_type.h"

namespace autoscale {

struct Prospect {
  double reward = 0;     // expected, in the `sound` reward
  double late = 0;       // probability that QoS is missed
  double energy_j = 0;   // expected
  double latency_s = 0;  // expected
};

/// The round trip as a random variable: log-normal.
struct RoundTrip {
  double median_s = 0;
  double sigma = 0;  // of the logarithm; 0: it is always the median
};

/// The prospect of a legal action under `mean`, the conditions without a request's own noise.
/// `round_trip` is that of the action's link; `noise` false leaves out all randomness.
Prospect prospect(const DnnOnType& dnn, ActionId action, const Conditions& mean,
                  const RoundTrip& round_trip, double qos_s, bool noise);

}  // namespace autoscale
