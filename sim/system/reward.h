// What a learner is told after a request.
//
// literal  as recalled from the paper (MICRO 2020, not re-read): accuracy below target:
//          accuracy - 100; else QoS met: -E + alpha L + beta A; else -E + beta A,
//          with E in mJ, L in ms, A in percent.
// sound    the ranking Opt uses: -min(E / E_cpu_fp32, 2) when both constraints are met,
//          -3 - min(L / QoS, 10) / 10 when QoS is missed, -5 when accuracy is missed.
#pragma once

#include <algorithm>
#include <variant>

#include "sim/config/fields.h"

namespace autoscale {

struct LiteralReward {
  static constexpr std::string_view kName = "literal";
  double alpha = 0.1;
  double beta = 0.1;
  template <class V>
  void fields(V& v) {
    v.optional("alpha", alpha, "weight of the latency in ms", config::non_negative);
    v.optional("beta", beta, "weight of the accuracy in percent", config::non_negative);
  }
};
struct SoundReward {
  static constexpr std::string_view kName = "sound";
  template <class V>
  void fields(V&) {}
};
using RewardConfig = std::variant<SoundReward, LiteralReward>;

/// A finished request as the reward sees it.
struct RewardInput {
  double energy_j = 0;
  double reference_j = 0;  // nominal Edge (CPU FP32)
  double latency_s = 0;
  double qos_s = 0;
  double score = 0;  // accuracy on the target's scale, percent
  bool qos_met = false;
  bool accuracy_met = false;
};

inline double reward_of(const RewardConfig& config, const RewardInput& x) {
  if (const auto* literal = std::get_if<LiteralReward>(&config)) {
    if (!x.accuracy_met) return x.score - 100;
    const double base = -1e3 * x.energy_j + literal->beta * x.score;
    return x.qos_met ? base + literal->alpha * 1e3 * x.latency_s : base;
  }
  if (!x.accuracy_met) return -5;
  if (!x.qos_met) return -3 - std::min(x.latency_s / x.qos_s, 10.0) / 10;
  return -std::min(x.energy_j / x.reference_j, 2.0);
}

}  // namespace autoscale
