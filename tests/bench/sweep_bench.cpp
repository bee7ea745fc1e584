// A sweep's bookkeeping without its simulations: journal, results and points, at the size of a
// million rows.
#include <benchmark/benchmark.h>

#include <nlohmann/json.hpp>

#include "sim/sweep/folder.h"
#include "tests/support/temporary_folder.h"

namespace autoscale {
namespace {

namespace fs = std::filesystem;

/// A sweep of `points` points with ten replications, four rows each.
Sweep sweep_of(const Catalog& catalog, std::int64_t points) {
  const TemporaryFolder folder;
  const fs::path file = folder.write(
      "bench.yaml", "name: bench\nscenarios: [" AUTOSCALE_SOURCE_DIR
                    "/scenarios/quickstart.yaml]\n"
                    "set: {phases: [{name: test, inferences: 5}], policies: [edge_best, cloud]}\n"
                    "grid: [{path: constraints.accuracy, range: {from: 40, to: 60, steps: " +
                        std::to_string(points) +
                        "}}]\nreplications: 10\nbaseline: {policy: cloud}\n");
  return Sweep::load(catalog, file);
}

/// Writes a journal of state.range(0) points, then the results from it.
void journal_and_results(benchmark::State& state) {
  const Catalog catalog(AUTOSCALE_SOURCE_DIR);
  const Sweep sweep = sweep_of(catalog, state.range(0));
  const nlohmann::ordered_json definition = sweep.definition({"", "", ""});
  JournalRecord record = run_trial(sweep, 0);
  for (auto _ : state) {
    const TemporaryFolder folder;
    const fs::path out = folder / "out";
    {
      SweepFolder target = SweepFolder::open(out, definition, {}, false);
      for (record.trial = 0; record.trial < sweep.trials(); ++record.trial) {
        target.journal().add(record);
      }
    }
    SweepFolder target = SweepFolder::open(out, definition, {}, true);
    const SweepOutcome outcome = write_sweep_results(
        out, definition, [&](std::uint64_t trial) { return target.journal().read(trial); });
    state.counters["rows"] = static_cast<double>(outcome.runs);
  }
}
BENCHMARK(journal_and_results)->Arg(250)->Arg(25'000)->Unit(benchmark::kMillisecond)->Iterations(1);

/// Makes the scenario of one point.
void scenario_of_a_point(benchmark::State& state) {
  const Catalog catalog(AUTOSCALE_SOURCE_DIR);
  const Sweep sweep = sweep_of(catalog, 1000);
  std::size_t point = 0;
  for (auto _ : state) benchmark::DoNotOptimize(sweep.scenario(point++ % sweep.points()));
}
BENCHMARK(scenario_of_a_point)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace autoscale
