// autoscale run: one scenario, all its policies and replications.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <limits>

#include "sim/cli/commands.h"
#include "sim/results/run_folder.h"

namespace autoscale::cli {
namespace {

struct RunArguments {
  std::vector<std::string> data;
  std::string scenario;
  ScenarioOverrides overrides;
  std::string out;
  std::size_t jobs = 1;
  std::size_t shards = 0;
  bool requests = false;
  bool timeline = false;
};

/// A value of runs.csv by column name, rounded for reading.
std::string cell(const RunRow& row, std::string_view column, int digits) {
  for (const RunColumn& c : run_columns()) {
    if (c.name != column) continue;
    const std::string text = c.value(row);
    return text.empty() ? "-" : fixed_number(std::stod(text), digits);
  }
  return "?";
}

std::string result_table(const std::vector<RunResult>& results) {
  std::vector<std::vector<std::string>> table = {
      {"run", "role", "inferences", "mJ/inference", "vs CPU FP32", "latency ms", "p99 ms",
       "QoS missed", "accuracy missed", "agrees with Opt", "gap to Opt"}};
  for (const RunRow& row : run_rows(results)) {
    table.push_back({row.run.spec.id, row.run.policy().reference ? "reference" : "compared",
                     cell(row, "inferences", 0), cell(row, "energy_mean_mj", 2),
                     cell(row, "efficiency_vs_edge_cpu_fp32", 3), cell(row, "latency_mean_ms", 2),
                     cell(row, "latency_p99_ms", 2), cell(row, "qos_violation_ratio", 4),
                     cell(row, "accuracy_violation_ratio", 4), cell(row, "agreement_target", 4),
                     cell(row, "gap_to_opt", 4)});
  }
  return text_table(table);
}

/// A line on stderr that rewrites itself, on terminals only.
std::function<void(const RunProgress&)> run_progress_line() {
  if (isatty(STDERR_FILENO) == 0) return {};
  return [](const RunProgress& p) {
    fmt::print(stderr, "\r{} of {} runs, {:3.0f} % of the requests{}", p.runs_done, p.runs,
               100 * p.share, p.runs_done == p.runs ? "\n" : "");
    std::fflush(stderr);
  };
}

int run(const RunArguments& arguments) {
  const Catalog catalog(search_path(arguments.data));
  const Scenario scenario =
      Scenario::load(catalog, find_file(catalog.search(), arguments.scenario), arguments.overrides);
  if (arguments.out.empty() &&
      (arguments.requests || arguments.timeline || scenario.config().save_tables)) {
    throw std::invalid_argument("--requests, --timeline and save_tables need --out DIR");
  }
  RunOptions options;
  options.jobs = arguments.jobs;
  options.shards = arguments.shards;
  options.requests = arguments.requests;
  options.timeline = arguments.timeline;
  options.progress = run_progress_line();
  if (arguments.out.empty()) {
    fmt::print("{}", result_table(run_all(scenario, options)));
  } else {
    run_into_folder(arguments.out, scenario, options, build_info());
    fmt::print("{}: {} runs written to {}\n", scenario.config().name, scenario.runs(),
               arguments.out);
  }
  return kOk;
}

}  // namespace

void add_run(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<RunArguments>();
  CLI::App* sub = app.add_subcommand("run", "Run a scenario: every policy, every replication");
  sub->add_option("scenario", arguments->scenario, "scenario: a file or a name")->required();
  add_data_option(*sub, arguments->data);
  sub->add_option("--policy", arguments->overrides.policies,
                  "run this policy, by name or label, instead of the scenario's list (repeatable)")
      ->allow_extra_args(false);
  sub->add_option("--set", arguments->overrides.assignments,
                  "change a value of the scenario: PATH=VALUE (repeatable)")
      ->allow_extra_args(false);
  sub->add_option("--seed", arguments->overrides.seed, "seed of the first replication")
      ->check(whole_number(0, std::numeric_limits<std::uint64_t>::max()));
  sub->add_option("--replications", arguments->overrides.replications, "independent repetitions")
      ->check(whole_number(1, 1'000'000));
  sub->add_option("-j,--jobs", arguments->jobs, "runs at the same time")
      ->check(whole_number(1, 1024));
  sub->add_option("--shards", arguments->shards,
                  "threads for the phones of one run, which must not meet; default: the jobs that "
                  "have no run of their own, where phones do not meet")
      ->check(whole_number(1, 1024));
  sub->add_option("-o,--out", arguments->out, "write CSV files and the manifest into this folder")
      ->check(CLI::Validator(
          [](const std::string& text) { return text.empty() ? "needs a folder" : ""; }, ""));
  sub->add_flag("--requests", arguments->requests, "also write requests.csv, a row per inference");
  sub->add_flag("--timeline", arguments->timeline, "also write timeline.json for Perfetto");
  sub->footer(
      "Examples:\n  autoscale run scenarios/quickstart.yaml\n"
      "  autoscale run scenarios/paper/S1_non_streaming.yaml --jobs 2 --out results/s1\n"
      "  autoscale run scenarios/quickstart.yaml --policy autoscale --policy cloud "
      "--set constraints.accuracy=65");
  sub->callback([arguments, &action] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace autoscale::cli
