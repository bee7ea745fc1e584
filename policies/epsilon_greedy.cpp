// Epsilon-greedy contextual bandit: the action of highest sample mean in the state, and any legal
// one now and then.
//
// Source: R. S. Sutton and A. G. Barto, "Reinforcement Learning: An Introduction", 1998, chapter 2
//   (sample averages); decay: the epsilon_n-greedy rule of P. Auer, N. Cesa-Bianchi and P. Fischer,
//   "Finite-time Analysis of the Multiarmed Bandit Problem", Machine Learning 47, 2002.
// Choice: while exploring, with probability epsilon any legal action, each equally likely. With
//   decay_after = m > 0 that probability is epsilon * min(1, m / n) at the n-th visit of a state.
// State, first trials, choice elsewhere, transfer: policies/base/mean_bandit.h.
// Parameters: see Config; epsilon dimensionless, decay_after in visits of a state (0: no decay).
// Departs from the source: none.
#include <algorithm>

#include "policies/base/mean_bandit.h"

namespace autoscale {
namespace {

struct EpsilonGreedyConfig : MeanBanditConfig {
  double epsilon = 0.1;
  std::uint32_t decay_after = 0;

  template <class V>
  void fields(V& v) {
    v.optional("epsilon", epsilon, "share of random choices while exploring", config::ratio);
    v.optional("decay_after", decay_after,
               "visits of a state after which that share falls as one over visits; 0: never");
    MeanBanditConfig::fields(v);
  }
};

class EpsilonGreedy final : public MeanBandit {
 public:
  using Config = EpsilonGreedyConfig;
  static constexpr PolicyInfo kInfo{
      .family = "learner",
      .summary = "contextual bandit: sample means per AutoScale state, epsilon-greedy",
      .source = "Sutton and Barto, 1998, MIT Press",
      .learns = true,
      .deliberates = true};

  EpsilonGreedy(const Config& config, const PolicyContext& context)
      : MeanBandit("epsilon_greedy", config, context), config_(config) {}

 private:
  ActionId explore(std::uint32_t s, const Observation& o) override {
    const std::vector<ActionId>& actions = legal(o.dnn);
    Draw draw = random_.at(Stream::kPolicy, o.phone, o.request);
    if (draw.uniform() >= epsilon(s)) return *means_.best(s, actions);
    return actions[draw.below(static_cast<std::uint32_t>(actions.size()))];
  }

  double epsilon(std::uint32_t s) const {
    if (config_.decay_after == 0) return config_.epsilon;
    const double visit = static_cast<double>(visits(s)) + 1;
    return config_.epsilon * std::min(1.0, config_.decay_after / visit);
  }

  Config config_;
};

const RegisterPolicy<EpsilonGreedy> registered_epsilon_greedy{"epsilon_greedy"};

}  // namespace
}  // namespace autoscale
