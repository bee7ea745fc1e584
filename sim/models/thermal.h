// Heat: one lumped RC node per SoC and trip points that cap the operating point.
//
// Model   dT/dt = (T_inf - T) / tau with T_inf = ambient + R P, so between two changes of power
//         T(t) = T_inf + (T0 - T_inf) exp(-t / tau). Integrated when somebody looks, never by
//         ticks.
// Trips   at or above trip i the cap falls by `steps_per_trip` more operating points; it is lifted
//         `hysteresis` below that trip.
// Assumes one temperature for the whole SoC; skin and battery are left out.
// Source  lumped capacitance model of any heat-transfer text; the constants are assumptions (A).
#pragma once

#include <cmath>
#include <vector>

#include "sim/core/time.h"

namespace autoscale {

struct ThermalNode {
  double resistance_k_per_w = 0;
  double time_constant_s = 1;
  double ambient_c = 25;
  std::vector<double> trips_c;
  double hysteresis_k = 0;
  int steps_per_trip = 0;

  double steady_c(double power_w) const { return ambient_c + resistance_k_per_w * power_w; }
  double after(double start_c, double power_w, double seconds) const {
    const double target = steady_c(power_w);
    return target + (start_c - target) * std::exp(-seconds / time_constant_s);
  }
};

/// Temperature and active trips of one device.
struct ThermalState {
  double temperature_c = 25;
  Time updated{};
  int trips = 0;

  /// Brings the state to `now` after `power_w` since the last update.
  void advance(const ThermalNode& node, Time now, double power_w) {
    temperature_c = node.after(temperature_c, power_w, to_seconds(now - updated));
    updated = now;
    const int count = static_cast<int>(node.trips_c.size());
    while (trips < count && temperature_c >= node.trips_c[static_cast<std::size_t>(trips)]) ++trips;
    while (trips > 0 &&
           temperature_c < node.trips_c[static_cast<std::size_t>(trips - 1)] - node.hysteresis_k) {
      --trips;
    }
  }

  /// The highest operating point allowed on a processor with points 0..top.
  int cap(const ThermalNode& node, int top) const {
    const int capped = top - trips * node.steps_per_trip;
    return capped < 0 ? 0 : capped;
  }
};

}  // namespace autoscale
