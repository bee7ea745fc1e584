// When an RC node passes a level, and what the skin's governor does in between.
#include "sim/models/thermal.h"

#include <algorithm>
#include <limits>

namespace autoscale {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
/// Beyond this an instant is called never.
constexpr double kLongest_s = 1e9;

enum class Passes { kUpwards, kDownwards };

/// Seconds until what relaxes from `from` to `target` passes `level` in that direction: 0 if it is
/// there or beyond and stays, infinite if it never gets there.
double passing_s(double from, double target, double level, double time_constant_s, Passes passes) {
  if (passes == Passes::kUpwards ? target <= level : target >= level) return kInfinite;
  const double ahead = (level - from) / (target - level);
  return ahead <= 0 ? 0 : time_constant_s * std::log1p(ahead);
}

/// At least a nanosecond later, so that who waits for it gets on.
Time later(Time start, double seconds) {
  if (!(seconds < kLongest_s)) return kNever;
  return start + std::max(Duration{1}, from_seconds(seconds));
}

}  // namespace

SkinState::Change SkinState::next(const SkinLimit& limit, Time updated, double power_w) const {
  const double target_w = power_w + outside_w;
  const auto change = [&](double level_w, Passes passes, int points) -> Change {
    const double wait_s = passing_s(warmth_w, target_w, level_w, limit.time_constant_s, passes);
    return {std::max(later(updated, wait_s), free), points};
  };
  if (target_w > limit.budget_w && points_taken < limit.most_points) {
    return change(limit.budget_w, Passes::kUpwards, 1);
  }
  if (target_w < limit.lower_w() && points_taken > 0) {
    return change(limit.lower_w(), Passes::kDownwards, -1);
  }
  return {};
}

void SkinState::advance(const SkinLimit& limit, Time updated, Time now, double power_w) {
  const Change first = next(limit, updated, power_w);
  if (first.at <= now) {
    const std::int64_t possible =
        first.points > 0 ? limit.most_points - points_taken : points_taken;
    const std::int64_t changes = std::min(1 + (now - first.at) / limit.period, possible);
    points_taken += first.points * static_cast<int>(changes);
    free = first.at + changes * limit.period;
  }
  const double target_w = power_w + outside_w;
  warmth_w = target_w +
             (warmth_w - target_w) * std::exp(-to_seconds(now - updated) / limit.time_constant_s);
}

Time ThermalState::next_change(const ThermalNode& node, double power_w) const {
  Time at = node.skin ? skin.next(*node.skin, updated, power_w).at : kNever;
  const auto passing = [&](double level_c, Passes passes) {
    const double wait_s =
        passing_s(temperature_c, node.steady_c(power_w), level_c, node.time_constant_s, passes);
    at = std::min(at, later(updated, wait_s));
  };
  if (node.floor_trip && floored) passing(node.floor_trip->recovery_c, Passes::kDownwards);
  if (node.floor_trip && !floored) passing(node.floor_trip->trip_c, Passes::kUpwards);
  const auto active = static_cast<std::size_t>(trips);
  if (active < node.trips_c.size()) passing(node.trips_c[active], Passes::kUpwards);
  if (active > 0) {
    // A trip is lifted below its level, not at it.
    const double level_c = node.trips_c[active - 1] - node.hysteresis_k;
    passing(std::nextafter(level_c, -kInfinite), Passes::kDownwards);
  }
  return at;
}

double ThermalState::next_change_s(const ThermalNode& node, double power_w) const {
  const Time at = next_change(node, power_w);
  return at == kNever ? kInfinite : to_seconds(at - updated);
}

}  // namespace autoscale
