// Base of the baselines that choose one action per DNN before the run and keep it.
#pragma once

#include <fmt/format.h>

#include <vector>

#include "sim/policy/cost_model.h"
#include "sim/policy/policy.h"
#include "sim/policy/registry.h"
#include "sim/system/choice.h"

namespace autoscale {

/// A policy without parameters.
struct NoParameters {
  template <class V>
  void fields(V&) {}
};

class FixedPolicy : public Policy {
 public:
  using Config = NoParameters;

  ExecutionPlan decide(const Observation& observation) override {
    return {choice_[observation.dnn]};
  }

 protected:
  FixedPolicy() = default;
  /// Chooses for the next DNN.
  void choose(ActionId action) { choice_.push_back(action); }

  /// Per DNN the best action in the calm world among those for which `eligible(Target)` holds.
  /// Throws PolicyError if a DNN has none.
  template <class Eligible>
  FixedPolicy(const PolicyContext& context, std::string_view what, Eligible&& eligible)
      : FixedPolicy(context, what, eligible, context.costs->constraints().qos_s) {}

  /// The same under a latency limit of its own, in seconds, instead of the QoS constraint: an
  /// infinite one gives the lowest energy, one of 0 the fastest.
  template <class Eligible>
  FixedPolicy(const PolicyContext& context, std::string_view what, Eligible&& eligible,
              double limit_s) {
    const CostModel& costs = *context.costs;
    for (std::uint16_t d = 0; d < costs.dnn_count(); ++d) {
      const auto choice = choose_accurate_first(
          costs.dnn(d), limit_s, [&](ActionId a) { return eligible(context.actions[a]); },
          [&](ActionId a) { return costs.nominal(d, a); });
      if (!choice) {
        throw PolicyError(fmt::format("{}: no legal action for {} on {}", what, context.dnns[d].id,
                                      context.device_type));
      }
      choice_.push_back(choice->action);
    }
  }

 private:
  std::vector<ActionId> choice_;
};

/// Eligible for a fixed policy that leaves nothing out.
inline bool any_target(const Target&) { return true; }

/// Whether a target runs at its processor's top operating point.
inline bool at_top(const ActionSpace& actions, const Target& target) {
  for (const TargetGroup& group : actions.groups()) {
    if (group.site == target.site && group.processor == target.processor &&
        group.precision == target.precision) {
      return target.site != Site::kPhone || target.point + 1 == group.count;
    }
  }
  return false;
}

}  // namespace autoscale
