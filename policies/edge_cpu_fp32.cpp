// Edge (CPU FP32): always the phone's CPU in single precision at its top operating point. The
// reference of every efficiency ratio.
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

  EdgeCpuFp32(const Config&, const PolicyContext& context)
      : FixedPolicy(context, "edge_cpu_fp32", [&context](const Target& t) {
          return t.site == Site::kPhone && t.processor == ProcessorKind::kCpu &&
                 t.precision == Precision::kFp32 && at_top(context.actions, t);
        }) {}
};

const RegisterPolicy<EdgeCpuFp32> registered_edge_cpu_fp32{"edge_cpu_fp32"};

}  // namespace
}  // namespace autoscale
