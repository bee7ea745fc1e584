#include "sim/sweep/folder_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <system_error>

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

FolderLock::FolderLock(const std::filesystem::path& folder)
    : lock_(folder / kFile, O_RDWR | O_CREAT, 0666) {
  const std::filesystem::path path = folder / kFile;
  if (lock_.taken_by_another()) {
    throw IoError(fmt::format("{}: {} is working there", folder.string(), holder(path)));
  }
  if (lock_.problem() != 0) {
    throw IoError(
        fmt::format("{}: {}", path.string(), std::generic_category().message(lock_.problem())));
  }
  // Only information for others: a full disk must not keep anybody from resuming.
  const std::string text = this_process() + '\n';
  [[maybe_unused]] const bool written =
      ::ftruncate(lock_.file(), 0) == 0 && ::pwrite(lock_.file(), text.data(), text.size(), 0) > 0;
}

}  // namespace autoscale
