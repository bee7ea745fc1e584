// The one ranking of actions that the oracle and every planning baseline use: lowest energy among
// those that meet QoS, else the fastest; ties go to the lower action. And the same ranking as a
// number, the `sound` reward of a cost.
#pragma once

#include <optional>

#include "sim/system/dnn_on_type.h"
#include "sim/system/reward.h"

namespace autoscale {

/// The `sound` reward of what an inference costs, whatever the scenario tells its learners; `tokens`
/// of a generative request.
inline double ranking_reward(const DnnOnType& dnn, const Cost& cost, bool accurate, double qos_s,
                             const Tokens& tokens = {}) {
  return reward_of(SoundReward{}, {.energy_j = cost.energy_j,
                                   .reference_j = dnn.reference_for(tokens),
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

/// The best of the actions that were offered.
class BestAction {
 public:
  /// `met`: whether it counts as within QoS.
  void offer(ActionId action, bool met, double energy_j, double latency_s) {
    const double key = met ? energy_j : latency_s;
    if (found_ && !(met && !met_) && !(met == met_ && key < key_)) return;
    found_ = true;
    action_ = action;
    met_ = met;
    key_ = key;
    latency_s_ = latency_s;
  }

  bool found() const { return found_; }
  ActionId action() const { return action_; }
  bool met() const { return met_; }
  double latency_s() const { return latency_s_; }

 private:
  bool found_ = false, met_ = false;
  ActionId action_ = 0;
  double key_ = 0, latency_s_ = 0;
};

/// The best of the legal actions for which `eligible(ActionId)` holds, at `cost_of(ActionId)`.
template <class Eligible, class CostOf>
std::optional<Choice> choose(const DnnOnType& dnn, double qos_s, Eligible&& eligible,
                             CostOf&& cost_of) {
  BestAction best;
  for (const ActionId a : dnn.legal) {
    if (!eligible(a)) continue;
    const Cost cost = cost_of(a);
    best.offer(a, cost.latency_s <= qos_s, cost.energy_j, cost.latency_s);
  }
  if (!best.found()) return std::nullopt;
  return Choice{best.action(), cost_of(best.action()), best.met()};
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
