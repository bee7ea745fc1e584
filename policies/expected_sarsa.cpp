// Expected SARSA: as SARSA, with the mean over the actions that the epsilon-greedy policy may take
// next in the place of one draw of them. Same values in the limit, without that draw's noise.
//
// Source: H. van Seijen, H. van Hasselt, S. Whiteson and M. Wiering, "A Theoretical and Empirical
//   Analysis of Expected Sarsa", ADPRL 2009.
// Update: Q(S,A) += learning_rate * (R + discount * V(S') - Q(S,A)),
//   V(S') = (1 - epsilon) max_a Q(S',a) + epsilon mean_a Q(S',a) over the legal actions.
// State, action, choice, initial values, transfer: policies/base/td_learner.h.
// Parameters (all dimensionless but signal_edges): see TdStateConfig.
// Departs from the source: S' is hypothetical (td_learner.h); in a phase that does not explore
//   epsilon counts as 0, and the update is that of Q-learning.
#include "policies/base/td_learner.h"

namespace autoscale {
namespace {

class ExpectedSarsa final : public TdLearner<> {
 public:
  using Config = TdStateConfig;
  static constexpr PolicyInfo kInfo{.family = "learner",
                                    .summary = "tabular expected SARSA, on AutoScale's states",
                                    .source = "van Seijen et al., 2009, ADPRL",
                                    .learns = true,
                                    .deliberates = true};

  ExpectedSarsa(const Config& config, const PolicyContext& context)
      : TdLearner("expected_sarsa", config, StateSpace(config.state, context.dnns), context) {}

 private:
  double update(const Transition& t) override {
    double value = table_.best(t.next, legal(t.dnn));
    if (explores(t.next)) {
      value += config_.epsilon * (table_.mean(t.next, legal(t.dnn)) - value);
    }
    return table_.step(t.state, t.action, t.reward + config_.discount * value,
                       config_.learning_rate);
  }
};

const RegisterPolicy<ExpectedSarsa> registered_expected_sarsa{"expected_sarsa"};

}  // namespace
}  // namespace autoscale
