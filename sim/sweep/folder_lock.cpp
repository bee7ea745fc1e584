#include "sim/sweep/folder_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>
#include <utility>

#include "sim/core/output_file.h"

namespace autoscale {
namespace {

/// What the holder wrote about itself.
std::string holder(const std::filesystem::path& file) {
  std::string text;
  std::getline(std::ifstream(file), text);
  return text.empty() ? "a process" : text;
}

std::string this_process() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return fmt::format("process {} on {}", ::getpid(), host.data());
}

}  // namespace

FolderLock::FolderLock(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / kFile;
  file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (file_ < 0) {
    throw IoError(fmt::format("{}: {}", path.string(), std::generic_category().message(errno)));
  }
  if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
    const int problem = errno;
    ::close(file_);
    throw IoError(
        problem == EWOULDBLOCK
            ? fmt::format("{}: {} is working there", folder.string(), holder(path))
            : fmt::format("{}: {}", path.string(), std::generic_category().message(problem)));
  }
  // Only information for others: a full disk must not keep anybody from resuming.
  const std::string text = this_process() + '\n';
  if (::ftruncate(file_, 0) == 0 && ::pwrite(file_, text.data(), text.size(), 0) > 0) return;
}

FolderLock::FolderLock(FolderLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

FolderLock::~FolderLock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace autoscale
