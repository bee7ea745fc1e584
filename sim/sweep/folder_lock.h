// One process per result folder. The lock is the kernel's, so it goes when its process does,
// however that ends.
#pragma once

#include <filesystem>

namespace autoscale {

class FolderLock {
 public:
  static constexpr const char* kFile = "lock";

  /// Locks an existing folder. Throws IoError that names the other process if there is one.
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(FolderLock&& other) noexcept;
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int file_;
};

}  // namespace autoscale
