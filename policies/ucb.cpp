// UCB1 over targets, one bandit per state: the action whose mean reward, plus the confidence that
// its few trials leave open, is highest.
//
// Source: P. Auer, N. Cesa-Bianchi and P. Fischer, "Finite-time Analysis of the Multiarmed Bandit
//   Problem", Machine Learning 47, 2002.
// Choice: while exploring, argmax_a mean(S,a) + reward_range * sqrt(2 ln n / n_a), n the visits of
//   the state and n_a those of the action in it. Drawn from nothing: equal data, equal choice.
// State, first trials, choice elsewhere, transfer: policies/base/mean_bandit.h. The bandit is one per
//   state and not per DNN, because the best target changes with the variance.
// Parameters: reward_range, width of the interval in which rewards lie (in the reward's unit; 5,
//   that of the `sound` reward), which scales the source's [0, 1]; those of MeanBanditConfig.
// Departs from the source: of phones that share a table several may be told the same choice before
//   its first outcome is in.
#include <cmath>

#include "policies/base/mean_bandit.h"

namespace autoscale {
namespace {

struct UcbConfig : MeanBanditConfig {
  double reward_range = 5;

  template <class V>
  void fields(V& v) {
    v.optional("reward_range", reward_range, "width of the interval in which rewards lie",
               config::non_negative);
    MeanBanditConfig::fields(v);
  }
};

class Ucb final : public MeanBandit {
 public:
  using Config = UcbConfig;
  static constexpr PolicyInfo kInfo{.family = "learner",
                                    .summary = "UCB1 over the targets of each AutoScale state",
                                    .source = "Auer, Cesa-Bianchi and Fischer, 2002, Mach. Learn.",
                                    .learns = true,
                                    .deliberates = true};

  Ucb(const Config& config, const PolicyContext& context)
      : MeanBandit("ucb", config, context), range_(config.reward_range) {}

 private:
  ActionId explore(std::uint32_t s, const Observation& o) override {
    const double width = range_ * std::sqrt(2 * std::log(static_cast<double>(visits(s))));
    const auto bound = [&](ActionId a) {
      const MeanTable::Mean& mean = means_.at(s, a);
      return mean.reward + width / std::sqrt(static_cast<double>(mean.count));
    };
    ActionId best = legal(o.dnn).front();
    double best_bound = bound(best);
    for (const ActionId a : legal(o.dnn)) {
      const double value = bound(a);
      if (value > best_bound) {
        best = a;
        best_bound = value;
      }
    }
    return best;
  }

  double range_;
};

const RegisterPolicy<Ucb> registered_ucb{"ucb"};

}  // namespace
}  // namespace autoscale
