// Random: any legal action, each equally likely. The floor that every learner must beat.
// Source: none. Parameters: none.
#include "policies/base/fixed_policy.h"

namespace autoscale {
namespace {

class Random final : public Policy {
 public:
  using Config = NoParameters;
  static constexpr PolicyInfo kInfo{
      .family = "baseline", .summary = "any legal action, each equally likely", .source = "none"};

  Random(const Config&, const PolicyContext& context)
      : dnns_(context.legality), random_(context.random) {}

  ExecutionPlan decide(const Observation& o) override {
    const auto& legal = dnns_[o.dnn].legal;
    Draw draw = random_.at(Stream::kPolicy, o.phone, o.request);
    return {legal[draw.below(static_cast<std::uint32_t>(legal.size()))]};
  }

 private:
  std::span<const DnnOnType> dnns_;
  RandomField random_;
};

const RegisterPolicy<Random> registered_random{"random"};

}  // namespace
}  // namespace autoscale
