// LinUCB: takes the action with the highest upper confidence bound of its reward, predicted by a
// linear model of each action.
//
// Choice  mean + alpha * width of the ridge regression of each action, exploring; the highest mean
//         in phases that do not explore.
// Model   policies/base/linear_bandit.h.
// Source: L. Li, W. Chu, J. Langford and R. E. Schapire, "A Contextual-Bandit Approach to
//   Personalized News Article Recommendation", WWW 2010 (algorithm 1, disjoint linear models).
//   Departs from it in keeping models per DNN and in the ridge, which is 1 there.
// Parameters: alpha, in units of the reward; ridge, in samples of squared features; models. In the
//   paper's training an alpha of 1 did better than 0.25 and as well as 3.
#include "policies/base/linear_bandit.h"
#include "sim/policy/registry.h"

namespace autoscale {
namespace {

class LinUcb final : public LinearBandit {
 public:
  static constexpr PolicyInfo kInfo{.family = "learner",
                                    .summary = "linear bandit, highest upper confidence bound",
                                    .source = "Li, Chu, Langford and Schapire, 2010, WWW",
                                    .learns = true,
                                    .deliberates = true};
  struct Config : LinearBanditConfig {
    double alpha = 1;
    template <class V>
    void fields(V& v) {
      v.optional("alpha", alpha, "weight of the width, in units of the reward",
                 config::non_negative);
      LinearBanditConfig::fields(v);
    }
  };

  LinUcb(const Config& config, const PolicyContext& context)
      : LinearBandit("linucb", config, context), alpha_(config.alpha) {}

 protected:
  double promise(double mean, double width, Draw&) const override { return mean + alpha_ * width; }

 private:
  double alpha_;
};

const RegisterPolicy<LinUcb> registered_linucb{"linucb"};

}  // namespace
}  // namespace autoscale
