// A file that appears under its final name only when it is complete.
#pragma once

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace autoscale {

/// A file could not be read or written: path and the system's message.
class IoError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class OutputFile {
 public:
  /// Opens `path` + ".partial". Throws IoError.
  explicit OutputFile(std::filesystem::path path);
  /// Removes what was not committed.
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  /// Throws IoError, at the latest at the next commit.
  void write(std::string_view text) {
    if (!stream_.write(text.data(), static_cast<std::streamsize>(text.size()))) fail();
  }

  /// Writes everything out to the disk and gives the file its final name, under which it is whole
  /// also after a loss of power. Throws IoError.
  void commit();
  /// The same without waiting for the disk, for a file that is soon a part of another.
  void commit_part();

 private:
  void close();
  void rename();
  [[noreturn]] void fail() const;

  std::filesystem::path path_;
  std::filesystem::path partial_;
  std::ofstream stream_;
  bool committed_ = false;
};

/// Waits until the names in a folder are on the disk as they are now. Throws IoError.
void sync_folder(const std::filesystem::path& folder);

}  // namespace autoscale
