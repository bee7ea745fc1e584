// Time of one decision of each policy over continuous features, trained as in the paper's
// scenarios, for those with a kernel against the samples that they store; and the time it takes to
// fit or to learn from an outcome.
//
// Argument: the cap on stored samples (svr: per group of actions; knn and svm: situations, of which
// the training has 576; bayesian_optimization: samples). The others decide from none.
#include <benchmark/benchmark.h>

#include "tests/bench/trained_policy.h"

namespace autoscale::bench {
namespace {

/// A predictor with its cap at `cap`.
Trained capped(const std::string& policy, const std::string& cap_name, std::int64_t cap) {
  return Trained(policy, cap_name.empty() ? "" : cap_name + ": " + std::to_string(cap));
}

void decide(benchmark::State& state, const std::string& policy, const std::string& cap_name) {
  Trained trained = capped(policy, cap_name, state.range(0));
  trained.policy().set_mode({});
  const std::vector<Observation> observations = trained.observations();
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(trained.policy().decide(observations[i++ % observations.size()]));
  }
}

void fit(benchmark::State& state, const std::string& policy, const std::string& cap_name) {
  Trained trained = capped(policy, cap_name, state.range(0));
  for (auto _ : state) {
    tell(trained.policy(), {}, 0);  // an outcome that it is not fitted to yet
    trained.policy().set_mode({});
  }
}

void learn(benchmark::State& state, const std::string& policy) {
  Trained trained(policy);
  trained.policy().set_mode({.learn = true, .explore = true});
  const std::vector<Observation> observations = trained.observations();
  std::size_t i = 0;
  for (auto _ : state) {
    tell(trained.policy(), observations[i++ % observations.size()], 0);
  }
}

BENCHMARK_CAPTURE(decide, linear_regression, "linear_regression", "")->Arg(0);
BENCHMARK_CAPTURE(decide, linucb, "linucb", "")->Arg(0);
BENCHMARK_CAPTURE(decide, thompson, "thompson", "")->Arg(0);
BENCHMARK_CAPTURE(decide, dqn, "dqn", "")->Arg(0);
BENCHMARK_CAPTURE(learn, linucb, "linucb");
BENCHMARK_CAPTURE(learn, dqn, "dqn");
BENCHMARK_CAPTURE(decide, svr, "svr", "max_samples")->Arg(50)->Arg(100)->Arg(200)->Arg(500);
BENCHMARK_CAPTURE(decide, svm, "svm", "max_situations")->Arg(72)->Arg(144)->Arg(288)->Arg(576);
BENCHMARK_CAPTURE(decide, knn, "knn", "max_situations")->Arg(72)->Arg(144)->Arg(288)->Arg(576);
BENCHMARK_CAPTURE(decide, bayesian_optimization, "bayesian_optimization", "max_samples")
    ->Arg(100)
    ->Arg(200)
    ->Arg(400)
    ->Arg(700);
BENCHMARK_CAPTURE(fit, svr, "svr", "max_samples")
    ->Arg(50)
    ->Arg(200)
    ->Arg(500)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(fit, svm, "svm", "max_situations")
    ->Arg(144)
    ->Arg(576)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace autoscale::bench
