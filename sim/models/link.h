// A radio link technology: rate, sending power and latency against signal strength.
//
// Model   rate(S), factor(S): linear between table points, flat outside; rate never falls with S.
//         P_tx(S) = (tx + tx_per_rate * uplink(S)) * factor(S), above the device's baseline, and
//         P_rx(S) likewise with the downlink and a factor of its own.
//         Round trip: log-normal by its median and 90th percentile, independent of S; from request
//         to request independent, or with a logarithm that is an AR(1) process in time.
//         Tail: after a transfer the radio stays awake (sim/models/radio_tail.h); a request pays
//         for min(time since the last transfer, tail), so that the sum over requests is the radio's
//         whole tail time, and the first request pays one full tail. The promotion before it can
//         send is that of the state it finds the radio in.
// Assumes the application rate follows the signal at once; losses are inside the measured rates.
// Source  each link file names its own.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "sim/models/device_profile.h"
#include "sim/models/link_config.h"
#include "sim/models/radio_tail.h"
#include "sim/models/slow_start.h"

namespace autoscale {

/// A function given by points: linear between them, constant outside. x ascending.
class PiecewiseLinear {
 public:
  PiecewiseLinear() = default;
  PiecewiseLinear(std::vector<double> x, std::vector<double> y)
      : x_(std::move(x)), y_(std::move(y)) {}

  double operator()(double x) const;

  /// The smallest x with value >= y, for a function that never falls; the last point if there is
  /// none.
  double inverse(double y) const;

 private:
  std::vector<double> x_, y_;
};

/// z of the 90th percentile of the standard normal distribution.
inline constexpr double kNormalP90 = 1.2815515655446004;

struct LinkTechnology {
  std::string id;     // file stem
  std::string radio;  // radio of the device profile it uses
  SignalKind signal{};
  double regular_dbm = 0;
  double weak_dbm = 0;
  double weak_threshold_dbm = 0;
  PiecewiseLinear uplink_bps;
  PiecewiseLinear downlink_bps;
  PiecewiseLinear tx_factor;
  PiecewiseLinear rx_factor{{0}, {1}};
  double rtt_median_s = 0;
  double rtt_sigma = 0;          // of the logarithm
  double rtt_correlation_s = 0;  // of the logarithm, an AR(1) process; 0: independent
  SlowStart slow_start;
  Promotion promotion;  // from idle
  RadioTail tail;

  double rtt_mean_s() const;
  /// What a request must wait for that comes `idle_s` after the last transfer.
  Promotion promotion_after(double idle_s) const;
  bool weak(double dbm) const { return dbm <= weak_threshold_dbm; }
};

/// Checks `config` and turns it into a technology.
LinkTechnology make_link_technology(std::string id, const LinkConfig& config,
                                    const config::Mark& where, config::Diagnostics& diagnostics);

/// What a link offers right now.
struct LinkConditions {
  double signal_dbm = 0;
  double up_bps = 0;
  double down_bps = 0;
  double tx_w = 0;
  double rx_w = 0;
};

/// Rates and powers at a signal strength; `rate_bps` > 0 replaces the law's rates (recorded
/// capacity).
LinkConditions link_conditions(const LinkTechnology& link, const RadioPower& radio,
                               double signal_dbm, double rate_bps);

}  // namespace autoscale
