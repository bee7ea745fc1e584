// Writes the results of a sweep from the journals of all its trials, in the order of points,
// replications and policies: runs.csv, summary.csv, failures.csv, timing.csv, columns.csv,
// manifest.json, and breakdown.csv if the sweep asks for it. What a sweep is, it reads from its
// definition (Sweep::definition), so that results of shards are put together without the sweep's own
// files.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>

#include "sim/sweep/journal.h"

namespace autoscale {

struct SweepOutcome {
  std::uint64_t runs = 0;
  std::uint64_t failed = 0;
};

/// Replaces what an earlier call wrote; runs.csv comes last. `record` gives every trial's record
/// once or more. Everything but timing.csv is the same to the byte for the same definition. Throws
/// IoError.
SweepOutcome write_sweep_results(const std::filesystem::path& folder,
                                 const nlohmann::ordered_json& definition,
                                 const std::function<JournalRecord(std::uint64_t)>& record);

}  // namespace autoscale
