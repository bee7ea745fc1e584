#include "sim/core/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace autoscale {

FileLock::FileLock(const std::filesystem::path& path, int flags, unsigned mode)
    : file_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {
  if (file_ < 0 || ::flock(file_, LOCK_EX | LOCK_NB) != 0) problem_ = errno;
}

FileLock::FileLock(FileLock&& other) noexcept
    : file_(std::exchange(other.file_, -1)), problem_(other.problem_) {}

FileLock::~FileLock() {
  if (file_ >= 0) ::close(file_);
}

bool FileLock::taken_by_another() const { return problem_ == EWOULDBLOCK; }

}  // namespace autoscale
