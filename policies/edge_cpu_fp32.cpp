// Edge (CPU FP32): always the phone's CPU in single precision at its top operating point; a
// generative network in the highest precision that the CPU has for it. The reference of every
// efficiency ratio.
// Source: baseline of Kim and Wu, AutoScale, MICRO 2020. Parameters: none.
#include "policies/base/fixed_policy.h"

namespace autoscale {
namespace {

class EdgeCpuFp32 final : public FixedPolicy {
 public:
  static constexpr PolicyInfo kInfo{.family = "baseline",
                                    .summary = "the phone's CPU in fp32 at the top operating point",
                                    .source = "Kim and Wu, 2020, MICRO",
                                    .needs_costs = true};

  EdgeCpuFp32(const Config&, const PolicyContext& context) {
    for (const DnnOnType& dnn : context.legality) choose(dnn.reference);
  }
};

const RegisterPolicy<EdgeCpuFp32> registered_edge_cpu_fp32{"edge_cpu_fp32"};

}  // namespace
}  // namespace autoscale
