#include "sim/core/output_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace autoscale {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path) {
  throw IoError(fmt::format("{}: {}", path.string(), std::strerror(errno == 0 ? EIO : errno)));
}

}  // namespace

OutputFile::OutputFile(std::filesystem::path path)
    : path_(std::move(path)), partial_(path_.string() + ".partial") {
  errno = 0;
  stream_.open(partial_, std::ios::binary | std::ios::trunc);
  if (!stream_) fail(partial_);
}

OutputFile::~OutputFile() {
  if (committed_) return;
  stream_.close();
  std::error_code ignored;
  std::filesystem::remove(partial_, ignored);
}

void OutputFile::commit() {
  errno = 0;
  stream_.close();
  if (!stream_) fail(partial_);
  std::error_code problem;
  std::filesystem::rename(partial_, path_, problem);
  if (problem) throw IoError(fmt::format("{}: {}", path_.string(), problem.message()));
  committed_ = true;
}

}  // namespace autoscale
