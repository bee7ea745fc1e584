#include "sim/run/one_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <span>

#include "sim/core/check.h"
#include "sim/run/run_observer.h"
#include "sim/run/run_specs.h"

namespace autoscale {
namespace {

/// A result with nothing counted yet.
RunResult result_of(const Scenario& scenario, const RunSpec& spec,
                    std::span<const PhasePlan> phases) {
  std::uint64_t recorded = 0;
  std::size_t recorded_phases = 0;
  for (const PhasePlan& phase : phases) {
    recorded += phase.record ? phase.length() : 0;
    recorded_phases += phase.record;
  }
  RunResult result;
  result.spec = spec;
  result.scenario = &scenario;
  result.metrics = std::make_unique<Metrics>(scenario.system(), scenario.config().relative_metrics,
                                             recorded_phases, recorded);
  return result;
}

void run_phases(ShardedWorld& world, std::span<const PhasePlan> phases, RunObserver& observer,
                Metrics& metrics) {
  std::uint32_t first = 0;
  std::uint64_t recorded_before = 0;
  for (const PhasePlan& phase : phases) {
    if (phase.record) metrics.begin_phase(first, recorded_before);
    observer.begin_phase(phase.name);
    world.run(phase);
    first += phase.length();
    recorded_before += phase.record ? phase.length() : 0;
  }
}

void append(std::vector<std::uint32_t>& to, const std::vector<std::uint32_t>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

/// What the policies of a finished run have learned, taken together.
void collect_learning(const ShardedWorld& world, RunResult& result) {
  for (Policy* policy : world.policies()) {
    LearningProgress p = policy->progress();
    result.progress.updates += p.updates;
    result.progress.states_visited += p.states_visited;
    result.progress.states_converged += p.states_converged;
    result.progress.saturated_stores += p.saturated_stores;
    result.progress.lost_updates += p.lost_updates;
    append(result.progress.visits_until_convergence, p.visits_until_convergence);
    append(result.progress.visits_without_convergence, p.visits_without_convergence);
    result.prediction_error.add(policy->prediction_error());
    result.table_bytes = std::max(result.table_bytes, policy->table_bytes());
  }
}

/// The tables of policies that decide for all phones of a device type.
void collect_tables(const ShardedWorld& world, RunResult& result) {
  const ScenarioConfig& config = result.scenario->config();
  if (!config.save_tables || config.learners == LearnerSharing::kPerDevice) return;
  const std::vector<DeviceType>& types = result.scenario->system().types;
  const std::vector<Policy*> policies = world.policies();
  for (std::size_t t = 0; t < types.size(); ++t) {
    auto saved = policies[t]->save();
    if (!saved.is_null()) result.tables.emplace_back(types[t].profile.id, std::move(saved));
  }
}

}  // namespace

PolicyUnderTest policy_under_test(const Scenario& scenario, const ComparedPolicy& use) {
  PolicyUnderTest setup;
  setup.name = use.name;
  setup.info = use.entry->info;
  setup.per_device = scenario.config().learners == LearnerSharing::kPerDevice;
  // The gap to Opt asks Opt's own run which requests could meet QoS.
  const bool reference = scenario.config().relative_metrics && use.name == kOptReference;
  setup.compare_with_opt = scenario.config().compare_with_opt || reference;
  setup.compare_with_oracles = scenario.config().compare_with_oracles;
  setup.make = [&scenario, &use](const PolicyContext& context) {
    auto policy = use.settings->make(context);
    scenario.start_from_table(use, context.device_type, *policy);
    return policy;
  };
  return setup;
}

RunResult run_one(const Scenario& scenario, const RunSpec& spec, const RunFiles& files,
                  const std::function<void()>& tick, std::size_t shards) {
  const auto started = std::chrono::steady_clock::now();
  const std::vector<PhasePlan> phases = scenario.phases(spec.fold);
  RunResult result = result_of(scenario, spec, phases);
  std::optional<RequestLog> log;
  if (!files.requests.empty()) log.emplace(files.requests, result);
  std::optional<Timeline> timeline;
  if (!files.timeline.empty()) timeline.emplace(files.timeline, result, files.process);
  RunObserver observer(result, log ? &*log : nullptr, timeline ? &*timeline : nullptr, tick);
  ShardedWorld world(scenario.system(), spec.seed, policy_under_test(scenario, result.policy()),
                     observer, shards);
  observer.watch(world);
  const auto describe = [&] {
    return fmt::format("run {} (seed {}), simulated time {} s", spec.id, spec.seed,
                       to_seconds(world.now()));
  };
  const CheckContext context(describe);

  run_phases(world, phases, observer, *result.metrics);
  if (log) log->finish();
  if (timeline) timeline->finish();
  result.metrics->finish();
  collect_learning(world, result);
  collect_tables(world, result);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - started;
  result.timing = {wall.count(), world.events(), requests_of(scenario, spec),
                   world.mean_decision_ns()};
  return result;
}

}  // namespace autoscale
