// Tables of separated values: read row by row with the place of every mistake, written line by line.
//
// Our own results have commas and a header; what other people's loggers and desktops write, a
// CsvShape describes or leaves to be found out. Fields may stand in double quotes. Streamed: memory
// does not grow with the file. A line above 64 KiB is refused.
//
// Hand-written, because nothing that Debian 12 packages serves: libcsv, the only CSV parser it has
// for C or C++, knows one separator at a time (no runs of blanks), no comments, and not the line of
// a mistake, which is what half of this reader is.
#pragma once

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/config/diagnostics.h"
#include "sim/config/fields.h"

namespace autoscale::config {

/// What parts two fields. kAuto: what the first line shows, of tab, semicolon, comma and blanks in
/// this order, or names as spreadsheets do ("sep=;").
enum class CsvSeparator : std::uint8_t { kAuto, kComma, kSemicolon, kTab, kBlanks };

template <>
struct EnumNames<CsvSeparator> {
  static constexpr std::array<std::pair<CsvSeparator, std::string_view>, 5> value{
      {{CsvSeparator::kAuto, "auto"},
       {CsvSeparator::kComma, "comma"},
       {CsvSeparator::kSemicolon, "semicolon"},
       {CsvSeparator::kTab, "tab"},
       {CsvSeparator::kBlanks, "blanks"}}};
};

/// How a table is written.
struct CsvShape {
  CsvSeparator separator = CsvSeparator::kComma;
  std::string comment = "#";          // lines that begin with it do not count; empty: none
  std::optional<bool> header = true;  // nothing: the first line is one if no field is a number
  /// Blanks beside fields, empty fields at the ends of lines and repeated header lines do not count.
  bool lenient = false;
  std::string only = {};  // only lines that begin with it, after blanks, count; empty: all
};

/// The shape of a table from outside, of which nothing is known.
inline CsvShape unknown_csv_shape() { return {CsvSeparator::kAuto, "#", std::nullopt, true}; }

class CsvReader {
 public:
  /// Opens `file` and reads the header; problems go to `diagnostics`.
  CsvReader(const std::filesystem::path& file, Diagnostics& diagnostics, CsvShape shape = {});

  /// Reads the next sound row, reporting those that are not; false at the end or after a line that
  /// is too long.
  bool next();

  /// Position of a column by its name, or else by its number, which counts from 1; nothing if there
  /// is none.
  std::optional<std::size_t> column(std::string_view name) const;

  /// Position of a column; reports its absence and returns nothing.
  std::optional<std::size_t> require(std::string_view name);

  /// Text of field `i` of the current row.
  const std::string& text(std::size_t i) const { return fields_[i]; }

  /// Field `i` as a finite number; reports what is not one and returns nothing. Empty: nothing. A
  /// decimal comma counts where commas do not part fields.
  std::optional<double> number(std::size_t i);

  /// Field `i` as a finite number; nothing if it is not one, which may be right.
  std::optional<double> number_if_any(std::size_t i) const { return parse_number(fields_[i]); }

  /// Reports a mistake in the current line.
  void error(std::string message);

  /// The names of the columns; without a header line their numbers.
  const std::vector<std::string>& header() const { return header_; }
  bool has_header() const { return has_header_; }
  /// What parts the fields of this file; never kAuto.
  CsvSeparator separator() const { return shape_.separator; }
  int line() const { return line_; }
  /// Place of the current line.
  Mark mark() const { return {file_, line_ == 0 ? 1 : line_, 1}; }

 private:
  void read_header();
  bool read_first_line();
  void check_names();
  bool read_line();
  bool split(std::vector<std::string>& fields);
  void split_at_blanks(std::vector<std::string>& fields);
  std::optional<double> parse_number(const std::string& text) const;
  std::string seen() const;

  std::shared_ptr<const std::string> file_;
  Diagnostics& diagnostics_;
  CsvShape shape_;
  std::ifstream stream_;
  std::string buffer_;
  std::vector<std::string> header_;
  std::vector<std::string> fields_;
  bool has_header_ = true;
  bool row_waits_ = false;  // the first line, read to find the header, is a row
  int line_ = 0;
  int header_line_ = 1;
};

/// `values` joined by commas; texts that need it are quoted.
std::string csv_line(const std::vector<std::string>& values);
/// The values of a line that csv_line made; `values` is reused.
void split_csv_line(std::string_view line, std::vector<std::string>& values);

}  // namespace autoscale::config
