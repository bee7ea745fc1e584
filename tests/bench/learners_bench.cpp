// Time of one decision of each tabular learner, trained as in the paper's scenarios and frozen; and
// of one decision with what is learned from its outcome.
#include <benchmark/benchmark.h>

#include "tests/bench/trained_policy.h"

namespace autoscale::bench {
namespace {

void decide(benchmark::State& state, const std::string& policy) {
  Trained trained(policy);
  trained.policy().set_mode({});
  const std::vector<Observation> observations = trained.observations();
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(trained.policy().decide(observations[i++ % observations.size()]));
  }
}

void decide_and_learn(benchmark::State& state, const std::string& policy) {
  Trained trained(policy);
  trained.policy().set_mode({.learn = true, .explore = true});
  std::vector<Observation> observations = trained.observations();
  std::uint32_t i = 0;
  for (auto _ : state) {
    Observation& o = observations[i % observations.size()];
    o.request = i++;
    tell(trained.policy(), o, trained.policy().decide(o).action);
  }
}

#define AUTOSCALE_LEARNER(name)           \
  BENCHMARK_CAPTURE(decide, name, #name); \
  BENCHMARK_CAPTURE(decide_and_learn, name, #name)
AUTOSCALE_LEARNER(autoscale);
AUTOSCALE_LEARNER(sarsa);
AUTOSCALE_LEARNER(expected_sarsa);
AUTOSCALE_LEARNER(double_q);
AUTOSCALE_LEARNER(q_lambda);
AUTOSCALE_LEARNER(quantile_q);
AUTOSCALE_LEARNER(constrained_q);
AUTOSCALE_LEARNER(ucb);
AUTOSCALE_LEARNER(epsilon_greedy);

}  // namespace
}  // namespace autoscale::bench
