// Double Q-learning: two tables, of which one chooses the best next action and the other values it,
// so that the noise of a value does not favour the action that it flatters.
//
// Source: H. van Hasselt, "Double Q-learning", NIPS 2010.
// Update: a fair coin picks the table X to update, Y is the other:
//   X(S,A) += learning_rate * (R + discount * Y(S', argmax_a X(S',a)) - X(S,A)).
// Choice: epsilon-greedy on the mean of both. The mean is kept as a third table, so that a decision
//   reads one row as in Q-learning; a phone that has done learning needs it alone.
// State, action, initial values, transfer: policies/base/td_learner.h.
// Parameters (all dimensionless but signal_edges): see TdStateConfig.
// Departs from the source: S' is hypothetical (td_learner.h).
#include "policies/base/td_learner.h"

namespace autoscale {
namespace {

class DoubleQ final : public TdLearner<> {
 public:
  using Config = TdStateConfig;
  static constexpr PolicyInfo kInfo{.family = "learner",
                                    .summary = "tabular double Q-learning, on AutoScale's states",
                                    .source = "van Hasselt, 2010, NIPS",
                                    .learns = true,
                                    .deliberates = true};

  DoubleQ(const Config& config, const PolicyContext& context)
      : TdLearner("double_q", config, StateSpace(config.state, context.dnns), context),
        first_(new_table(kFirstTable - 1)),
        second_(new_table(kFirstTable - 2)) {
    add_table("first", first_);
    add_table("second", second_);
    for (std::uint32_t s = 0; s < space_.size(); ++s) {
      for (std::size_t a = 0; a < actions_.size(); ++a) average(s, static_cast<ActionId>(a));
    }
  }

 private:
  double update(const Transition& t) override {
    const bool heads = update_draw(t)() >> 31 != 0;
    QTable& updated = heads ? first_ : second_;
    const QTable& other = heads ? second_ : first_;
    const double next = other.at(t.next, updated.greedy(t.next, legal(t.dnn)));
    const double error =
        updated.step(t.state, t.action, t.reward + config_.discount * next, config_.learning_rate);
    average(t.state, t.action);
    return error;
  }

  void average(std::uint32_t s, ActionId a) {
    table_.set(s, a, (double{first_.at(s, a)} + second_.at(s, a)) / 2);
  }

  QTable first_;
  QTable second_;
};

const RegisterPolicy<DoubleQ> registered_double_q{"double_q"};

}  // namespace
}  // namespace autoscale
