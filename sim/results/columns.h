// Every column of every result file: name, unit, meaning. One table per file drives the header, the
// values and the data dictionary (columns.csv).
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/run/run.h"

namespace autoscale {

/// A row of runs.csv (all phases, devices and DNNs) or breakdown.csv (one recorded phase, device
/// type and DNN).
struct RunRow {
  const RunResult& run;
  const Tally& tally;
  const Tally* reference;  // edge_cpu_fp32, same draws; null without one
  std::string phase;
  std::string environment;
  std::string device;
  std::string dnn;
  bool whole_run;  // learning columns are filled
};

struct RunColumn {
  std::string name;
  std::string_view unit;
  std::string meaning;
  std::function<std::string(const RunRow&)> value;
};

/// Columns of runs.csv and breakdown.csv.
const std::vector<RunColumn>& run_columns();

/// A column that another writer fills: name, unit and meaning only.
struct ColumnText {
  std::string_view name;
  std::string_view unit;
  std::string_view meaning;
};
std::span<const ColumnText> learning_columns();
std::span<const ColumnText> request_columns();
std::span<const ColumnText> timing_columns();

}  // namespace autoscale
