// A scenario run into a folder, from the first run to the last file.
#pragma once

#include <filesystem>
#include <vector>

#include "sim/results/results.h"

namespace autoscale {

/// Runs a scenario and writes its results into `folder`; RunOptions::parts is the folder, whatever
/// it says. Throws as run_all and write_results do, and IoError if another
/// run is being written there; nothing half-written is then left.
std::vector<RunResult> run_into_folder(const std::filesystem::path& folder,
                                       const Scenario& scenario, RunOptions options,
                                       const BuildInfo& build);

}  // namespace autoscale
