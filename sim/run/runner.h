// Runs a scenario: every (fold, replication, policy) is one run with its own world, phones and
// servers. Runs are independent, so they go to threads; result i stands at place i whatever thread
// made it.
#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "sim/run/run.h"

namespace autoscale {

/// How far a scenario has come.
struct RunProgress {
  std::size_t runs_done = 0;
  std::size_t runs = 0;
  double share = 0;  // of all requests
};

struct RunOptions {
  std::size_t jobs = 1;
  /// Threads that share a run's phones. 0: jobs that would have no run of their own, for runs whose
  /// phones do not meet (independence.h).
  std::size_t shards = 0;
  /// Where per-run request logs and timelines go; empty: none are written.
  std::filesystem::path parts;
  bool requests = false;
  bool timeline = false;
  /// Called now and then from any thread, one call at a time. What it throws ends run_all.
  std::function<void(const RunProgress&)> progress;
};

/// Executes the runs of one replication, one after another, in the order of their rows: fold,
/// policy. A run that fails does not stop the others.
std::vector<RunOutcome> run_replication(const Scenario& scenario, std::uint32_t replication);

/// Executes all runs, in the order of run_specs(). No further run begins after one has failed. Throws
/// the first run's exception, in the order of rows, if any failed, and std::invalid_argument before
/// the first if they would not fit into memory or shards are asked for of phones that meet.
std::vector<RunResult> run_all(const Scenario& scenario, const RunOptions& options);

/// File of a run's part of requests.csv or the timeline, below RunOptions::parts.
std::filesystem::path request_part(const std::filesystem::path& parts, std::size_t run);
std::filesystem::path timeline_part(const std::filesystem::path& parts, std::size_t run);

}  // namespace autoscale
