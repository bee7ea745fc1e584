// Chance constrained: an oracle that takes the lowest expected energy among the accurate actions
// that miss QoS with at most a given probability, or the most punctual one where none does.
// Knows the conditions of the request and the distributions of its noise, not the draws. Myopic as
// Opt is.
// Source: chance-constrained programming (Charnes and Cooper, Management Science, 1959); the
//   probabilities are those of sim/system/prospect.h.
// Parameters: late_share = tolerated probability of missing QoS.
#include "sim/policy/oracle.h"
#include "sim/policy/registry.h"

namespace autoscale {
namespace {

class ChanceConstrained final : public Policy {
 public:
  static constexpr PolicyInfo kInfo{
      .family = "oracle",
      .summary = "lowest expected energy among actions that are seldom late",
      .source = "Charnes and Cooper, 1959, Management Science",
      .needs_oracle = true};
  struct Config {
    double late_share = kChanceOfLate;
    template <class V>
    void fields(V& v) {
      v.optional("late_share", late_share, "tolerated probability of missing QoS", config::ratio);
    }
  };

  ChanceConstrained(const Config& config, const PolicyContext& context)
      : late_share_(config.late_share), oracle_(*context.oracle) {}

  ExecutionPlan decide(const Observation& observation) override {
    return {oracle_.chance_constrained(observation, late_share_)};
  }

 private:
  double late_share_;
  const Oracle& oracle_;
};

const RegisterPolicy<ChanceConstrained> registered{"chance_constrained"};

}  // namespace
}  // namespace autoscale
