// Runs a scenario: every (fold, replication, policy) is one run with its own world, phones and
// servers. Runs are independent, so they go to threads; result i stands at place i whatever thread
// made it.
#pragma once

#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/experiment/metrics.h"
#include "sim/experiment/scenario.h"

namespace autoscale {

/// One run of a scenario.
struct RunSpec {
  std::size_t policy = 0;  // index in Scenario::policies
  std::size_t fold = 0;
  std::uint32_t replication = 0;
  std::uint64_t seed = 0;
  std::string id;
};

/// One point of a learning curve: what happened since the point before, of one device type.
struct LearningPoint {
  std::uint16_t type = 0;
  std::uint64_t learned = 0;  // outcomes so far
  double mean_reward = 0;
  LearningProgress progress;
};

struct RunTiming {
  double wall_s = 0;
  std::uint64_t events = 0;
  std::uint64_t requests = 0;  // all phases
  double decision_ns = 0;      // mean of a sample of decisions; 0 if none
};

struct RunResult {
  RunSpec spec;
  const Scenario* scenario = nullptr;
  std::unique_ptr<Metrics> metrics;
  std::vector<LearningPoint> learning;
  LearningProgress progress;    // at the end, over all policies
  std::size_t table_bytes = 0;  // of one phone's policy, the largest
  std::vector<std::pair<std::string, nlohmann::ordered_json>> tables;  // by device type
  RunTiming timing;

  const PolicyUse& policy() const { return scenario->policies()[spec.policy]; }
};

/// How far a scenario has come.
struct RunProgress {
  std::size_t runs_done = 0;
  std::size_t runs = 0;
  double share = 0;  // of all requests
};

struct RunOptions {
  std::size_t jobs = 1;
  /// Where per-run request logs and timelines go; empty: none are written.
  std::filesystem::path parts;
  bool requests = false;
  bool timeline = false;
  /// Called now and then from any thread, one call at a time.
  std::function<void(const RunProgress&)> progress;
};

/// A run that may have failed.
struct RunOutcome {
  RunSpec spec;
  std::optional<RunResult> result;
  std::exception_ptr error;  // if there is no result
};

/// Executes the runs of one replication, one after another, in the order of their rows: fold,
/// policy. A run that fails does not stop the others.
std::vector<RunOutcome> run_replication(const Scenario& scenario, std::uint32_t replication);

/// All runs of a scenario in the order of their rows: fold, replication, policy.
std::vector<RunSpec> run_specs(const Scenario& scenario);
/// Those of one replication.
std::vector<RunSpec> run_specs(const Scenario& scenario, std::uint32_t replication);

/// Executes all runs. Throws the first run's exception, in the order of rows, if any failed, and
/// std::invalid_argument before the first if they would not fit into memory.
std::vector<RunResult> run_all(const Scenario& scenario, const RunOptions& options);

/// Simulated requests of one run, all phases and phones.
std::uint64_t requests_of(const Scenario& scenario, const RunSpec& spec);

/// File of a run's part of requests.csv or the timeline, below RunOptions::parts.
std::filesystem::path request_part(const std::filesystem::path& parts, std::size_t run);
std::filesystem::path timeline_part(const std::filesystem::path& parts, std::size_t run);

}  // namespace autoscale
