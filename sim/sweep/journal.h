// The journal of a sweep: what has been finished, so that nothing of it is lost.
//
// A file to which only whole records are added: a mark, length, checksum (CRC-32) and content. The
// first record is the head, which says what sweep this is. Whatever a crash, a full disk or a loss
// of power leaves behind the last whole record is cut when the journal is opened again; a record
// that was damaged later counts as missing.
#pragma once

#include <boost/container/flat_map.hpp>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace autoscale {

/// Of one trial.
struct JournalRecord {
  struct Failure {
    std::string run;
    std::string error;
  };
  std::uint64_t trial = 0;
  std::vector<std::string> rows;       // of runs.csv
  std::vector<std::string> timing;     // rows of timing.csv
  std::vector<std::string> breakdown;  // rows of breakdown.csv, if the sweep writes it
  std::vector<Failure> failures;
};

/// A file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  int get() const { return number_; }

 private:
  int number_;
};

class Journal {
 public:
  static constexpr const char* kFile = "journal";

  /// Begins a journal that must not exist yet. Throws IoError.
  static Journal create(const std::filesystem::path& path, const std::string& head);
  /// Opens a journal to read it and, if `repair`, to go on: then what is behind its last whole
  /// record is cut. Throws IoError, also if the head cannot be read.
  static Journal open(const std::filesystem::path& path, bool repair);

  const std::string& head() const { return head_; }
  /// Bytes that belong to no whole record.
  std::uint64_t damaged() const { return damaged_; }

  bool has(std::uint64_t trial) const;
  std::uint64_t size() const { return offsets_.size(); }
  /// The record of a trial. Throws IoError if the journal has none, also if another process wrote
  /// something else in its place.
  JournalRecord read(std::uint64_t trial) const;

  /// Adds a record. Throws IoError; the journal is then as it was before. That another process
  /// writes too, as it can where locks do not hold, is such an error.
  void add(const JournalRecord& record);
  /// Waits until all that was added is on the disk. Throws IoError.
  void sync();

 private:
  Journal(std::filesystem::path path, Descriptor file);
  void scan();
  void append(std::string_view content);
  void remember(std::uint64_t trial, std::uint64_t offset);
  void check_alone() const;
  [[noreturn]] void fail() const;
  [[noreturn]] void fail_in_use() const;

  std::filesystem::path path_;
  Descriptor file_;
  std::uint64_t end_ = 0;
  std::uint64_t damaged_ = 0;
  std::string head_;
  boost::container::flat_map<std::uint64_t, std::uint64_t> offsets_;  // by trial
};

}  // namespace autoscale
