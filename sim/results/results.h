// Writes the results of a scenario into a folder: runs.csv, breakdown.csv, learning.csv,
// columns.csv, manifest.json, timing.csv, and on request requests.csv, timeline.json and saved
// tables. Everything but timing.csv is the same to the byte for the same scenario, seed and build.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "sim/results/columns.h"
#include "sim/run/runner.h"

namespace autoscale {

/// What was built, for the manifest.
struct BuildInfo {
  std::string version;
  std::string revision;
  std::string compiler;
};

/// Program and libraries, as every manifest begins.
nlohmann::ordered_json build_manifest(const BuildInfo& build);

/// One row per run, all devices and DNNs taken together; `results` as run_all returns them.
std::vector<RunRow> run_rows(std::span<const RunResult> results);

/// One row per run, recorded phase, device type and DNN that had requests.
std::vector<RunRow> breakdown_rows(std::span<const RunResult> results);

/// A line of runs.csv or breakdown.csv, without its end.
std::string row_text(const RunRow& row);

/// A line of timing.csv, without its end.
std::string timing_row(const RunResult& run);

/// Creates `folder` if it is not there. Throws IoError.
void prepare_folder(const std::filesystem::path& folder);

/// Replaces the results of an earlier run in the same folder. Throws IoError; files that were being
/// written are then not left under their final names, and runs.csv, written last, is not there.
void write_results(const std::filesystem::path& folder, const Scenario& scenario,
                   std::span<const RunResult> results, const RunOptions& options,
                   const BuildInfo& build);

}  // namespace autoscale
