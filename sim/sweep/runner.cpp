#include "sim/sweep/runner.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <vector>

#include "sim/core/output_file.h"
#include "sim/core/thread_pool.h"
#include "sim/run/memory.h"

namespace autoscale {
namespace {

using Clock = std::chrono::steady_clock;

/// A scenario that fits into memory, with the names of its runs; or why there is none.
struct PreparedPoint {
  std::size_t point = 0;
  std::optional<Scenario> scenario;
  std::optional<RunNames> names;
  std::string error;

  PreparedPoint(const Sweep& sweep, std::size_t p) : point(p) {
    try {
      scenario.emplace(sweep.scenario(point));
      check_memory(*scenario, 1);
      names.emplace(*scenario);
    } catch (const config::ConfigError& problem) {
      error = problem.what();
    } catch (const std::invalid_argument& problem) {
      error = problem.what();
    }
  }
};

/// What went wrong in a run; what is no fault of the run is thrown on.
std::string reason(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const IoError&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::system_error&) {
    throw;
  } catch (const std::exception& problem) {
    return problem.what();
  }
}

JournalRecord run_prepared(const PreparedPoint& at, const Sweep& sweep, std::uint64_t trial) {
  JournalRecord record;
  record.trial = trial;
  if (!at.error.empty()) {
    record.failures.push_back({"", at.error});
    return record;
  }
  std::vector<RunResult> results;
  for (RunOutcome& run : run_replication(*at.scenario, sweep.replication_of(trial))) {
    if (run.result) {
      run.result->spec.id = at.names->name(run.spec);
      results.push_back(std::move(*run.result));
    } else {
      record.failures.push_back({run.spec.id, reason(run.error)});
    }
  }
  for (const RunRow& row : run_rows(results)) record.rows.push_back(row_text(row));
  if (sweep.config().breakdown) {
    for (const RunRow& row : breakdown_rows(results)) record.breakdown.push_back(row_text(row));
  }
  for (const RunResult& run : results) record.timing.push_back(timing_row(run));
  return record;
}

/// The trials that are missing, and how far they have come.
class MissingTrials {
 public:
  MissingTrials(const Sweep& sweep, Journal& journal, const SweepRunOptions& options)
      : sweep_(sweep), journal_(journal), options_(options) {
    progress_.trials = options.shard.size(sweep.trials());
    progress_.done = journal.size();
  }

  void run() {
    const std::uint64_t missing = progress_.trials - progress_.done;
    ThreadPool pool(
        std::clamp<std::uint64_t>(options_.jobs, 1, std::max<std::uint64_t>(missing, 1)));
    prepared_.resize(pool.threads());
    pool.hand_out(progress_.trials, [this](std::size_t i, std::size_t thread) {
      const std::uint64_t trial = options_.shard.index + i * options_.shard.count;
      if (is_missing(trial)) finish(run_prepared(prepare(trial, thread), sweep_, trial));
    });
    journal_.sync();
  }

 private:
  bool is_missing(std::uint64_t trial) {
    const std::lock_guard lock(mutex_);
    return !journal_.has(trial);
  }

  /// The trial's point; successive trials of a thread often have the same.
  const PreparedPoint& prepare(std::uint64_t trial, std::size_t thread) {
    const std::size_t point = sweep_.point_of(trial);
    std::optional<PreparedPoint>& at = prepared_[thread];
    if (!at || at->point != point) at.emplace(sweep_, point);
    return *at;
  }

  void finish(const JournalRecord& record) {
    bool sync = false;
    {
      const std::lock_guard lock(mutex_);
      journal_.add(record);
      ++progress_.done;
      ++progress_.new_trials;
      progress_.failed += record.failures.size();
      progress_.elapsed = Clock::now() - started_;
      if (options_.progress) options_.progress(progress_);
      sync = Clock::now() - synced_ > std::chrono::seconds(1);
      if (sync) synced_ = Clock::now();
    }
    if (sync) journal_.sync();
  }

  const Sweep& sweep_;
  Journal& journal_;
  const SweepRunOptions& options_;
  std::vector<std::optional<PreparedPoint>> prepared_;  // by thread
  std::mutex mutex_;                                    // of everything below, and of the journal
  SweepProgress progress_;
  Clock::time_point started_ = Clock::now();
  Clock::time_point synced_ = Clock::now();
};

}  // namespace

JournalRecord run_trial(const Sweep& sweep, std::uint64_t trial) {
  return run_prepared(PreparedPoint(sweep, sweep.point_of(trial)), sweep, trial);
}

void run_sweep(const Sweep& sweep, Journal& journal, const SweepRunOptions& options) {
  MissingTrials(sweep, journal, options).run();
}

}  // namespace autoscale
