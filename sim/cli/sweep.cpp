// autoscale sweep and autoscale merge: a scenario at many points.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "sim/cli/commands.h"
#include "sim/cli/slurm.h"
#include "sim/run/run_specs.h"
#include "sim/sweep/folder.h"

namespace autoscale::cli {
namespace {

namespace fs = std::filesystem;

struct SweepArguments {
  std::vector<std::string> data;
  std::string sweep;
  std::string out;
  std::string shard = "1/1";
  std::size_t jobs = 1;
  bool resume = false;
  bool dry_run = false;
  std::string executor = "local";
  std::uint64_t array_size = 0;  // 0: not given
  std::string sbatch;
};

/// "2/4"; an empty optional if it is none.
std::optional<Shard> parse_shard(const std::string& text) {
  constexpr std::uint64_t kMost = 1000;
  const std::size_t slash = std::min(text.find('/'), text.size());
  const std::string index = text.substr(0, slash),
                    count = text.substr(std::min(slash + 1, text.size()));
  if (!whole_number(1, kMost)(count).empty()) return std::nullopt;
  const std::uint64_t n = std::stoull(count);
  if (!whole_number(1, n)(index).empty()) return std::nullopt;
  return Shard{std::stoull(index) - 1, n};
}

std::string duration_text(double seconds) {
  if (seconds < 100) return fmt::format("{:.0f} s", std::ceil(seconds));
  if (seconds < 6000) return fmt::format("{:.0f} min", seconds / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

/// A line on stderr that rewrites itself, on terminals only.
std::function<void(const SweepProgress&)> sweep_progress_line() {
  if (isatty(STDERR_FILENO) == 0) return {};
  return [last = -1.0](const SweepProgress& p) mutable {
    const double elapsed = p.elapsed.count();
    if (elapsed - last < 0.2 && p.done != p.trials) return;
    last = elapsed;
    const double rate = static_cast<double>(p.new_trials) / std::max(elapsed, 1e-9);
    fmt::print(stderr, "\r{}/{} trials, {:.1f} per s, {} left, {} runs failed   {}", p.done,
               p.trials, rate, duration_text(static_cast<double>(p.trials - p.done) / rate),
               p.failed, p.done == p.trials ? "\n" : "");
    std::fflush(stderr);
  };
}

void print_outcome(const SweepOutcome& outcome, const std::string& folder) {
  fmt::print("{} runs written to {}", outcome.runs, folder);
  if (outcome.failed > 0) fmt::print(", {} failed: see {}/failures.csv", outcome.failed, folder);
  fmt::print("\n");
}

int exit_code(const SweepOutcome& outcome) { return outcome.failed > 0 ? kRunsFailed : kOk; }

/// Runs and requests of one replication of a point.
struct PointSize {
  std::size_t point = 0;
  double runs = 0;
  double requests = 0;
};

/// The sizes of at most ten points, evenly spread.
std::vector<PointSize> sample_sizes(const Sweep& sweep) {
  constexpr std::size_t kMost = 10;
  std::vector<PointSize> sizes;
  const std::size_t count = std::min(sweep.points(), kMost);
  for (std::size_t i = 0; i < count; ++i) {
    PointSize size{i * sweep.points() / count};
    const Scenario scenario = sweep.scenario(size.point);
    for (const RunSpec& spec : run_specs(scenario, 0)) {
      size.runs += 1;
      size.requests += static_cast<double>(requests_of(scenario, spec));
    }
    sizes.push_back(size);
  }
  return sizes;
}

/// Seconds for a whole sweep with one job: the smallest of the sampled points is run, and the
/// others are taken to need the same time per request.
double estimate_seconds(const Sweep& sweep, const std::vector<PointSize>& sizes) {
  const auto smallest = std::min_element(
      sizes.begin(), sizes.end(),
      [](const PointSize& a, const PointSize& b) { return a.requests < b.requests; });
  const auto started = std::chrono::steady_clock::now();
  run_trial(sweep, std::uint64_t{smallest->point} * sweep.config().replications);
  const std::chrono::duration<double> once = std::chrono::steady_clock::now() - started;
  double requests = 0;
  for (const PointSize& size : sizes) requests += size.requests / static_cast<double>(sizes.size());
  return once.count() * requests / smallest->requests * static_cast<double>(sweep.trials());
}

std::string first_points(const Sweep& sweep) {
  constexpr std::size_t kShown = 5;
  std::vector<std::vector<std::string>> table(1, {"point"});
  for (const SweptParameter& p : sweep.space().parameters()) {
    table.front().push_back(p.unit.empty() ? p.column : fmt::format("{} ({})", p.column, p.unit));
  }
  for (std::size_t i = 0; i < std::min(sweep.points(), kShown); ++i) {
    table.push_back({std::to_string(i + 1)});
    for (const SweptValue& v : sweep.space().point(i).values) table.back().push_back(v.text);
  }
  return text_table(table) + (sweep.points() > kShown ? "...\n" : "");
}

int dry_run(const Sweep& sweep, const SweepArguments& arguments) {
  const SweepConfig& c = sweep.config();
  const std::vector<PointSize> sizes = sample_sizes(sweep);
  double runs = 0;
  bool equal = true;
  for (const PointSize& size : sizes) {
    runs += size.runs / static_cast<double>(sizes.size()) * static_cast<double>(sweep.trials());
    equal = equal && size.runs == sizes.front().runs;
  }
  fmt::print("{}: {} points x {} replications = {} trials, {}{:.0f} runs\n\n{}\n", c.name.value,
             sweep.points(), c.replications, sweep.trials(), equal ? "" : "about ", runs,
             first_points(sweep));
  fmt::print("policies: ");
  const Scenario first = sweep.scenario(0);
  for (const ComparedPolicy& policy : first.policies()) {
    fmt::print("{}{}", &policy == &first.policies().front() ? "" : ", ", policy.name);
  }
  fmt::print("\nseeds:    {} to {}\ntime:     about {} with --jobs {}\n", c.seed,
             c.seed + c.replications - 1,
             duration_text(estimate_seconds(sweep, sizes) / static_cast<double>(arguments.jobs)),
             arguments.jobs);
  return kOk;
}

/// Shards of a sweep on a cluster, unless the user says how many.
constexpr std::uint64_t kArraySize = 100;

int submit(const Sweep& sweep, const SweepArguments& arguments, const SearchPath& search,
           const fs::path& file, const std::string& out) {
  prepare_folder(out);
  if (const std::vector<std::string> jobs = queued_jobs(out); !jobs.empty()) {
    throw std::invalid_argument(
        fmt::format("{}: is still being worked on by Slurm, job {}; wait for it, or end it with "
                    "`scancel {}` before --resume submits it anew",
                    out, fmt::join(jobs, " and "), fmt::join(jobs, " ")));
  }
  if (!arguments.resume && !fs::is_empty(out)) {
    throw std::invalid_argument(out + ": is not empty; --resume goes on with a sweep there");
  }
  SlurmRequest request;
  request.sweep = fs::absolute(file);
  for (const fs::path& folder : search.folders()) request.data.push_back(fs::absolute(folder));
  request.folder = fs::absolute(out);
  request.name = sweep.config().name.value;
  request.shards =
      arguments.array_size > 0 ? arguments.array_size : std::min(sweep.trials(), kArraySize);
  request.jobs = arguments.jobs;
  request.options = arguments.sbatch;
  if (fs::exists(request.folder / "shards" / std::to_string(request.shards + 1))) {
    throw std::invalid_argument(fmt::format(
        "{}: was begun with more than {} shards; --array-size says how many", out, request.shards));
  }
  const SlurmJobs jobs = submit_to_slurm(request);
  fmt::print(
      "{} trials in {} shards submitted: job {}, merged by job {}\n"
      "watch it:  squeue --jobs {},{}\n"
      "logs:      {}/slurm\n"
      "results:   {}\n",
      sweep.trials(), request.shards, jobs.array, jobs.merge, jobs.array, jobs.merge, out, out);
  return kOk;
}

int sweep(const SweepArguments& arguments) {
  const Catalog catalog(search_path(arguments.data));
  const fs::path file = find_file(catalog.search(), arguments.sweep);
  const Sweep sweep = Sweep::load(catalog, file);
  if (arguments.dry_run) return dry_run(sweep, arguments);
  const std::string out =
      arguments.out.empty() ? "results/" + sweep.config().name.value : arguments.out;
  if (arguments.executor == "slurm") return submit(sweep, arguments, catalog.search(), file, out);
  SweepRunOptions options;
  options.shard = *parse_shard(arguments.shard);
  options.jobs = arguments.jobs;
  options.progress = sweep_progress_line();
  const nlohmann::ordered_json definition = sweep.definition(build_info());
  SweepFolder folder = SweepFolder::open(out, definition, options.shard, arguments.resume);
  Journal& journal = folder.journal();
  if (journal.damaged() > 0) {
    fmt::print(stderr, "{}: {} bytes of the journal were damaged; what they held is run again\n",
               out, journal.damaged());
  }
  run_sweep(sweep, journal, options);
  if (options.shard.count > 1) {
    fmt::print("shard {} written to {}; `autoscale merge` puts all of them together\n",
               arguments.shard, out);
    return kOk;
  }
  const SweepOutcome outcome = write_sweep_results(
      out, definition, [&journal](std::uint64_t trial) { return journal.read(trial); });
  print_outcome(outcome, out);
  return exit_code(outcome);
}

struct MergeArguments {
  std::vector<std::string> shards;
  std::string out;
};

int merge(const MergeArguments& arguments) {
  const SweepOutcome outcome =
      merge_shards({arguments.shards.begin(), arguments.shards.end()}, arguments.out);
  print_outcome(outcome, arguments.out);
  return exit_code(outcome);
}

}  // namespace

void add_sweep(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<SweepArguments>();
  CLI::App* sub = app.add_subcommand("sweep", "Run a scenario at many points");
  sub->add_option("sweep", arguments->sweep, "sweep: a file or a name")->required();
  add_data_option(*sub, arguments->data);
  sub->add_option("-j,--jobs", arguments->jobs, "trials at the same time")
      ->check(whole_number(1, 1024));
  sub->add_option("-o,--out", arguments->out, "folder of the results (default: results/NAME)");
  sub->add_flag("--resume", arguments->resume, "go on where an interrupted sweep stopped");
  sub->add_option("--shard", arguments->shard, "run only part I of N, with I from 1: I/N")
      ->check(CLI::Validator(
          [](const std::string& text) {
            return parse_shard(text) ? "" : "expected I/N with I from 1 to N, N up to 1000";
          },
          ""));
  sub->add_flag("--dry-run", arguments->dry_run,
                "print what would be run and how long it might take");
  auto* executor = sub->add_option("--executor", arguments->executor,
                                   "where to run: local, or slurm as a job array")
                       ->check(CLI::IsMember({"local", "slurm"}));
  sub->add_option("--array-size", arguments->array_size,
                  "with slurm: number of shards (default: as many as trials, at most 100)")
      ->check(whole_number(1, 1000))
      ->needs(executor);
  sub->add_option("--sbatch", arguments->sbatch,
                  "with slurm: more options for sbatch, such as \"--partition=short\"")
      ->needs(executor);
  sub->footer(
      "Examples:\n  autoscale sweep scenarios/sweeps/smoke.yaml --jobs 2\n"
      "  autoscale sweep scenarios/sweeps/smoke.yaml --dry-run");
  sub->callback([arguments, &action] { action = [arguments] { return sweep(*arguments); }; });
}

void add_merge(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<MergeArguments>();
  CLI::App* sub = app.add_subcommand("merge", "Put the shards of a sweep together");
  sub->add_option("shards", arguments->shards, "folders of all shards")->required();
  sub->add_option("-o,--out", arguments->out, "folder of the results")->required();
  sub->footer("Example:\n  autoscale merge results/shard1 results/shard2 --out results/all");
  sub->callback([arguments, &action] { action = [arguments] { return merge(*arguments); }; });
}

}  // namespace autoscale::cli
