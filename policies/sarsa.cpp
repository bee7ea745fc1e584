// SARSA: on-policy temporal-difference learning of the values of the epsilon-greedy policy itself,
// exploration included.
//
// Source: G. A. Rummery and M. Niranjan, "On-line Q-learning Using Connectionist Systems",
//   CUED/F-INFENG/TR 166, University of Cambridge, 1994; the name: R. S. Sutton, NIPS 1995.
// Update: Q(S,A) += learning_rate * (R + discount * Q(S',A') - Q(S,A)), A' drawn in S' by the same
//   epsilon-greedy rule that decides.
// State, action, choice, initial values, transfer: policies/base/td_learner.h.
// Parameters (all dimensionless but signal_edges): see TdStateConfig.
// Departs from the source: S' is hypothetical (td_learner.h), so A' is a draw of its own, not the
//   action that the phone takes next; in a phase that does not explore A' is greedy, and the update
//   is that of Q-learning.
#include "policies/base/td_learner.h"

namespace autoscale {
namespace {

class Sarsa final : public TdLearner<> {
 public:
  using Config = TdStateConfig;
  static constexpr PolicyInfo kInfo{.family = "learner",
                                    .summary = "tabular SARSA, on AutoScale's states",
                                    .source = "Rummery and Niranjan, 1994, CUED TR 166",
                                    .learns = true,
                                    .deliberates = true};

  Sarsa(const Config& config, const PolicyContext& context)
      : TdLearner("sarsa", config, StateSpace(config.state, context.dnns), context) {}

 private:
  double update(const Transition& t) override {
    Draw draw = update_draw(t);
    const ActionId next = explores(t.next) ? behave(t.next, t.dnn, draw) : greedy(t.next, t.dnn);
    return table_.step(t.state, t.action, t.reward + config_.discount * table_.at(t.next, next),
                       config_.learning_rate);
  }
};

const RegisterPolicy<Sarsa> registered_sarsa{"sarsa"};

}  // namespace
}  // namespace autoscale
