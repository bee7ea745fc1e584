// autoscale compare: what is better than a baseline, how surely, and what it takes to know.
#include "sim/results/compare.h"

#include <fmt/format.h>

#include "sim/cli/commands.h"
#include "sim/config/csv.h"
#include "sim/core/text.h"

namespace autoscale::cli {
namespace {

struct CompareArguments {
  std::string folder;
  std::string baseline;
  std::vector<std::string> metrics;
  bool csv = false;
};

/// "cloud" or "epsilon=0.1" as column and value.
std::map<std::string, std::string> read_baseline(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (text.empty()) return {};
  if (equals == std::string::npos) return {{"policy", text}};
  return {{text.substr(0, equals), text.substr(equals + 1)}};
}

/// "lower" or "higher" if the interval of the difference says so.
std::string verdict(const Estimate& difference) {
  if (difference.has_interval() && difference.high() < 0) return "lower";
  if (difference.has_interval() && difference.low() > 0) return "higher";
  if (difference.has_interval() && difference.mean == 0 && difference.sd == 0) return "equal";
  return "open";
}

/// Seeds that would settle it: "0" if it is settled, "?" if none would be expected to.
std::string more_seeds(const Estimate& difference) {
  if (verdict(difference) == "equal") return "0";
  const auto more = more_to_settle(difference);
  return more ? std::to_string(*more) : "?";
}

using Number = std::string (*)(double);

std::string rounded(double x) { return fmt::format("{:.4g}", x); }

std::vector<std::string> cells(const Comparison& row, Number number, const char* none) {
  const auto end = [&](const Estimate& e, double x) {
    return e.has_interval() ? number(x) : std::string(none);
  };
  const auto mean = [&](const Estimate& e) { return e.n > 0 ? number(e.mean) : none; };
  std::vector<std::string> cells = row.labels;
  for (const std::string& cell :
       {row.metric, std::to_string(row.difference.n), mean(row.baseline), mean(row.own),
        mean(row.difference), end(row.difference, row.difference.low()),
        end(row.difference, row.difference.high()), mean(row.ratio),
        end(row.ratio, row.ratio.low()), end(row.ratio, row.ratio.high()), verdict(row.difference),
        more_seeds(row.difference)}) {
    cells.push_back(cell);
  }
  return cells;
}

void print_csv(const CompareResult& result) {
  std::vector<std::string> header = result.labels;
  header.insert(header.end(), comparison_columns().begin(), comparison_columns().end());
  fmt::print("{}\n", config::csv_line(header));
  for (const Comparison& row : result.rows) {
    fmt::print("{}\n", config::csv_line(cells(row, format_number, "")));
  }
}

void print_table(const CompareResult& result) {
  std::string baseline;
  for (const auto& [column, value] : result.baseline) {
    baseline += fmt::format("{}{} {}", baseline.empty() ? "" : ", ", column, value);
  }
  fmt::print(
      "against {}, in pairs of equal seed; brackets: 95 % confidence (Student's t)\n"
      "more seeds: how many would bring t s / sqrt(n) below the mean difference, if that and its "
      "standard\ndeviation s stay as they are; 0: the interval excludes zero already; ?: cannot "
      "be told\n\n",
      baseline);
  std::vector<std::vector<std::string>> table(1, result.labels);
  for (const char* name : {"metric", "n", "baseline", "mean", "difference", "[low", "high]",
                           "ratio", "[low", "high]", "verdict", "more seeds"}) {
    table.front().emplace_back(name);
  }
  for (const Comparison& row : result.rows) table.push_back(cells(row, rounded, "-"));
  fmt::print("{}", text_table(table));
}

int compare(const CompareArguments& arguments) {
  CompareRequest request{arguments.folder, read_baseline(arguments.baseline), arguments.metrics};
  if (request.metrics.empty()) {
    request.metrics = {"energy_mean_mj", "latency_mean_ms", "qos_violation_ratio"};
  }
  const CompareResult result = compare_runs(request);
  if (arguments.csv) {
    print_csv(result);
  } else {
    print_table(result);
  }
  return kOk;
}

}  // namespace

void add_compare(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<CompareArguments>();
  CLI::App* sub = app.add_subcommand(
      "compare", "Compare the runs of a result folder with a baseline, in pairs of equal seed");
  sub->add_option("folder", arguments->folder, "folder of results: of sweep, merge or run --out")
      ->required();
  sub->add_option("--baseline", arguments->baseline,
                  "a policy, or COLUMN=VALUE of a swept parameter (default: the sweep's, else "
                  "edge_cpu_fp32)");
  sub->add_option("--metric", arguments->metrics, "column of runs.csv (repeatable)")
      ->allow_extra_args(false);
  sub->add_flag("--csv", arguments->csv, "as CSV, with all digits");
  sub->footer(
      "Examples:\n  autoscale compare results/smoke\n"
      "  autoscale compare results/smoke --baseline cloud --metric gap_to_opt");
  sub->callback([arguments, &action] { action = [arguments] { return compare(*arguments); }; });
}

}  // namespace autoscale::cli
