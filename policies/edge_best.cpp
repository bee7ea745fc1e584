// Edge (Best): per DNN the phone's own processor and precision, at the top operating point, with
// the lowest energy that meets accuracy and QoS without variance, else the fastest; kept in every
// environment.
// Source: baseline of Kim and Wu, AutoScale, MICRO 2020. Parameters: none.
#include "policies/base/fixed_policy.h"

namespace autoscale {
namespace {

class EdgeBest final : public FixedPolicy {
 public:
  static constexpr PolicyInfo kInfo{
      .family = "baseline",
      .summary = "per DNN the phone's best processor and precision without variance",
      .source = "Kim and Wu, 2020, MICRO",
      .needs_costs = true};

  EdgeBest(const Config&, const PolicyContext& context)
      : FixedPolicy(context, "edge_best", [&context](const Target& t) {
          return t.site == Site::kPhone && at_top(context.actions, t);
        }) {}
};

const RegisterPolicy<EdgeBest> registered_edge_best{"edge_best"};

}  // namespace
}  // namespace autoscale
