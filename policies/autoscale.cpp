// AutoScale: tabular Q-learning over 3,072 states of DNN features and run-time variance.
//
// Source: Y. G. Kim and C.-J. Wu, "AutoScale: Energy Efficiency Optimization for Stochastic Edge
//   Inference Using Reinforcement Learning", MICRO 2020 (state bins and constants recalled).
// State, action, initial values, transfer: policies/base/td_learner.h. Table entries are 16-bit floats.
// Update: Q(S,A) += learning_rate * (R + discount * max_a Q(S',a) - Q(S,A)), S' the same DNN with
//   the variance seen at completion.
// Choice: epsilon-greedy until the state has converged (policies/base/convergence.h), then greedy;
//   always greedy in phases that do not explore.
// Parameters (all dimensionless but signal_edges): see TdStateConfig. Departs from the source where
//   it is silent: the initial values are uniform in [initial_low, initial_high), above every
//   reward, so that untried actions get tried; illegal actions are never considered. For ablations
//   entries can be 32-bit floats, features can be dropped and signals binned finer.
#include "policies/base/q_learning.h"

namespace autoscale {
namespace {

class AutoScale final : public QLearning<StateSpace> {
 public:
  using Config = TdStateConfig;
  static constexpr PolicyInfo kInfo{.family = "learner",
                                    .summary = "tabular Q-learning on 3,072 states, half precision",
                                    .source = "Kim and Wu, 2020, MICRO",
                                    .learns = true,
                                    .deliberates = true};

  AutoScale(const Config& config, const PolicyContext& context)
      : QLearning("autoscale", config, StateSpace(config.state, context.dnns), context) {}
};

const RegisterPolicy<AutoScale> registered_autoscale{"autoscale"};

}  // namespace
}  // namespace autoscale
