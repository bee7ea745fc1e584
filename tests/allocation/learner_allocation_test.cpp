// Tabular learners decide and learn without allocating, once they have seen all phones and, where
// bins are learned, have fixed them.
#include <gtest/gtest.h>

#include "tests/allocation/allocation_counter.h"
#include "tests/bench/trained_policy.h"

namespace autoscale {
namespace {

class LearnerAllocation : public testing::TestWithParam<std::string> {};

TEST_P(LearnerAllocation, None) {
  bench::Trained trained(GetParam(), "", 5);
  Policy& policy = trained.policy();
  const auto work = [&](std::uint32_t requests) {
    for (std::uint32_t k = 0; k < requests; ++k) {
      policy.set_mode({.learn = true, .explore = k % 2 == 0});
      Observation o;
      o.phone = k % 3;
      o.request = k;
      o.dnn = static_cast<std::uint16_t>(k % 2);
      o.signal_dbm = {-60, -60};
      bench::tell(policy, o, policy.decide(o).action);
    }
  };
  work(3);  // all phones
  const std::uint64_t before = allocations();
  work(10000);
  EXPECT_EQ(allocations(), before);
}

INSTANTIATE_TEST_SUITE_P(All, LearnerAllocation,
                         testing::Values("autoscale", "sarsa", "expected_sarsa", "double_q",
                                         "q_lambda", "quantile_q", "constrained_q", "ucb",
                                         "epsilon_greedy"),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace autoscale
