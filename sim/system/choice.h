// The one ranking of actions that the oracle and every planning baseline use: lowest energy among
// those that meet QoS, else the fastest; ties go to the lower action. And the same ranking as a
// number, the `sound` reward of a cost.
#pragma once

#include <optional>

#include "sim/system/dnn_on_type.h"
#include "sim/system/reward.h"

namespace autoscale {

/// The `sound` reward of what an inference costs, whatever the scenario tells its learners.
inline double ranking_reward(const DnnOnType& dnn, const Cost& cost, bool accurate, double qos_s) {
  return reward_of(SoundReward{}, {.energy_j = cost.energy_j,
                                   .reference_j = dnn.reference_j,
                                   .latency_s = cost.latency_s,
                                   .qos_s = qos_s,
                                   .qos_met = cost.latency_s <= qos_s,
                                   .accuracy_met = accurate});
}

struct Choice {
  ActionId action = 0;
  Cost cost;
  bool qos_met = false;
};

/// The best of the legal actions for which `eligible(ActionId)` holds, at `cost_of(ActionId)`.
template <class Eligible, class CostOf>
std::optional<Choice> choose(const DnnOnType& dnn, double qos_s, Eligible&& eligible,
                             CostOf&& cost_of) {
  bool found = false, best_met = false;
  double best_key = 0;
  ActionId best = 0;
  for (const ActionId a : dnn.legal) {
    if (!eligible(a)) continue;
    const Cost cost = cost_of(a);
    const bool met = cost.latency_s <= qos_s;
    const double key = met ? cost.energy_j : cost.latency_s;
    if (!found || (met && !best_met) || (met == best_met && key < best_key)) {
      found = true;
      best = a;
      best_met = met;
      best_key = key;
    }
  }
  if (!found) return std::nullopt;
  return Choice{best, cost_of(best), best_met};
}

/// The same among the accurate actions or, where none is both accurate and eligible, among all.
template <class Eligible, class CostOf>
std::optional<Choice> choose_accurate_first(const DnnOnType& dnn, double qos_s, Eligible&& eligible,
                                            CostOf&& cost_of) {
  const auto accurate = [&](ActionId a) { return dnn.actions[a].accurate && eligible(a); };
  if (auto choice = choose(dnn, qos_s, accurate, cost_of)) return choice;
  return choose(dnn, qos_s, eligible, cost_of);
}

}  // namespace autoscale
