// Thompson sampling with linear payoffs: takes the action that is best under weights drawn from
// their posterior distribution.
//
// Choice  exploring, the weights of each action are drawn from N(w, scale^2 A^-1) of its ridge
//         regression. A decision needs only the reward they predict, which is normal with mean w.x
//         and standard deviation scale * width; it is drawn directly, at O(inputs^2) instead of a
//         Cholesky factor per action. In phases that do not explore the highest mean is taken.
// Model   policies/base/linear_bandit.h.
// Source: S. Agrawal and N. Goyal, "Thompson Sampling for Contextual Bandits with Linear Payoffs",
//   ICML 2013. There one weight vector serves all actions; a model per action is the same with
//   contexts that are zero but for the action's own block. The ridge is 1 there, and the scale
//   grows with the logarithm of time where here it is a constant.
// Parameters: scale, in units of the reward; ridge, in samples of squared features; models. The
//   default scale did best of 0.25, 0.5, 1 and 3 in the paper's training, with other seeds than it
//   is evaluated on.
#include "policies/base/linear_bandit.h"
#include "sim/policy/registry.h"

namespace autoscale {
namespace {

class Thompson final : public LinearBandit {
 public:
  static constexpr PolicyInfo kInfo{.family = "learner",
                                    .summary = "linear bandit, best under sampled weights",
                                    .source = "Agrawal and Goyal, 2013, ICML",
                                    .learns = true,
                                    .deliberates = true};
  struct Config : LinearBanditConfig {
    double scale = 0.25;
    template <class V>
    void fields(V& v) {
      v.optional("scale", scale, "spread of the sampled weights, in units of the reward",
                 config::non_negative);
      LinearBanditConfig::fields(v);
    }
  };

  Thompson(const Config& config, const PolicyContext& context)
      : LinearBandit("thompson", config, context), scale_(config.scale) {}

 protected:
  double promise(double mean, double width, Draw& draw) const override {
    return mean + scale_ * width * draw.normal();
  }

 private:
  double scale_;
};

const RegisterPolicy<Thompson> registered_thompson{"thompson"};

}  // namespace
}  // namespace autoscale
