// Compares the runs in a result folder, of a sweep or of a scenario, with a baseline in pairs of
// equal seed.
#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/results/statistics.h"

namespace autoscale {

struct CompareRequest {
  std::filesystem::path folder;  // with runs.csv and manifest.json
  /// Column -> value in the baseline; empty: the sweep's own, else policy edge_cpu_fp32.
  std::map<std::string, std::string> baseline;
  std::vector<std::string> metrics;  // columns of runs.csv
};

/// What one policy at one point makes different.
struct Comparison {
  std::vector<std::string> labels;  // by CompareResult::labels
  std::string metric;
  Estimate own;
  Estimate baseline;
  Estimate difference;  // own - baseline, in pairs
  Estimate ratio;       // own / baseline, in pairs
};

/// What a table of comparisons has behind the labels: names, in the order of its columns.
std::span<const std::string_view> comparison_columns();

struct CompareResult {
  std::map<std::string, std::string> baseline;
  std::vector<std::string> labels;  // columns that tell the rows apart; the last is policy
  std::vector<Comparison> rows;     // in the order of the file
};

/// Throws ConfigError if the folder's files are not what they should be, std::invalid_argument if
/// it has no such metric, column or baseline.
CompareResult compare_runs(const CompareRequest& request);

}  // namespace autoscale
