// Watkins's Q(lambda): Q-learning whose every error also corrects the pairs of state and action
// that led there, so that news travels back along a whole path at once.
//
// Source: C. J. C. H. Watkins, "Learning from Delayed Rewards", PhD thesis, University of
//   Cambridge, 1989; replacing traces: S. P. Singh and R. S. Sutton, "Reinforcement Learning with
//   Replacing Eligibility Traces", Machine Learning 22, 1996.
// Update: error = R + discount * max_a Q(S',a) - Q(S,A); for every pair of the phone's trace
//   Q(s,a) += learning_rate * error * e(s,a), where e is 1 for (S,A), and falls by
//   discount * lambda with every further step.
// Trace: one per phone. It is cut where the phone explored (A is not a best action of S) and where
//   the chain breaks: the phone's request is not in the state S' in which its last one ended, as
//   when another DNN comes or the variance has changed meanwhile. Where DNNs take turns, little
//   but Q-learning is left.
// State, action, choice, initial values, transfer: policies/base/td_learner.h. Traces are not saved.
// Parameters: see Config (all dimensionless but signal_edges).
// Departs from the source: S' is hypothetical (td_learner.h); a trace holds at most `trace_length`
//   pairs and forgets the oldest, and a pair whose e is below 0.001.
#include <unordered_map>

#include "policies/base/td_learner.h"

namespace autoscale {
namespace {

struct QLambdaConfig : TdStateConfig {
  double lambda = 0.9;
  std::uint32_t trace_length = 32;

  template <class V>
  void fields(V& v) {
    TdStateConfig::fields(v);
    v.optional("lambda", lambda, "share of an error that a pair passes back per step",
               config::ratio);
    v.optional("trace_length", trace_length, "pairs that a phone's trace holds at most",
               config::range(1.0, 10000.0));
  }
};

class QLambda final : public TdLearner<> {
 public:
  using Config = QLambdaConfig;
  static constexpr PolicyInfo kInfo{.family = "learner",
                                    .summary = "Watkins's Q(lambda), on AutoScale's states",
                                    .source = "Watkins, 1989, PhD thesis, Cambridge",
                                    .learns = true,
                                    .deliberates = true};

  QLambda(const Config& config, const PolicyContext& context)
      : TdLearner("q_lambda", config, StateSpace(config.state, context.dnns), context),
        decay_(config.discount * config.lambda),
        trace_length_(config.trace_length) {}

  std::size_t table_bytes() const override {
    return TdLearner::table_bytes() + trace_length_ * sizeof(Eligible);
  }

 private:
  static constexpr float kForgotten = 1e-3F;

  struct Eligible {
    std::uint32_t state = 0;
    ActionId action = 0;
    float eligibility = 0;
  };

  struct Trace {
    std::vector<Eligible> pairs;  // oldest first
    std::uint32_t next = 0;       // the state in which the last request ended
  };

  double update(const Transition& t) override {
    Trace& trace = trace_of(t.device);
    const bool greedy_action = table_.at(t.state, t.action) == table_.best(t.state, legal(t.dnn));
    if (t.state != trace.next || !greedy_action) trace.pairs.clear();
    extend(trace, t);
    const double error = t.reward + config_.discount * table_.best(t.next, legal(t.dnn)) -
                         table_.at(t.state, t.action);
    for (const Eligible& pair : trace.pairs) {
      table_.add(pair.state, pair.action, config_.learning_rate * error * pair.eligibility);
    }
    trace.next = t.next;
    return error;
  }

  /// Ages the pairs, drops those forgotten and an earlier visit of (S,A), and appends (S,A).
  void extend(Trace& trace, const Transition& t) {
    for (Eligible& pair : trace.pairs) pair.eligibility *= static_cast<float>(decay_);
    std::erase_if(trace.pairs, [&](const Eligible& pair) {
      return pair.eligibility < kForgotten || (pair.state == t.state && pair.action == t.action);
    });
    if (trace.pairs.size() == trace_length_) trace.pairs.erase(trace.pairs.begin());
    trace.pairs.push_back({t.state, t.action, 1});
  }

  /// The phone's trace; makes room the first time it is asked for.
  Trace& trace_of(std::uint32_t device) {
    Trace& trace = traces_[device];
    if (trace.pairs.capacity() == 0) trace.pairs.reserve(trace_length_);
    return trace;
  }

  double decay_;
  std::size_t trace_length_;
  std::unordered_map<std::uint32_t, Trace> traces_;  // by phone
};

const RegisterPolicy<QLambda> registered_q_lambda{"q_lambda"};

}  // namespace
}  // namespace autoscale
