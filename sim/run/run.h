// One run: which policy, fold, replication and seed, and what came of it.
#pragma once

#include <exception>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "sim/run/metrics.h"
#include "sim/scenario/scenario.h"

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
  std::string phase;
  std::uint64_t learned = 0;  // outcomes so far
  double mean_reward = 0;
  std::optional<double> opt_reward;  // means; nothing if not compared with Opt
  std::optional<double> regret;
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
  LearningProgress progress;         // at the end, over all policies
  PredictionError prediction_error;  // likewise
  std::size_t table_bytes = 0;       // of one phone's policy, the largest
  std::vector<std::pair<std::string, nlohmann::ordered_json>> tables;  // by device type
  RunTiming timing;

  const ComparedPolicy& policy() const { return scenario->policies()[spec.policy]; }
};

/// A run that may have failed.
struct RunOutcome {
  RunSpec spec;
  std::optional<RunResult> result;
  std::exception_ptr error;  // if there is no result
};

}  // namespace autoscale
