// Cloud: always the cloud, per DNN on the processor that is best there without variance.
// Source: baseline of Kim and Wu, AutoScale, MICRO 2020. Parameters: none.
#include "policies/base/fixed_policy.h"

namespace autoscale {
namespace {

class Cloud final : public FixedPolicy {
 public:
  static constexpr PolicyInfo kInfo{.family = "baseline",
                                    .summary = "always the cloud, on its best processor per DNN",
                                    .source = "Kim and Wu, 2020, MICRO",
                                    .needs_costs = true};

  Cloud(const Config&, const PolicyContext& context)
      : FixedPolicy(context, "cloud", [](const Target& t) { return t.site == Site::kCloud; }) {}
};

const RegisterPolicy<Cloud> registered_cloud{"cloud"};

}  // namespace
}  // namespace autoscale
