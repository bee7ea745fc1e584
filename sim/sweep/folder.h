// A folder in which a sweep, or a shard of one, is run: its lock, its journal, its results.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "sim/sweep/folder_lock.h"
#include "sim/sweep/journal.h"
#include "sim/sweep/results.h"
#include "sim/sweep/runner.h"

namespace autoscale {

class SweepFolder {
 public:
  /// Begins a sweep in a folder that is new or empty; with `resume`, goes on where it was
  /// interrupted, if it was. `definition` is that of the sweep; its summary, baseline and metrics
  /// may be others than when it was begun. Throws IoError, and std::invalid_argument if something
  /// else is in the folder.
  static SweepFolder open(const std::filesystem::path& folder,
                          const nlohmann::ordered_json& definition, const Shard& shard,
                          bool resume);

  Journal& journal() { return journal_; }

 private:
  SweepFolder(FolderLock lock, Journal journal)
      : lock_(std::move(lock)), journal_(std::move(journal)) {}

  FolderLock lock_;
  Journal journal_;
};

/// Puts the results of all shards of a sweep together. Throws std::invalid_argument if one is
/// missing, unfinished, given twice or of another sweep, IoError.
SweepOutcome merge_shards(const std::vector<std::filesystem::path>& shards,
                          const std::filesystem::path& out);

}  // namespace autoscale
