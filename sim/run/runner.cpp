#include "sim/run/runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <span>
#include <thread>

#include "sim/core/check.h"
#include "sim/run/memory.h"
#include "sim/run/request_log.h"
#include "sim/run/timeline.h"

namespace autoscale {
namespace {

namespace fs = std::filesystem;

/// Learning curves have points at 100, 200, ... 1,000 outcomes of a phase and from there on at
/// every number of two significant digits.
bool is_curve_point(std::uint64_t n) {
  std::uint64_t step = 100;
  while (n >= 100 * step) step *= 10;
  return n % step == 0;
}

/// Hands what happens in a run to everybody who wants to know.
class RunObserver final : public Observer {
 public:
  RunObserver(const Scenario& scenario, RunResult& result, RequestLog* log, Timeline* timeline,
              const std::function<void()>& tick)
      : result_(result),
        log_(log),
        timeline_(timeline),
        tick_(tick),
        curves_(scenario.system().types.size()) {}

  void watch(const World& world, bool per_device) {
    world_ = &world;
    per_device_ = per_device;
  }

  void begin_phase(const std::string& name) {
    phase_ = name;
    for (Curve& curve : curves_) curve = {.learned = curve.learned};
  }

  void on_request(const RequestRecord& record) override {
    result_.metrics->add(record);
    if (log_) log_->add(record);
    if (timeline_) timeline_->add(record);
  }

  void on_dropped(std::uint32_t, std::uint16_t type, std::uint16_t dnn,
                  std::uint32_t count) override {
    result_.metrics->add_dropped(type, dnn, count);
  }

  void on_progress() override { tick_(); }

  void on_learned(std::uint16_t type, double reward, const OracleComparison& oracle) override {
    Curve& curve = curves_[type];
    ++curve.learned;
    ++curve.in_phase;
    ++curve.window;
    curve.reward_sum += reward;
    curve.opt_reward_sum += oracle.opt_reward;
    curve.regret_sum += oracle.regret;
    if (!is_curve_point(curve.in_phase)) return;
    const auto n = static_cast<double>(curve.window);
    LearningPoint point{type, phase_, curve.learned, curve.reward_sum / n, {}, {}, {}};
    if (oracle.compared) {
      point.opt_reward = curve.opt_reward_sum / n;
      point.regret = curve.regret_sum / n;
    }
    if (!per_device_) point.progress = world_->policies()[type]->progress();
    result_.learning.push_back(std::move(point));
    curve = {.learned = curve.learned, .in_phase = curve.in_phase};
  }

 private:
  /// Sums since the point before.
  struct Curve {
    std::uint64_t learned = 0;
    std::uint64_t in_phase = 0;
    std::uint64_t window = 0;
    double reward_sum = 0;
    double opt_reward_sum = 0;
    double regret_sum = 0;
  };

  RunResult& result_;
  RequestLog* log_;
  Timeline* timeline_;
  const std::function<void()>& tick_;
  const World* world_ = nullptr;
  bool per_device_ = false;
  std::string phase_;
  std::vector<Curve> curves_;
};

/// What the policies of a finished run have learned, taken together.
void collect_learning(const Scenario& scenario, World& world, RunResult& result) {
  for (const auto& policy : world.policies()) {
    LearningProgress p = policy->progress();
    result.progress.updates += p.updates;
    result.progress.states_visited += p.states_visited;
    result.progress.states_converged += p.states_converged;
    result.progress.saturated_stores += p.saturated_stores;
    result.progress.lost_updates += p.lost_updates;
    auto& visits = result.progress.visits_until_convergence;
    visits.insert(visits.end(), p.visits_until_convergence.begin(),
                  p.visits_until_convergence.end());
    result.prediction_error.add(policy->prediction_error());
    result.table_bytes = std::max(result.table_bytes, policy->table_bytes());
  }
  if (!scenario.config().save_tables || scenario.config().learners == LearnerSharing::kPerDevice)
    return;
  for (std::size_t t = 0; t < scenario.system().types.size(); ++t) {
    auto saved = world.policies()[t]->save();
    if (!saved.is_null()) {
      result.tables.emplace_back(scenario.system().types[t].profile.id, std::move(saved));
    }
  }
}

/// `tick` is called every Observer::kProgressStep requests.
RunResult run_one(const Scenario& scenario, const RunSpec& spec, std::size_t place,
                  const RunOptions& options, const std::function<void()>& tick) {
  const auto started = std::chrono::steady_clock::now();
  const SystemModel& system = scenario.system();
  const std::vector<PhasePlan> phases = scenario.phases(spec.fold);
  std::uint64_t recorded = 0;
  std::size_t recorded_phases = 0;
  for (const PhasePlan& phase : phases) {
    recorded += phase.record ? phase.length() : 0;
    recorded_phases += phase.record;
  }

  RunResult result;
  result.spec = spec;
  result.scenario = &scenario;
  result.metrics = std::make_unique<Metrics>(system, scenario.config().relative_metrics,
                                             recorded_phases, recorded);
  std::unique_ptr<RequestLog> log;
  if (options.requests)
    log = std::make_unique<RequestLog>(request_part(options.parts, place), result);
  std::unique_ptr<Timeline> timeline;
  if (options.timeline) {
    timeline = std::make_unique<Timeline>(timeline_part(options.parts, place), result, place);
  }
  RunObserver observer(scenario, result, log.get(), timeline.get(), tick);
  const ComparedPolicy& use = scenario.policies()[spec.policy];
  World world(system, spec.seed, policy_under_test(scenario, use), observer);
  observer.watch(world, scenario.config().learners == LearnerSharing::kPerDevice);
  const auto describe = [&] {
    return fmt::format("run {} (seed {}), simulated time {} s", spec.id, spec.seed,
                       to_seconds(world.now()));
  };
  const CheckContext context(describe);

  std::uint32_t first = 0;
  std::uint64_t recorded_before = 0;
  for (const PhasePlan& phase : phases) {
    if (phase.record) result.metrics->begin_phase(first, recorded_before);
    if (log) log->begin_phase(phase.name);
    observer.begin_phase(phase.name);
    world.run(phase);
    first += phase.length();
    recorded_before += phase.record ? phase.length() : 0;
  }
  if (log) log->finish();
  if (timeline) timeline->finish();
  result.metrics->finish();
  collect_learning(scenario, world, result);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - started;
  result.timing = {wall.count(), world.events(), requests_of(scenario, spec),
                   world.mean_decision_ns()};
  return result;
}

/// Adds the gap to Opt to the runs of one fold and replication.
void compare_with_opt(std::span<RunResult* const> fold) {
  const auto opt = std::find_if(fold.begin(), fold.end(), [](const RunResult* r) {
    return r->policy().name == kOptReference;
  });
  if (opt != fold.end()) {
    for (RunResult* run : fold) run->metrics->compare_with(*(*opt)->metrics);
  }
  for (RunResult* run : fold) run->metrics->forget_pairs();
}

/// Works through the runs with several threads; keeps each run's exception.
class Pool {
 public:
  Pool(const Scenario& scenario, const RunOptions& options)
      : scenario_(scenario),
        options_(options),
        specs_(run_specs(scenario)),
        results_(specs_.size()),
        errors_(specs_.size()),
        left_in_fold_(specs_.size() / scenario.policies().size(), scenario.policies().size()) {
    for (const RunSpec& spec : specs_) requests_ += requests_of(scenario, spec);
  }

  std::vector<RunResult> run() {
    std::vector<std::jthread> threads;
    const std::size_t jobs = std::clamp<std::size_t>(options_.jobs, 1, specs_.size());
    for (std::size_t i = 1; i < jobs; ++i) threads.emplace_back([this] { work(); });
    work();
    threads.clear();
    for (const std::exception_ptr& error : errors_) {
      if (error) std::rethrow_exception(error);
    }
    return std::move(results_);
  }

 private:
  void work() {
    for (std::size_t i = next_++; i < specs_.size(); i = next_++) {
      try {
        results_[i] = run_one(scenario_, specs_[i], i, options_, tick_);
      } catch (...) {
        errors_[i] = std::current_exception();
        next_ = specs_.size();
      }
      finish(i);
    }
  }

  void finish(std::size_t i) {
    const std::lock_guard lock(mutex_);
    const std::size_t policies = scenario_.policies().size();
    const bool fold_done = --left_in_fold_[i / policies] == 0;
    if (fold_done && scenario_.config().relative_metrics && all_good(i / policies * policies)) {
      std::vector<RunResult*> fold;  // the runs of one fold and replication lie next to each other
      for (std::size_t r = 0; r < policies; ++r)
        fold.push_back(&results_[i / policies * policies + r]);
      compare_with_opt(fold);
    }
    ++done_;
    // Ticks count whole steps; a finished run counts the rest of its requests.
    requests_done_ += requests_of(scenario_, specs_[i]) % Observer::kProgressStep;
    report();
  }

  void tick() {
    const std::lock_guard lock(mutex_);
    requests_done_ += Observer::kProgressStep;
    report();
  }

  /// Tells the caller how far things are; the lock is held.
  void report() {
    if (!options_.progress) return;
    try {
      options_.progress({done_, specs_.size(),
                         static_cast<double>(requests_done_) / static_cast<double>(requests_)});
    } catch (...) {
      next_ = specs_.size();
      throw;
    }
  }

  bool all_good(std::size_t first) const {
    for (std::size_t i = first; i < first + scenario_.policies().size(); ++i) {
      if (errors_[i]) return false;
    }
    return true;
  }

  const Scenario& scenario_;
  const RunOptions& options_;
  std::vector<RunSpec> specs_;
  std::vector<RunResult> results_;
  std::vector<std::exception_ptr> errors_;
  std::vector<std::size_t> left_in_fold_;
  std::atomic<std::size_t> next_{0};
  std::mutex mutex_;
  std::size_t done_ = 0;
  std::uint64_t requests_ = 0;
  std::uint64_t requests_done_ = 0;
  std::function<void()> tick_ = [this] { tick(); };
};

/// The runs of one fold and replication, one per policy.
std::vector<RunSpec> fold_specs(const Scenario& scenario, std::size_t fold,
                                std::uint32_t replication) {
  std::vector<RunSpec> specs;
  for (std::size_t p = 0; p < scenario.policies().size(); ++p) {
    std::string id = scenario.policies()[p].name;
    if (scenario.folds() > 1) id += "-" + scenario.held_out(fold);
    id += fmt::format("-r{}", replication);
    specs.push_back({p, fold, replication, scenario.config().seed + replication, std::move(id)});
  }
  return specs;
}

std::vector<RunOutcome> run_fold(const Scenario& scenario, std::size_t fold,
                                 std::uint32_t replication) {
  const std::function<void()> no_tick = [] {};
  std::vector<RunOutcome> outcomes;
  std::vector<RunResult*> group;
  for (RunSpec& spec : fold_specs(scenario, fold, replication)) {
    outcomes.push_back({std::move(spec), std::nullopt, nullptr});
  }
  for (RunOutcome& run : outcomes) {
    try {
      run.result = run_one(scenario, run.spec, 0, {}, no_tick);
      group.push_back(&*run.result);
    } catch (...) {
      run.error = std::current_exception();
    }
  }
  if (scenario.config().relative_metrics) compare_with_opt(group);
  return outcomes;
}

}  // namespace

PolicyUnderTest policy_under_test(const Scenario& scenario, const ComparedPolicy& use) {
  PolicyUnderTest setup;
  setup.name = use.name;
  setup.info = use.entry->info;
  setup.per_device = scenario.config().learners == LearnerSharing::kPerDevice;
  setup.compare_with_oracle = scenario.config().compare_with_opt;
  setup.make = [&scenario, &use](const PolicyContext& context) {
    auto policy = use.settings->make(context);
    scenario.start_from_table(use, context.device_type, *policy);
    return policy;
  };
  return setup;
}

std::vector<RunSpec> run_specs(const Scenario& scenario) {
  std::vector<RunSpec> specs;
  for (std::size_t fold = 0; fold < scenario.folds(); ++fold) {
    for (std::uint32_t r = 0; r < scenario.config().replications; ++r) {
      for (RunSpec& spec : fold_specs(scenario, fold, r)) specs.push_back(std::move(spec));
    }
  }
  return specs;
}

std::vector<RunSpec> run_specs(const Scenario& scenario, std::uint32_t replication) {
  std::vector<RunSpec> specs;
  for (std::size_t fold = 0; fold < scenario.folds(); ++fold) {
    for (RunSpec& spec : fold_specs(scenario, fold, replication)) specs.push_back(std::move(spec));
  }
  return specs;
}

std::vector<RunOutcome> run_replication(const Scenario& scenario, std::uint32_t replication) {
  std::vector<RunOutcome> outcomes;
  for (std::size_t fold = 0; fold < scenario.folds(); ++fold) {
    for (RunOutcome& run : run_fold(scenario, fold, replication)) {
      outcomes.push_back(std::move(run));
    }
  }
  return outcomes;
}

std::uint64_t requests_of(const Scenario& scenario, const RunSpec& spec) {
  const bool learner = scenario.policies()[spec.policy].entry->info.learns;
  std::uint64_t sum = 0;
  for (const PhasePlan& phase : scenario.phases(spec.fold)) {
    if (phase.matters_to(learner)) sum += phase.length();
  }
  return sum * scenario.system().devices();
}

std::vector<RunResult> run_all(const Scenario& scenario, const RunOptions& options) {
  check_memory(scenario, options.jobs);
  return Pool(scenario, options).run();
}

fs::path request_part(const fs::path& parts, std::size_t run) {
  return parts / fmt::format("requests.{}.part", run);
}

fs::path timeline_part(const fs::path& parts, std::size_t run) {
  return parts / fmt::format("timeline.{}.part", run);
}

}  // namespace autoscale
