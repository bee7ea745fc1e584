// Greedy energy: per DNN the accurate action of lowest energy when nothing varies, even if it
// misses the QoS constraint; kept in every environment. Where no action is accurate, the lowest of
// all. What it loses in latency is the price of looking at energy alone.
// Source: none. Parameters: none.
#include <limits>

#include "policies/base/fixed_policy.h"

namespace autoscale {
namespace {

class GreedyEnergy final : public FixedPolicy {
 public:
  static constexpr PolicyInfo kInfo{
      .family = "heuristic",
      .summary = "per DNN the accurate action of lowest energy when calm, whatever its latency",
      .source = "none",
      .needs_costs = true};

  GreedyEnergy(const Config&, const PolicyContext& context)
      : FixedPolicy(context, "greedy_energy", any_target, std::numeric_limits<double>::infinity()) {
  }
};

const RegisterPolicy<GreedyEnergy> registered_greedy_energy{"greedy_energy"};

}  // namespace
}  // namespace autoscale
