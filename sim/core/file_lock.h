// A lock of the kernel's on a file or folder: it goes when its process does, however that ends.
#pragma once

#include <filesystem>

namespace autoscale {

class FileLock {
 public:
  /// Opens `path` (flags and mode as of open(2)) and tries to lock it, without waiting.
  FileLock(const std::filesystem::path& path, int flags, unsigned mode = 0);
  ~FileLock();
  FileLock(FileLock&& other) noexcept;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  /// The error number of what did not work, 0 if it is locked.
  int problem() const { return problem_; }
  bool taken_by_another() const;
  /// The open file; -1 if it could not be opened.
  int file() const { return file_; }

 private:
  int file_;
  int problem_ = 0;
};

}  // namespace autoscale
