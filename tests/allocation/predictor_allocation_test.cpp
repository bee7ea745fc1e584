// Policies over continuous features that keep no samples, or a fixed number of them, decide and
// learn without allocating.
#include <gtest/gtest.h>

#include <Eigen/Core>

#include "tests/allocation/allocation_counter.h"
#include "tests/bench/trained_policy.h"

namespace autoscale {
namespace {

class ContinuousAllocation : public testing::TestWithParam<std::string> {};

TEST_P(ContinuousAllocation, NoneInDecidingAndLearning) {
  bench::Trained trained(GetParam(), "", 5);
  Policy& policy = trained.policy();
  Observation o;
  o.signal_dbm = {-60, -60};
  for (const bool explore : {false, true}) {
    policy.set_mode({.learn = true, .explore = explore});
    const std::uint64_t before = allocations();
    for (std::uint32_t k = 0; k < 10000; ++k) {
      o.request = k;
      o.dnn = static_cast<std::uint16_t>(k % trained.dnns());
      bench::tell(policy, o, policy.decide(o).action);
    }
    EXPECT_EQ(allocations(), before) << "exploring: " << explore;
  }
}

INSTANTIATE_TEST_SUITE_P(All, ContinuousAllocation,
                         testing::Values("linear_regression", "linucb", "thompson", "dqn",
                                         "residual"),
                         [](const auto& parameter) { return parameter.param; });

/// Eigen takes its memory with malloc, not with operator new.
TEST(EigenAllocation, IsCounted) {
  const std::uint64_t before = allocations();
  const Eigen::VectorXd vector = Eigen::VectorXd::Ones(1000);
  EXPECT_EQ(vector.sum(), 1000);
  EXPECT_EQ(allocations(), before + 1);
}

}  // namespace
}  // namespace autoscale
