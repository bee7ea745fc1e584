// Reads the three trace formats into one piecewise constant form.
//
// Both CSV formats are one loop over rows; a dialect says which columns they have, in which units,
// and how they write time. Mahimahi counts delivery opportunities per bin.
#include "sim/models/trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <fstream>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "sim/config/csv.h"
#include "sim/core/check.h"

namespace autoscale {
namespace {

using config::CsvReader;
using config::Diagnostics;

/// Longer than any recording; keeps every instant far inside the range of Time.
constexpr double kMaxSpanS = 31 * 86400.0;

/// Simulated time counts nanoseconds, and a Unix time in a double resolves a quarter microsecond.
constexpr double kMinStepS = 1e-6;

/// What the columns of one kind hold: their legal names and values, and their size in SI units.
struct ColumnKind {
  std::string_view setting;  // that names the column
  std::vector<std::string> names;
  std::string_view unit;
  double low, high;  // in that unit
  double scale;
};

struct Dialect {
  std::string_view time_column;
  /// Seconds since any origin; nothing, and an error at the reader, when the field is not a time.
  std::optional<double> (*time)(CsvReader& reader, std::size_t field);
  bool repeats;              // several rows may have the same time; the last one counts
  std::string_view missing;  // stands for a value that was not recorded, as an empty field does
  ColumnKind signal;
  ColumnKind rate;
};

constexpr double kMinDbm = -160;
constexpr double kMaxDbm = 0;
constexpr double kMaxMbps = 1e6;

std::optional<double> parse_seconds(CsvReader& reader, std::size_t field) {
  if (reader.text(field).empty()) reader.error("no time");
  return reader.number(field);
}

/// Seconds from 1970 to a time like "2020.01.16_07.26.43"; nothing if it is not one. The time zone
/// does not matter, because traces are shifted to zero.
std::optional<double> seconds_of(const std::string& text) {
  constexpr std::string_view kPattern = "dddd.dd.dd_dd.dd.dd";
  const auto fits = [](char c, char p) { return p == 'd' ? c >= '0' && c <= '9' : c == p; };
  if (!std::equal(text.begin(), text.end(), kPattern.begin(), kPattern.end(), fits)) {
    return std::nullopt;
  }
  const auto part = [&text](std::size_t at, std::size_t length) {
    int value = 0;
    std::from_chars(text.data() + at, text.data() + at + length, value);
    return value;
  };
  const std::chrono::year_month_day date(std::chrono::year(part(0, 4)),
                                         std::chrono::month(static_cast<unsigned>(part(5, 2))),
                                         std::chrono::day(static_cast<unsigned>(part(8, 2))));
  const int hour = part(11, 2), minute = part(14, 2), second = part(17, 2);
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const std::chrono::seconds midnight = std::chrono::sys_days(date).time_since_epoch();
  return static_cast<double>(midnight.count()) + hour * 3600.0 + minute * 60.0 + second;
}

std::optional<double> parse_timestamp(CsvReader& reader, std::size_t field) {
  const std::string& text = reader.text(field);
  const auto time = seconds_of(text);
  if (!time) {
    reader.error(
        fmt::format("'{}' is not a time of the form 2020.01.31_23.59.59", config::printable(text)));
  }
  return time;
}

const Dialect& autoscale_dialect() {
  static const Dialect dialect{
      "time_s",
      parse_seconds,
      false,
      "",
      {"signal_column", {"rssi_dbm", "rsrp_dbm"}, "dBm", kMinDbm, kMaxDbm, 1},
      {"rate_column", {"throughput_mbps"}, "Mbit/s", 0, kMaxMbps, 1e6}};
  return dialect;
}

/// Columns as G-NetTrack Pro writes them (Raca et al., ACM MMSys 2018 and 2020).
const Dialect& ucc_dialect() {
  static const Dialect dialect{
      "Timestamp",
      parse_timestamp,
      true,
      "-",
      {"signal_column", {"RSRP", "RSSI", "NRxRSRP"}, "dBm", kMinDbm, kMaxDbm, 1},
      {"rate_column", {"DL_bitrate", "UL_bitrate"}, "kbit/s", 0, kMaxMbps * 1e3, 1e3}};
  return dialect;
}

/// Position of the column `name`, which must be one of `kind`; reports what is wrong with it.
std::optional<std::size_t> find_column(CsvReader& reader, const ColumnKind& kind,
                                       const std::string& name) {
  if (std::find(kind.names.begin(), kind.names.end(), name) == kind.names.end()) {
    reader.error(fmt::format("{}: a trace of this format has no column '{}'{}", kind.setting, name,
                             config::suggest(name, kind.names)));
    return std::nullopt;
  }
  return reader.require(name);
}

/// Field `i` of the current row in SI units; nothing if it was not recorded or is wrong, which is
/// reported.
std::optional<double> read_value(CsvReader& reader, const ColumnKind& kind,
                                 std::string_view missing, std::size_t i) {
  if (reader.text(i) == missing) return std::nullopt;
  const auto value = reader.number(i);
  if (!value) return std::nullopt;
  if (*value < kind.low || *value > kind.high) {
    reader.error(fmt::format("column '{}': {} is outside {} to {} {}", reader.header()[i], *value,
                             kind.low, kind.high, kind.unit));
    return std::nullopt;
  }
  return *value * kind.scale;
}

/// The CSV rows that have all wanted values, with times as in the file.
class CsvTrace {
 public:
  CsvTrace(CsvReader& reader, const Dialect& dialect, const TraceColumns& columns)
      : reader_(reader), dialect_(dialect) {
    time_ = reader.require(dialect.time_column);
    if (!columns.signal.empty()) signal_ = find_column(reader, dialect.signal, columns.signal);
    if (!columns.rate.empty()) rate_ = find_column(reader, dialect.rate, columns.rate);
    complete_ = time_ && signal_.has_value() != columns.signal.empty() &&
                rate_.has_value() != columns.rate.empty();
  }

  /// Reads all rows. Empty if a column is missing.
  Trace read() {
    while (complete_ && reader_.next()) {
      const auto time = read_time();
      const auto signal = value(dialect_.signal, signal_);
      const auto rate = value(dialect_.rate, rate_);
      if (!time || signal.has_value() != signal_.has_value() ||
          rate.has_value() != rate_.has_value()) {
        continue;
      }
      if (!trace_.start_s.empty() && *time == trace_.start_s.back()) remove_last();
      trace_.start_s.push_back(*time);
      if (signal) trace_.signal_dbm.push_back(*signal);
      if (rate) trace_.rate_bps.push_back(*rate);
    }
    return std::move(trace_);
  }

 private:
  std::optional<double> value(const ColumnKind& kind, std::optional<std::size_t> i) {
    return i ? read_value(reader_, kind, dialect_.missing, *i) : std::nullopt;
  }

  /// The current row's time, checked against the rows before it.
  std::optional<double> read_time() {
    const auto time = dialect_.time(reader_, *time_);
    if (!time) return std::nullopt;
    if (!first_s_) first_s_ = *time;
    const double step = last_s_ ? *time - *last_s_ : kMinStepS;
    last_s_ = *time;
    if (step < 0) {
      reader_.error(fmt::format("time runs backwards by {:g} s", -step));
    } else if (step < kMinStepS && !dialect_.repeats) {
      reader_.error("less than a microsecond after the row before");
    } else if (*time - *first_s_ > kMaxSpanS) {
      reader_.error(
          fmt::format("{:g} s after the first row; a trace may span 31 days", *time - *first_s_));
    }
    return time;
  }

  void remove_last() {
    trace_.start_s.pop_back();
    if (signal_) trace_.signal_dbm.pop_back();
    if (rate_) trace_.rate_bps.pop_back();
  }

  CsvReader& reader_;
  const Dialect& dialect_;
  bool complete_ = false;
  std::optional<std::size_t> time_, signal_, rate_;
  std::optional<double> first_s_, last_s_;
  Trace trace_;
};

/// The median distance of neighbours, the larger of two in the middle; a second if there is but one
/// value.
double median_period(const std::vector<double>& start_s) {
  if (start_s.size() < 2) return 1;
  std::vector<double> steps;
  for (std::size_t i = 1; i < start_s.size(); ++i) steps.push_back(start_s[i] - start_s[i - 1]);
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  return *middle;
}

Trace load_csv(const std::filesystem::path& file, const Dialect& dialect,
               const TraceColumns& columns, Diagnostics& diagnostics) {
  CsvReader reader(file, diagnostics);
  Trace trace;
  if (!reader.header().empty()) trace = CsvTrace(reader, dialect, columns).read();
  if (!diagnostics.empty()) return {};
  if (trace.start_s.empty()) {
    reader.error("no row has a value in every wanted column");
    return {};
  }
  const double first = trace.start_s.front();
  for (double& start : trace.start_s) start -= first;
  trace.duration_s = trace.start_s.back() + median_period(trace.start_s);
  return trace;
}

/// The line as a time in milliseconds; nothing if it is not a whole number.
std::optional<std::int64_t> parse_milliseconds(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  std::int64_t ms = 0;
  const auto [end, problem] = std::from_chars(line.data(), line.data() + line.size(), ms);
  if (problem != std::errc() || end != line.data() + line.size()) return std::nullopt;
  return ms;
}

/// Turns delivery opportunities into capacity. Bins lie in (0, T], T the last opportunity, where
/// mahimahi starts again; the last bin ends there, so that a round carries exactly the file's bits
/// however short it is.
class OpportunityBins {
 public:
  /// Counts an opportunity at `ms` >= 0.
  void add(std::int64_t ms) {
    const auto bin = static_cast<std::size_t>(ms == 0 ? 0 : (ms - 1) / kBinMs);
    if (counts_.size() <= bin) counts_.resize(bin + 1);
    ++counts_[bin];
    last_ms_ = ms;
  }

  /// Only after an opportunity later than 0.
  Trace trace() const {
    Trace trace;
    trace.duration_s = static_cast<double>(last_ms_) / 1e3;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      const auto start_ms = static_cast<std::int64_t>(i) * kBinMs;
      const std::int64_t length_ms = std::min(kBinMs, last_ms_ - start_ms);
      trace.start_s.push_back(static_cast<double>(start_ms) / 1e3);
      trace.rate_bps.push_back(counts_[i] * kBitsPerOpportunity * 1e3 /
                               static_cast<double>(length_ms));
    }
    return trace;
  }

 private:
  static constexpr std::int64_t kBinMs = 500;
  static constexpr double kBitsPerOpportunity = 12000;

  std::vector<std::uint32_t> counts_;
  std::int64_t last_ms_ = 0;
};

/// Reports what is wrong with a line at `ms` after one at `last_ms`; empty if nothing is.
std::string time_problem(std::int64_t ms, std::int64_t last_ms) {
  if (ms < 0) return fmt::format("negative time {} ms", ms);
  if (ms < last_ms) return fmt::format("time runs backwards by {} ms", last_ms - ms);
  if (static_cast<double>(ms) > kMaxSpanS * 1e3) {
    return fmt::format("{} ms; a trace may span 31 days", ms);
  }
  return "";
}

Trace load_mahimahi(const std::filesystem::path& file, Diagnostics& diagnostics) {
  const auto name = std::make_shared<const std::string>(file.string());
  int line = 1;
  const auto error = [&](std::string message) {
    diagnostics.error({name, line, 1}, std::move(message));
  };
  std::error_code ignored;  // what cannot be looked at cannot be opened either
  if (std::filesystem::is_directory(file, ignored)) {
    error("is a directory, not a trace");
    return {};
  }
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    error("cannot be opened");
    return {};
  }
  OpportunityBins bins;
  std::int64_t last_ms = 0;
  char buffer[32];  // a longer line is no number, so nothing of it needs to be kept
  for (; stream.getline(buffer, sizeof buffer); ++line) {
    const auto length = static_cast<std::size_t>(stream.gcount()) - (stream.eof() ? 0 : 1);
    const std::string_view text(buffer, length);
    const auto ms = parse_milliseconds(text);
    if (!ms) {
      error(fmt::format("'{}' is not a whole number of milliseconds", config::printable(text)));
      continue;
    }
    if (const std::string problem = time_problem(*ms, last_ms); !problem.empty()) {
      error(problem);
    } else {
      bins.add(*ms);
    }
    last_ms = *ms;
  }
  if (!stream.eof()) error("line too long for a number of milliseconds");
  if (!diagnostics.empty()) return {};
  if (last_ms == 0) {
    error("no delivery opportunity after 0 ms");
    return {};
  }
  return bins.trace();
}

}  // namespace

Trace load_trace(const std::filesystem::path& file, TraceFormat format, const TraceColumns& columns,
                 config::Diagnostics& diagnostics) {
  Diagnostics own;  // the readers' question is whether this file is sound, not whether all are
  Trace trace;
  if (format == TraceFormat::kMahimahi) {
    trace = load_mahimahi(file, own);
  } else {
    AUTOSCALE_CHECK(!columns.signal.empty() || !columns.rate.empty(), "no column of {} is wanted",
                    file.string());
    trace = load_csv(file, format == TraceFormat::kUcc ? ucc_dialect() : autoscale_dialect(),
                     columns, own);
  }
  for (const config::Diagnostic& d : own.list()) diagnostics.error(d.mark, d.message);
  return trace;
}

}  // namespace autoscale
