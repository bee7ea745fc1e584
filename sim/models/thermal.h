// Heat: one lumped RC node per SoC with trip points that cap the operating point, and optionally
// what holds a phone back for long: its skin, and a floor when the SoC is about to be damaged.
//
// Model   dT/dt = (T_inf - T) / tau with T_inf = ambient + R P, so between two changes of power
//         T(t) = T_inf + (T0 - T_inf) exp(-t / tau). Integrated when somebody looks, never by
//         ticks.
// Trips   at or above trip i the cap falls by `steps_per_trip` more operating points; it is lifted
//         `hysteresis` below that trip.
// Skin    a second, slower node, written in watts: S = (T_skin - ambient) / R_skin obeys
//         dS/dt = (P + outside - S) / tau_skin, with P the power of the whole device and `outside`
//         what a hand or the sun adds. The skin's limit is then a budget of power that can be drawn
//         for ever: budget = (T_limit - ambient) / R_skin. So neither R_skin nor the limit is
//         needed, which no phone publishes, and ambient air warmer by dT is outside = dT / R_skin.
//         A governor takes one operating point from every processor while S is at the budget or
//         above and the power keeps it there (P + outside > budget); it gives one back while S is
//         below budget (1 - hysteresis) and would stay there; at most one change per period. Who
//         takes points only because S is too high goes on taking them while S already falls,
//         and then swings between full and lowest clock; the step_wise governor of Linux
//         (drivers/thermal/gov_step_wise.c) looks at the trend for the same reason.
//         With power constant both conditions last once they hold, so a look after any time knows
//         in closed form what was taken in between. Mean power over long: within the hysteresis
//         below the budget, and above it by what one period at too high a power adds.
// Floor   at `trip_c` of the SoC every processor falls to its lowest point until it has cooled down
//         to `recovery_c`.
// Assumes one temperature for the whole SoC, which does not warm the skin but by its power; the
//         battery's heat is left out. A phase begins with a skin at ambient temperature (S = 0).
// Source  lumped capacitance model of any heat-transfer text; the constants of a node are in the
//         profiles. results/sustained.md holds the skin against recorded runs.
#pragma once

#include <cmath>
#include <optional>
#include <vector>

#include "sim/core/time.h"

namespace autoscale {

/// What the skin allows, in watts of the whole device.
struct SkinLimit {
  double budget_w = 0;
  double time_constant_s = 1;
  double hysteresis = 0;  // share of the budget
  Duration period{1};     // between two changes of the governor, at least
  int most_points = 0;    // that can be taken from any processor

  double lower_w() const { return budget_w * (1 - hysteresis); }
};

/// Every processor at its lowest point from `trip_c` on, until `recovery_c`.
struct FloorTrip {
  double trip_c = 0;
  double recovery_c = 0;
};

struct ThermalNode {
  double resistance_k_per_w = 0;
  double time_constant_s = 1;
  double ambient_c = 25;
  std::vector<double> trips_c;
  double hysteresis_k = 0;
  int steps_per_trip = 0;
  std::optional<SkinLimit> skin;
  std::optional<FloorTrip> floor_trip;

  double steady_c(double power_w) const { return ambient_c + resistance_k_per_w * power_w; }
  double after(double start_c, double power_w, double seconds) const {
    const double target = steady_c(power_w);
    return target + (start_c - target) * std::exp(-seconds / time_constant_s);
  }
  /// Whether heat is to slow down what is in flight, not only what is decided next.
  bool limits_work_in_flight() const { return skin.has_value() || floor_trip.has_value(); }
};

/// The skin of one device and its governor.
struct SkinState {
  double warmth_w = 0;   // S: temperature above ambient over R_skin
  double outside_w = 0;  // heat from outside the device; whoever knows of it sets it
  int points_taken = 0;
  Time free{};  // the governor changes nothing before

  /// The governor's next change while the power stays.
  struct Change {
    Time at = kNever;
    int points = 0;  // 1: takes one; -1: gives one back
  };
  /// Never earlier than 1 ns after `updated`: what lasts no time moves no governor.
  Change next(const SkinLimit& limit, Time updated, double power_w) const;
  void advance(const SkinLimit& limit, Time updated, Time now, double power_w);
};

/// Temperature and active caps of one device.
struct ThermalState {
  double temperature_c = 25;
  Time updated{};
  int trips = 0;
  bool floored = false;
  SkinState skin{};

  /// Brings the state to `now` after `power_w` since the last update.
  void advance(const ThermalNode& node, Time now, double power_w) {
    if (node.skin) skin.advance(*node.skin, updated, now, power_w);
    temperature_c = node.after(temperature_c, power_w, to_seconds(now - updated));
    updated = now;
    settle(node);
  }

  /// Brings caps in line with the temperature.
  void settle(const ThermalNode& node) {
    const int count = static_cast<int>(node.trips_c.size());
    while (trips < count && temperature_c >= node.trips_c[static_cast<std::size_t>(trips)]) ++trips;
    while (trips > 0 &&
           temperature_c < node.trips_c[static_cast<std::size_t>(trips - 1)] - node.hysteresis_k) {
      --trips;
    }
    if (node.floor_trip) {
      floored = temperature_c >= node.floor_trip->trip_c ||
                (floored && temperature_c > node.floor_trip->recovery_c);
    }
  }

  bool throttled() const { return trips > 0 || floored || skin.points_taken > 0; }

  /// The highest operating point allowed on a processor with points 0..top.
  int cap(const ThermalNode& node, int top) const {
    if (floored) return 0;
    const int capped = top - trips * node.steps_per_trip - skin.points_taken;
    return capped < 0 ? 0 : capped;
  }

  /// When the caps change next if the power stays `power_w` from `updated` on; kNever: not.
  /// Later than `updated`. On some processor the cap may stay as it is (a floor is a floor).
  Time next_change(const ThermalNode& node, double power_w) const;
  /// The same in seconds after `updated`, infinite if never.
  double next_change_s(const ThermalNode& node, double power_w) const;
};

}  // namespace autoscale
