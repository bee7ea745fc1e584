// Inferences per second of whole simulated worlds, on one core. Figures of record with the machine
// named: results/speed.md.
#include <benchmark/benchmark.h>

#include "tests/bench/bench_worlds.h"

namespace autoscale::bench {
namespace {

void measure(benchmark::State& state, const Scenario& scenario, const PolicyUnderTest& policy) {
  std::uint64_t requests = 0;
  for (auto _ : state) {
    CountingObserver observer;
    requests += run(scenario, policy, observer);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(requests));
}

void one_phone(benchmark::State& state) {
  const Scenario scenario = load("bench/one_phone.yaml");
  measure(state, scenario, policy_of(scenario, 0));
}

void one_phone_null_policy(benchmark::State& state) {
  const Scenario scenario = load("bench/one_phone.yaml");
  measure(state, scenario, null_policy());
}

void one_phone_compared_with_opt(benchmark::State& state) {
  const Scenario scenario = load("bench/one_phone.yaml", {"compare_with_opt=true"});
  measure(state, scenario, policy_of(scenario, 0));
}

void one_phone_chat(benchmark::State& state) {
  const Scenario scenario = load("bench/one_phone_chat.yaml");
  measure(state, scenario, policy_of(scenario, 0));
}

/// An episode per iteration, as a learner outside the world steps it.
void one_phone_stepped(benchmark::State& state) {
  const Scenario scenario = load("bench/one_phone.yaml");
  SteppedWorld environment(scenario.system(), stepped_world_setup(scenario, {}));
  std::uint64_t steps = 0;
  for (auto _ : state) steps += step(environment, 1);
  state.SetItemsProcessed(static_cast<std::int64_t>(steps));
}

void reset(benchmark::State& state) {
  const Scenario scenario = load("bench/one_phone.yaml");
  SteppedWorld environment(scenario.system(), stepped_world_setup(scenario, {}));
  std::uint64_t seed = 0;
  for (auto _ : state) environment.reset(++seed);
}

/// Argument: phones. The same number of requests in every case.
void closed_loop(benchmark::State& state) {
  const auto phones = state.range(0);
  const Scenario scenario = load(
      "bench/closed_loop.yaml", {"devices[0].count=" + std::to_string(phones),
                                 "servers.cloud.workers.gpu=" + std::to_string(phones * 256 / 1000),
                                 "phases[0].inferences=" + std::to_string(2000000 / phones)});
  measure(state, scenario, policy_of(scenario, 0));
}

BENCHMARK(one_phone)->Unit(benchmark::kMillisecond);
BENCHMARK(one_phone_null_policy)->Unit(benchmark::kMillisecond);
BENCHMARK(one_phone_compared_with_opt)->Unit(benchmark::kMillisecond);
BENCHMARK(one_phone_chat)->Unit(benchmark::kMillisecond);
BENCHMARK(one_phone_stepped)->Unit(benchmark::kMillisecond);
BENCHMARK(reset);
BENCHMARK(closed_loop)->Arg(100)->Arg(1000)->Arg(10000)->Arg(100000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace autoscale::bench
