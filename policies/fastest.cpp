// Fastest: per DNN the accurate action of lowest latency when nothing varies, whatever energy it
// takes; kept in every environment. Where no action is accurate, the fastest of all.
// Source: none; the usual latency-greedy offloading. Parameters: none.
#include "policies/base/fixed_policy.h"

namespace autoscale {
namespace {

class Fastest final : public FixedPolicy {
 public:
  static constexpr PolicyInfo kInfo{.family = "heuristic",
                                    .summary = "per DNN the fastest accurate action when calm",
                                    .source = "none",
                                    .needs_costs = true};

  Fastest(const Config&, const PolicyContext& context)
      : FixedPolicy(context, "fastest", any_target, 0) {}
};

const RegisterPolicy<Fastest> registered_fastest{"fastest"};

}  // namespace
}  // namespace autoscale
