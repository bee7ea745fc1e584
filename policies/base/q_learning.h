// AutoScale's learner over any space of states: Q-learning that stops exploring where it has
// converged.
//
// Source: C. J. C. H. Watkins and P. Dayan, "Q-learning", Machine Learning 8, 1992; Y. G. Kim and
//   C.-J. Wu, MICRO 2020.
// Update: Q(S,A) += learning_rate * (R + discount * max_a Q(S',a) - Q(S,A)).
// Choice: epsilon-greedy until the state has converged (policies/base/convergence.h), then greedy;
//   always greedy in phases that do not explore.
#pragma once

#include "policies/base/td_learner.h"

namespace autoscale {

template <class Space>
class QLearning : public TdLearner<Space> {
 protected:
  using TdLearner<Space>::TdLearner;

  bool explores(std::uint32_t s) const override {
    return this->mode_.explore && !this->convergence_.converged(s);
  }

  double update(const Transition& t) override {
    const double best_next = this->table_.best(t.next, this->legal(t.dnn));
    return this->table_.step(t.state, t.action, t.reward + this->config_.discount * best_next,
                             this->config_.learning_rate);
  }
};

}  // namespace autoscale
