// Opt: an oracle that weighs every legal action in the present conditions of each request and takes
// the one with the lowest energy that meets accuracy and QoS, or the fastest when none does.
// Myopic: it sees the present queues, not later arrivals, and not what its heat or radio tail does
// later.
// Source: upper bound of Kim and Wu, AutoScale, MICRO 2020.
// Parameters: form = expected (without the request's own noise) or clairvoyant (with it).
#include "sim/policy/oracle.h"
#include "sim/policy/registry.h"

namespace autoscale {
namespace {

class Opt final : public Policy {
 public:
  static constexpr PolicyInfo kInfo{.family = "oracle",
                                    .summary = "the best legal action in the present conditions",
                                    .source = "Kim and Wu, 2020, MICRO",
                                    .needs_oracle = true};
  struct Config {
    OracleForm form = OracleForm::kExpected;
    template <class V>
    void fields(V& v) {
      v.optional("form", form, "whether it knows the request's own noise");
    }
  };

  Opt(const Config& config, const PolicyContext& context)
      : form_(config.form), oracle_(*context.oracle) {}

  ExecutionPlan decide(const Observation& observation) override {
    return {oracle_.best(observation, form_).action};
  }

 private:
  OracleForm form_;
  const Oracle& oracle_;
};

const RegisterPolicy<Opt> registered_opt{"opt"};

}  // namespace
}  // namespace autoscale
