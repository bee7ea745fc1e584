// After warm-up the event loop of a world allocates nothing.
#include <gtest/gtest.h>

#include "tests/allocation/allocation_counter.h"
#include "tests/bench/bench_worlds.h"

namespace autoscale {
namespace {

TEST(WorldAllocation, NoneAfterWarmUp) {
  const Scenario scenario =
      bench::load("fleet_1000.yaml", {"devices[0].count=40", "devices[1].count=40",
                                      "devices[2].count=20", "compare_with_opt=true"});
  bench::CountingObserver observer;
  World world(scenario.system(), 1, bench::policy_of(scenario, 0), observer);
  const std::vector<PhasePlan> phases = scenario.phases(0);
  PhasePlan measured = phases.back();
  for (const PhasePlan& phase : phases) world.run(phase);
  world.run(measured);
  measured.inferences *= 50;
  const std::uint64_t before = allocations();
  world.run(measured);
  EXPECT_EQ(allocations(), before);
  EXPECT_GT(observer.requests, 800000u);
}

}  // namespace
}  // namespace autoscale
