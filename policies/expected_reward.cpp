// Expected reward: an oracle that ranks by what learners are judged by, the `sound` reward, in
// expectation over the noise of processors and round trips. Opt ranks by mean times and so takes
// targets that are often late by jitter; no learner of noisy rewards would. What a learner of this
// reward loses to it is lost by learning, not by the question.
// Knows the conditions of the request and the distributions of its noise, not the draws. Myopic as
// Opt is.
// Source: none; the expectations are those of sim/system/prospect.h.
#include "sim/policy/oracle.h"
#include "sim/policy/registry.h"

namespace autoscale {
namespace {

class ExpectedReward final : public Policy {
 public:
  static constexpr PolicyInfo kInfo{
      .family = "oracle",
      .summary = "the highest expected reward over the noise of the present conditions",
      .source = "none",
      .needs_oracle = true};
  struct Config {
    template <class V>
    void fields(V&) {}
  };

  ExpectedReward(const Config&, const PolicyContext& context) : oracle_(*context.oracle) {}

  ExecutionPlan decide(const Observation& observation) override {
    return {oracle_.most_rewarding(observation)};
  }

 private:
  const Oracle& oracle_;
};

const RegisterPolicy<ExpectedReward> registered{"expected_reward"};

}  // namespace
}  // namespace autoscale
