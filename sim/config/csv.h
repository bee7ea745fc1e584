// Comma-separated tables: read row by row with the place of every mistake, written line by line.
//
// '#' lines are comments, the first other line is the header, fields may stand in double quotes.
// Streamed: memory does not grow with the file. A line above 64 KiB is refused.
#pragma once

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/config/diagnostics.h"

namespace autoscale::config {

class CsvReader {
 public:
  /// Opens `file` and reads the header; problems go to `diagnostics`.
  CsvReader(const std::filesystem::path& file, Diagnostics& diagnostics);

  /// Reads the next sound row, reporting those that are not; false at the end or after a line that
  /// is too long.
  bool next();

  /// Position of a column, or nothing if the header does not name it.
  std::optional<std::size_t> column(std::string_view name) const;

  /// Position of a column; reports its absence and returns nothing.
  std::optional<std::size_t> require(std::string_view name);

  /// Text of field `i` of the current row.
  const std::string& text(std::size_t i) const { return fields_[i]; }

  /// Field `i` as a finite number; reports what is not one and returns nothing. Empty: nothing.
  std::optional<double> number(std::size_t i);

  /// Reports a mistake in the current line.
  void error(std::string message);

  const std::vector<std::string>& header() const { return header_; }
  int line() const { return line_; }

 private:
  void read_header();
  bool read_line();
  bool split(std::vector<std::string>& fields);

  std::shared_ptr<const std::string> file_;
  Diagnostics& diagnostics_;
  std::ifstream stream_;
  std::string buffer_;
  std::vector<std::string> header_;
  std::vector<std::string> fields_;
  int line_ = 0;
  int header_line_ = 1;
};

/// `values` joined by commas; texts that need it are quoted.
std::string csv_line(const std::vector<std::string>& values);
/// The values of a line that csv_line made; `values` is reused.
void split_csv_line(std::string_view line, std::vector<std::string>& values);

}  // namespace autoscale::config
