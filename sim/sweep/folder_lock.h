// One process per result folder of a sweep, by a lock on a file that says who holds it.
#pragma once

#include <filesystem>

#include "sim/core/file_lock.h"

namespace autoscale {

class FolderLock {
 public:
  static constexpr const char* kFile = "lock";

  /// Locks an existing folder. Throws IoError that names the other process if there is one.
  explicit FolderLock(const std::filesystem::path& folder);

 private:
  FileLock lock_;
};

}  // namespace autoscale
