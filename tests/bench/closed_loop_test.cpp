// The closed loop of scenarios/bench/closed_loop.yaml in a world, against the bare event loop of
// the same network: that both simulate the same, and how fast they are.
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/bench/bare_loop.h"
#include "tests/bench/bench_worlds.h"
#include "tests/bench/measure.h"

namespace autoscale::bench {
namespace {

Scenario closed_loop(const ClosedNetwork& network) {
  return load("bench/closed_loop.yaml",
              {"devices[0].count=" + std::to_string(network.phones),
               "servers.cloud.workers.gpu=" + std::to_string(network.workers),
               "phases[0].inferences=" + std::to_string(network.inferences)});
}

/// Mean latency in a world, in seconds.
double world_latency_s(const Scenario& scenario) {
  CountingObserver observer;
  run(scenario, policy_of(scenario, 0), observer);
  return observer.latency_s / static_cast<double>(observer.requests);
}

TEST(ClosedLoop, WorldAndBareLoopAreTheSameNetwork) {
  // Nobody waits: 24.08448 ms up, 25 ms, 114 ms, 25 ms, 0.64 ms down.
  const ClosedNetwork roomy{.phones = 1000, .workers = 256, .inferences = 100};
  EXPECT_NEAR(world_latency_s(closed_loop(roomy)), 0.18872448, 1e-8);
  EXPECT_NEAR(BareLoop(roomy).run(), 0.18872448, 1e-8);
}

TEST(ClosedLoop, WorldAndBareLoopWaitAlike) {
  // Little's law while all workers are busy: think + latency = phones * service / workers. Before
  // they are, and when phones are done at the end, a few inferences of each phone wait less.
  const ClosedNetwork scarce{.phones = 200, .workers = 12, .inferences = 1500};
  const double latency_s = scarce.phones * scarce.service_s / scarce.workers - scarce.mean_think_s;
  const double world_s = world_latency_s(closed_loop(scarce));
  const double bare_s = BareLoop(scarce).run();
  EXPECT_NEAR(world_s / latency_s, 1, 0.02);
  EXPECT_NEAR(world_s / bare_s, 1, 0.005);
}

class ClosedLoopSpeed : public testing::TestWithParam<std::uint32_t> {};

TEST_P(ClosedLoopSpeed, KeepsUpWithABareLoop) {
  const std::uint32_t phones = GetParam();
  const ClosedNetwork network{
      .phones = phones, .workers = phones * 256 / 1000, .inferences = 400000 / phones};
  const Scenario scenario = closed_loop(network);
  double sink = 0;
  const Comparison times =
      compare([&] { sink += BareLoop(network).run(); }, [&] { sink += world_latency_s(scenario); });
  ASSERT_GT(sink, 0);
  const double inferences = phones * network.inferences;
  std::printf("%u phones: %.2f M inferences/s, bare loop %.2f M/s, ratio %.2f\n", phones,
              inferences / times.second_s / 1e6, inferences / times.first_s / 1e6, times.ratio);
  // A floor, as the ratios of record (0.4 to 0.7) differ between machines.
  EXPECT_GT(times.ratio, 0.25);
}

INSTANTIATE_TEST_SUITE_P(Phones, ClosedLoopSpeed, testing::Values(100, 1000, 10000, 100000));

}  // namespace
}  // namespace autoscale::bench
