#include "sim/sweep/columns.h"

#include "sim/results/compare.h"

namespace autoscale {
namespace {

constexpr ColumnText kSummary[] = {
    {"scenario", "", "name of the scenario"},
    {"device", "", "device type; all where several are taken together"},
    {"dnn", "", "DNN; all where several are taken together"},
    {"policy", "", "name of the policy"},
    {"metric", "", "column of runs.csv"},
    {"unit", "", "of the metric, and of all that follows but n and the ratios"},
    {"n", "count", "replications that have a value"},
    {"mean", "", "over the replications"},
    {"sd", "", "standard deviation over the replications"},
    {"ci95_low", "", "lower end of the 95 % confidence interval of the mean (Student's t)"},
    {"ci95_high", "", "upper end"},
    {"pairs", "count", "replications that the baseline has too"},
    {"difference_mean", "", "value minus the baseline's with the same seed, mean"},
    {"difference_ci95_low", "", "lower end of its 95 % confidence interval"},
    {"difference_ci95_high", "", "upper end"},
    {"ratio_mean", "1", "value over the baseline's with the same seed, mean"},
    {"ratio_ci95_low", "1", "lower end of its 95 % confidence interval"},
    {"ratio_ci95_high", "1", "upper end"},
};

constexpr ColumnText kFailures[] = {
    {"replication", "", "number of the repetition, from 0"},
    {"run", "", "the run; empty if the scenario itself is wrong at this point"},
    {"error", "", "what went wrong"},
};

std::set<std::string> make_result_columns() {
  std::set<std::string> names(comparison_columns().begin(), comparison_columns().end());
  for (const RunColumn& c : run_columns()) names.insert(c.name);
  for (const auto columns : {learning_columns(), request_columns(), timing_columns(),
                             summary_columns(), failure_columns()}) {
    for (const ColumnText& c : columns) names.emplace(c.name);
  }
  return names;
}

}  // namespace

std::span<const ColumnText> summary_columns() { return kSummary; }
std::span<const ColumnText> failure_columns() { return kFailures; }

const std::set<std::string>& result_columns() {
  static const std::set<std::string> names = make_result_columns();
  return names;
}

}  // namespace autoscale
