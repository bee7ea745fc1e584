// Connected Edge: always the tablet beside the phone, per DNN on the processor that is best there
// without variance.
// Source: baseline of Kim and Wu, AutoScale, MICRO 2020. Parameters: none.
#include "policies/base/fixed_policy.h"

namespace autoscale {
namespace {

class ConnectedEdge final : public FixedPolicy {
 public:
  static constexpr PolicyInfo kInfo{.family = "baseline",
                                    .summary = "always the tablet, on its best processor per DNN",
                                    .source = "Kim and Wu, 2020, MICRO",
                                    .needs_costs = true};

  ConnectedEdge(const Config&, const PolicyContext& context)
      : FixedPolicy(context, "connected_edge",
                    [](const Target& t) { return t.site == Site::kTablet; }) {}
};

const RegisterPolicy<ConnectedEdge> registered_connected_edge{"connected_edge"};

}  // namespace
}  // namespace autoscale
