#include "sim/results/results.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/version.hpp>
#include <cerrno>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>

#include "sim/config/csv.h"
#include "sim/core/output_file.h"
#include "sim/core/text.h"

namespace autoscale {
namespace {

namespace fs = std::filesystem;

/// The reference run of the same fold and replication, or null.
const RunResult* reference_of(std::span<const RunResult> results, const RunResult& run) {
  for (const RunResult& r : results) {
    if (r.policy().name == kEdgeReference && r.spec.fold == run.spec.fold &&
        r.spec.replication == run.spec.replication) {
      return &r;
    }
  }
  return nullptr;
}

std::string device_name(const Scenario& scenario) {
  const auto& types = scenario.system().types;
  return types.size() == 1 ? types.front().profile.id : "all";
}

std::string dnn_name(const RunResult& run) {
  const std::string held_out = run.scenario->held_out(run.spec.fold);
  const auto& dnns = run.scenario->system().dnns;
  return !held_out.empty() ? held_out : dnns.size() == 1 ? dnns.front().id : "all";
}

/// The recorded phases of a run, in order.
std::vector<PhasePlan> recorded_phases(const RunResult& run) {
  std::vector<PhasePlan> phases = run.scenario->phases(run.spec.fold);
  std::erase_if(phases, [](const PhasePlan& p) { return !p.record; });
  return phases;
}

/// What the recorded phases have in common; "all" if they differ.
std::string common(const std::vector<PhasePlan>& phases, std::string PhasePlan::*name) {
  const std::string& first = phases.front().*name;
  const bool same = std::all_of(phases.begin(), phases.end(),
                                [&](const PhasePlan& p) { return p.*name == first; });
  return same ? first : "all";
}

void write_rows(const fs::path& path, const std::vector<RunRow>& rows) {
  OutputFile file(path);
  std::vector<std::string> values;
  for (const RunColumn& c : run_columns()) values.push_back(c.name);
  file.write(config::csv_line(values) + '\n');
  for (const RunRow& row : rows) file.write(row_text(row) + '\n');
  file.commit();
}

std::string header(std::span<const ColumnText> columns) {
  std::vector<std::string> names;
  for (const ColumnText& c : columns) names.emplace_back(c.name);
  return config::csv_line(names) + '\n';
}

void write_learning(const fs::path& path, std::span<const RunResult> results) {
  OutputFile file(path);
  file.write(header(learning_columns()));
  for (const RunResult& run : results) {
    for (const LearningPoint& p : run.learning) {
      file.write(config::csv_line({run.spec.id, run.scenario->config().name, run.policy().name,
                                   std::to_string(run.spec.replication),
                                   run.scenario->system().types[p.type].profile.id, p.phase,
                                   std::to_string(p.learned), format_number(p.mean_reward),
                                   format_number(p.progress.mean_abs_td_error),
                                   std::to_string(p.progress.states_visited),
                                   std::to_string(p.progress.states_converged),
                                   std::to_string(p.progress.saturated_stores),
                                   p.opt_reward ? format_number(*p.opt_reward) : "",
                                   p.regret ? format_number(*p.regret) : ""}) +
                 '\n');
    }
  }
  file.commit();
}

void write_timing(const fs::path& path, std::span<const RunResult> results) {
  OutputFile file(path);
  file.write(header(timing_columns()));
  for (const RunResult& run : results) file.write(timing_row(run) + '\n');
  file.commit();
}

void write_columns(const fs::path& path, bool requests) {
  OutputFile file(path);
  file.write("file,column,unit,meaning\n");
  for (const char* name : {"runs.csv", "breakdown.csv"}) {
    for (const RunColumn& c : run_columns()) {
      file.write(config::csv_line({name, c.name, std::string(c.unit), c.meaning}) + '\n');
    }
  }
  const auto add = [&file](const char* name, std::span<const ColumnText> columns) {
    for (const ColumnText& c : columns) {
      file.write(config::csv_line(
                     {name, std::string(c.name), std::string(c.unit), std::string(c.meaning)}) +
                 '\n');
    }
  };
  add("learning.csv", learning_columns());
  if (requests) add("requests.csv", request_columns());
  add("timing.csv", timing_columns());
  file.commit();
}

void write_manifest(const fs::path& path, const Scenario& scenario,
                    std::span<const RunResult> results, const BuildInfo& build) {
  nlohmann::ordered_json manifest = build_manifest(build);
  manifest["scenario"] = scenario.resolved();
  auto& runs = manifest["runs"] = nlohmann::ordered_json::array();
  for (const RunResult& run : results) {
    runs.push_back({{"run_id", run.spec.id},
                    {"policy", run.policy().name},
                    {"role", run.policy().reference ? "reference" : "compared"},
                    {"parameters", run.policy().settings->to_json()},
                    {"seed", run.spec.seed}});
  }
  OutputFile file(path);
  file.write(manifest.dump(2) + '\n');
  file.commit();
}

/// Copies `part` to the end of `file` and removes it.
void append_part(OutputFile& file, const fs::path& part) {
  std::ifstream stream(part, std::ios::binary);
  if (!stream) throw IoError(fmt::format("{}: {}", part.string(), std::strerror(errno)));
  std::string buffer(1 << 16, '\0');
  while (stream.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) ||
         stream.gcount() > 0) {
    file.write({buffer.data(), static_cast<std::size_t>(stream.gcount())});
  }
  stream.close();
  fs::remove(part);
}

void join_requests(const fs::path& folder, std::size_t runs) {
  OutputFile file(folder / "requests.csv");
  file.write(header(request_columns()));
  for (std::size_t i = 0; i < runs; ++i) append_part(file, request_part(folder, i));
  file.commit();
}

void join_timelines(const fs::path& folder, std::size_t runs) {
  OutputFile file(folder / "timeline.json");
  file.write("{\"displayTimeUnit\": \"ms\", \"traceEvents\": [\n");
  for (std::size_t i = 0; i < runs; ++i) {
    if (i > 0) file.write(",\n");
    append_part(file, timeline_part(folder, i));
  }
  file.write("\n]}\n");
  file.commit();
}

/// A device type's name as part of the name of a file: a slash becomes %2F, as in a URL.
std::string in_file_name(std::string device) {
  for (std::size_t at; (at = device.find('/')) != std::string::npos;) device.replace(at, 1, "%2F");
  return device;
}

void write_tables(const fs::path& folder, std::span<const RunResult> results) {
  for (const RunResult& run : results) {
    for (const auto& [device, table] : run.tables) {
      fs::create_directories(folder / "tables");
      OutputFile file(folder / "tables" /
                      fmt::format("{}-{}.json", run.spec.id, in_file_name(device)));
      file.write(table.dump() + '\n');
      file.commit();
    }
  }
}

}  // namespace

nlohmann::ordered_json build_manifest(const BuildInfo& build) {
  return {
      {"program",
       {{"name", "autoscale"},
        {"version", build.version},
        {"revision", build.revision},
        {"compiler", build.compiler}}},
      {"libraries",
       {{"boost", BOOST_LIB_VERSION},
        {"fmt", FMT_VERSION},
        {"nlohmann_json", fmt::format("{}.{}.{}", NLOHMANN_JSON_VERSION_MAJOR,
                                      NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH)}}}};
}

std::vector<RunRow> run_rows(std::span<const RunResult> results) {
  std::vector<RunRow> rows;
  for (const RunResult& run : results) {
    const RunResult* reference =
        run.scenario->config().relative_metrics ? reference_of(results, run) : nullptr;
    const std::vector<PhasePlan> phases = recorded_phases(run);
    rows.push_back({run, run.metrics->total(), reference ? &reference->metrics->total() : nullptr,
                    common(phases, &PhasePlan::name), common(phases, &PhasePlan::environment),
                    device_name(*run.scenario), dnn_name(run), true});
  }
  return rows;
}

std::vector<RunRow> breakdown_rows(std::span<const RunResult> results) {
  std::vector<RunRow> rows;
  for (const RunResult& run : results) {
    const SystemModel& system = run.scenario->system();
    const RunResult* reference =
        run.scenario->config().relative_metrics ? reference_of(results, run) : nullptr;
    const std::vector<PhasePlan> phases = recorded_phases(run);
    for (std::size_t p = 0; p < phases.size(); ++p) {
      for (std::size_t t = 0; t < system.types.size(); ++t) {
        for (std::size_t d = 0; d < system.dnns.size(); ++d) {
          const Tally& cell = run.metrics->cell(p, t, d);
          if (cell.offered() == 0) continue;
          rows.push_back({run, cell, reference ? &reference->metrics->cell(p, t, d) : nullptr,
                          phases[p].name, phases[p].environment, system.types[t].profile.id,
                          system.dnns[d].id, false});
        }
      }
    }
  }
  return rows;
}

std::string row_text(const RunRow& row) {
  std::vector<std::string> values;
  for (const RunColumn& c : run_columns()) values.push_back(c.value(row));
  return config::csv_line(values);
}

std::string timing_row(const RunResult& run) {
  const RunTiming& t = run.timing;
  return config::csv_line({run.spec.id, format_number(t.wall_s), std::to_string(t.requests),
                           format_number(static_cast<double>(t.requests) / t.wall_s),
                           std::to_string(t.events), format_number(t.decision_ns)});
}

void prepare_folder(const fs::path& folder) {
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (problem) throw IoError(fmt::format("{}: {}", folder.string(), problem.message()));
}

namespace {

/// Files of an earlier run must not stand beside those of this one.
void remove_old_results(const fs::path& folder) {
  for (const char* name : {"runs.csv", "manifest.json", "breakdown.csv", "learning.csv",
                           "columns.csv", "timing.csv", "requests.csv", "timeline.json"}) {
    const fs::path path = folder / name;
    std::error_code problem;
    if (fs::is_directory(path, problem))
      throw IoError(fmt::format("{}: Is a directory", path.string()));
    fs::remove(path, problem);
    if (problem) throw IoError(fmt::format("{}: {}", path.string(), problem.message()));
  }
}

}  // namespace

void write_results(const fs::path& folder, const Scenario& scenario,
                   std::span<const RunResult> results, const RunOptions& options,
                   const BuildInfo& build) {
  remove_old_results(folder);
  sync_folder(folder);
  write_rows(folder / "breakdown.csv", breakdown_rows(results));
  write_learning(folder / "learning.csv", results);
  write_columns(folder / "columns.csv", options.requests);
  write_timing(folder / "timing.csv", results);
  if (options.requests) join_requests(folder, results.size());
  if (options.timeline) join_timelines(folder, results.size());
  write_tables(folder, results);
  write_manifest(folder / "manifest.json", scenario, results, build);
  sync_folder(folder);  // where runs.csv is, the others are
  write_rows(folder / "runs.csv", run_rows(results));
  sync_folder(folder);
}

}  // namespace autoscale
