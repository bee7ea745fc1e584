#include "sim/core/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace autoscale {
namespace {

[[noreturn]] void fail_at(const std::filesystem::path& path, int problem) {
  throw IoError(fmt::format("{}: {}", path.string(), std::strerror(problem == 0 ? EIO : problem)));
}

/// Waits until a file or folder is on the disk. Some file systems have nothing to wait for.
void sync(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) fail_at(path, errno);
  const int problem = ::fsync(file) == 0 ? 0 : errno;
  ::close(file);
  if (problem != 0 && problem != EINVAL && problem != ENOTSUP) fail_at(path, problem);
}

}  // namespace

OutputFile::OutputFile(std::filesystem::path path)
    : path_(std::move(path)), partial_(path_.string() + ".partial") {
  errno = 0;
  stream_.open(partial_, std::ios::binary | std::ios::trunc);
  if (!stream_) fail();
}

OutputFile::~OutputFile() {
  if (committed_) return;
  stream_.close();
  std::error_code ignored;
  std::filesystem::remove(partial_, ignored);
}

void OutputFile::commit() {
  close();
  sync(partial_);
  rename();
}

void OutputFile::commit_part() {
  close();
  rename();
}

void OutputFile::close() {
  errno = 0;
  stream_.close();
  if (!stream_) fail();
}

void OutputFile::rename() {
  std::error_code problem;
  std::filesystem::rename(partial_, path_, problem);
  if (problem) throw IoError(fmt::format("{}: {}", path_.string(), problem.message()));
  committed_ = true;
}

void OutputFile::fail() const { fail_at(partial_, errno); }

void sync_folder(const std::filesystem::path& folder) { sync(folder.empty() ? "." : folder); }

}  // namespace autoscale
