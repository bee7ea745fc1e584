#include "sim/sweep/runner.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <thread>

#include "sim/config/csv.h"
#include "sim/core/output_file.h"
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
  std::vector<std::string> values;
  for (const RunRow& row : run_rows(results)) {
    values.clear();
    for (const RunColumn& c : run_columns()) values.push_back(c.value(row));
    record.rows.push_back(config::csv_line(values));
  }
  for (const RunResult& run : results) record.timing.push_back(timing_row(run));
  return record;
}

class Workers {
 public:
  Workers(const Sweep& sweep, Journal& journal, const SweepRunOptions& options)
      : sweep_(sweep), journal_(journal), options_(options), next_(options.shard.index) {
    progress_.trials = options.shard.size(sweep.trials());
    progress_.done = journal.size();
  }

  void run() {
    std::vector<std::jthread> threads;
    const std::uint64_t missing = progress_.trials - progress_.done;
    const std::uint64_t jobs =
        std::clamp<std::uint64_t>(options_.jobs, 1, std::max<std::uint64_t>(missing, 1));
    for (std::uint64_t i = 1; i < jobs; ++i) threads.emplace_back([this] { work(); });
    work();
    threads.clear();
    if (error_) std::rethrow_exception(error_);
    journal_.sync();
  }

 private:
  void work() {
    try {
      std::optional<PreparedPoint> prepared;
      while (const auto trial = take()) {
        const std::size_t point = sweep_.point_of(*trial);
        if (!prepared || prepared->point != point) prepared.emplace(sweep_, point);
        finish(run_prepared(*prepared, sweep_, *trial));
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!error_) error_ = std::current_exception();
    }
  }

  /// The next trial that is missing.
  std::optional<std::uint64_t> take() {
    const std::lock_guard lock(mutex_);
    while (!error_ && next_ < sweep_.trials()) {
      const std::uint64_t trial = next_;
      next_ += options_.shard.count;
      if (!journal_.has(trial)) return trial;
    }
    return std::nullopt;
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
  std::mutex mutex_;  // of everything below, and of the journal
  std::uint64_t next_;
  SweepProgress progress_;
  std::exception_ptr error_;
  Clock::time_point started_ = Clock::now();
  Clock::time_point synced_ = Clock::now();
};

}  // namespace

JournalRecord run_trial(const Sweep& sweep, std::uint64_t trial) {
  return run_prepared(PreparedPoint(sweep, sweep.point_of(trial)), sweep, trial);
}

void run_sweep(const Sweep& sweep, Journal& journal, const SweepRunOptions& options) {
  Workers(sweep, journal, options).run();
}

}  // namespace autoscale
