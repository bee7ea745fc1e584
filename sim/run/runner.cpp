#include "sim/run/runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <span>
#include <stdexcept>

#include "sim/core/thread_pool.h"
#include "sim/run/independence.h"
#include "sim/run/memory.h"
#include "sim/run/one_run.h"
#include "sim/run/run_specs.h"

namespace autoscale {
namespace {

namespace fs = std::filesystem;

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

/// All runs of a scenario and how far they have come.
class AllRuns {
 public:
  AllRuns(const Scenario& scenario, const RunOptions& options)
      : scenario_(scenario),
        options_(options),
        specs_(run_specs(scenario)),
        results_(specs_.size()),
        missing_in_fold_(specs_.size() / scenario.policies().size(), scenario.policies().size()) {
    for (const RunSpec& spec : specs_) requests_ += requests_of(scenario, spec);
  }

  std::vector<RunResult> run() {
    ThreadPool pool(std::clamp<std::size_t>(options_.jobs, 1, specs_.size()));
    pool.hand_out(specs_.size(), [this](std::size_t i, std::size_t) { run_row(i); });
    return std::move(results_);
  }

 private:
  void run_row(std::size_t i) {
    try {
      results_[i] = run_one(scenario_, specs_[i], files_of(i), tick_, shards_of(specs_[i]));
      finish_fold(i / scenario_.policies().size());
    } catch (...) {
      end_run(i);
      throw;
    }
    end_run(i);
  }

  std::size_t shards_of(const RunSpec& spec) const {
    if (options_.shards > 0) return options_.shards;
    const std::size_t free = options_.jobs / specs_.size();
    return free > 1 && coupling(scenario_, spec).empty() ? free : 1;
  }

  RunFiles files_of(std::size_t i) const {
    RunFiles files;
    files.process = i;
    if (options_.requests) files.requests = request_part(options_.parts, i);
    if (options_.timeline) files.timeline = timeline_part(options_.parts, i);
    return files;
  }

  /// Another run of a fold and replication is there; they lie next to each other.
  void finish_fold(std::size_t fold) {
    const std::lock_guard lock(mutex_);
    if (--missing_in_fold_[fold] > 0 || !scenario_.config().relative_metrics) return;
    const std::size_t policies = scenario_.policies().size();
    std::vector<RunResult*> runs;
    for (std::size_t p = 0; p < policies; ++p) runs.push_back(&results_[fold * policies + p]);
    compare_with_opt(runs);
  }

  /// A run has ended, well or not. Ticks count whole steps; it counts the rest of its requests.
  void end_run(std::size_t i) {
    const std::lock_guard lock(mutex_);
    ++done_;
    requests_done_ += requests_of(scenario_, specs_[i]) % Observer::kProgressStep;
    report();
  }

  void tick() {
    const std::lock_guard lock(mutex_);
    requests_done_ += Observer::kProgressStep;
    report();
  }

  /// Tells the caller how far things are; the lock is held.
  void report() const {
    if (!options_.progress) return;
    options_.progress({done_, specs_.size(),
                       static_cast<double>(requests_done_) / static_cast<double>(requests_)});
  }

  const Scenario& scenario_;
  const RunOptions& options_;
  const std::vector<RunSpec> specs_;
  std::vector<RunResult> results_;
  std::mutex mutex_;  // of the three below
  std::vector<std::size_t> missing_in_fold_;
  std::size_t done_ = 0;
  std::uint64_t requests_done_ = 0;
  std::uint64_t requests_ = 0;
  const std::function<void()> tick_ = [this] { tick(); };
};

void require_independence(const Scenario& scenario) {
  for (const RunSpec& spec : run_specs(scenario)) {
    const std::string found = coupling(scenario, spec);
    if (found.empty()) continue;
    throw std::invalid_argument(
        fmt::format("{}: run {} cannot be split into shards, because its phones meet: {}",
                    scenario.config().name, spec.id, found));
  }
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
      run.result = run_one(scenario, run.spec, {}, no_tick);
      group.push_back(&*run.result);
    } catch (...) {
      run.error = std::current_exception();
    }
  }
  if (scenario.config().relative_metrics) compare_with_opt(group);
  return outcomes;
}

}  // namespace

std::vector<RunOutcome> run_replication(const Scenario& scenario, std::uint32_t replication) {
  std::vector<RunOutcome> outcomes;
  for (std::size_t fold = 0; fold < scenario.folds(); ++fold) {
    for (RunOutcome& run : run_fold(scenario, fold, replication)) {
      outcomes.push_back(std::move(run));
    }
  }
  return outcomes;
}

std::vector<RunResult> run_all(const Scenario& scenario, const RunOptions& options) {
  check_memory(scenario, options.jobs);
  if (options.shards > 1) require_independence(scenario);
  return AllRuns(scenario, options).run();
}

fs::path request_part(const fs::path& parts, std::size_t run) {
  return parts / fmt::format("requests.{}.part", run);
}

fs::path timeline_part(const fs::path& parts, std::size_t run) {
  return parts / fmt::format("timeline.{}.part", run);
}

}  // namespace autoscale
