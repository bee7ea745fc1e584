// Runs the trials of a sweep that its journal does not have yet, with several threads.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "sim/sweep/journal.h"
#include "sim/sweep/sweep.h"

namespace autoscale {

/// Every count-th trial of a sweep, from trial index on.
struct Shard {
  std::uint64_t index = 0;
  std::uint64_t count = 1;

  std::uint64_t size(std::uint64_t trials) const {
    return trials / count + (index < trials % count ? 1 : 0);
  }
};

struct SweepProgress {
  std::uint64_t done = 0;  // trials, those of earlier calls included
  std::uint64_t trials = 0;
  std::uint64_t new_trials = 0;  // of this call
  std::uint64_t failed = 0;      // runs of this call
  std::chrono::duration<double> elapsed{};
};

struct SweepRunOptions {
  Shard shard;
  std::size_t jobs = 1;
  /// Called after every trial from any thread, one call at a time.
  std::function<void(const SweepProgress&)> progress;
};

/// Runs one trial. What fails because of the scenario or a policy is in the record.
JournalRecord run_trial(const Sweep& sweep, std::uint64_t trial);

/// Runs what is missing. A run that fails is recorded and does not stop the others; IoError and
/// std::bad_alloc do, and leave what is finished in the journal.
void run_sweep(const Sweep& sweep, Journal& journal, const SweepRunOptions& options);

}  // namespace autoscale
