// A linear predictor decides and learns without allocating.
#include <gtest/gtest.h>

#include "tests/allocation/allocation_counter.h"
#include "tests/bench/bench_worlds.h"

namespace autoscale {
namespace {

TEST(PredictorAllocation, LinearRegressionAllocatesNothing) {
  const Scenario scenario =
      bench::load("paper/S1_non_streaming.yaml",
                  {"devices=[{profile: mi8pro}]", "policies=[linear_regression]"});
  bench::CountingObserver observer;
  World world(scenario.system(), 1, bench::policy_of(scenario, 0), observer);
  world.run(scenario.phases(0).front());
  Policy& policy = *world.policies().front();
  policy.set_mode({.learn = true, .explore = false});
  Observation o;
  o.signal_dbm = {-60, -60};
  const std::uint64_t before = allocations();
  for (std::uint32_t k = 0; k < 10000; ++k) {
    o.request = k;
    o.dnn = static_cast<std::uint16_t>(k % scenario.system().dnns.size());
    bench::tell(policy, o, policy.decide(o).action);
  }
  EXPECT_EQ(allocations(), before);
}

}  // namespace
}  // namespace autoscale
