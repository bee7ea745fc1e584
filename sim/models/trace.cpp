// Reads traces of any described format into one piecewise constant form.
//
// Tables are one loop over rows; the description says which columns they have, in which units, and
// how they write time. Mahimahi counts delivery opportunities per bin.
#include "sim/models/trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "sim/config/csv.h"
#include "sim/config/warnings.h"
#include "sim/core/check.h"
#include "sim/models/trace_time.h"

namespace autoscale {
namespace {

using config::CsvReader;
using config::Diagnostics;

/// Longer than any recording; keeps every instant far inside the range of Time.
constexpr double kMaxSpanS = 31 * 86400.0;

/// Simulated time counts nanoseconds, and a Unix time in a double resolves a quarter microsecond.
constexpr double kMinStepS = 1e-6;

/// Faster than any radio: what is above it was not measured.
constexpr double kMaxBps = 1e12;

/// A file with more rows than this without a wanted value says more about the logger than the link.
constexpr double kMaxGapShare = 0.5;

/// A clock that was set steps back once in a while; a file with more rows than this before the time
/// of an earlier one is something else, such as several recordings in one.
constexpr double kMaxBackShare = 0.1;

/// A wanted column: where it is, and what its numbers mean.
struct Column {
  std::size_t field = 0;
  double low = 0, high = 0;         // in SI units, outside which nothing was measured
  double scale = 1;                 // to SI units
  std::optional<std::size_t> unit;  // field with the unit of each row
  std::optional<std::size_t> over;  // field by which to divide
};

/// The description of the column called `name`, or null.
template <class Described>
const Described* described(const std::vector<Described>& columns, const std::string& name) {
  for (const Described& column : columns) {
    if (column.column == name) return &column;
  }
  return nullptr;
}

/// Nothing, and an error at the reader, if the file has no such column.
std::optional<Column> signal_column(CsvReader& reader, const TraceFormat& format,
                                    const TraceColumns& wanted) {
  const TraceSignalColumn* known = described(format.signals, wanted.signal);
  if (!known && described(format.rates, wanted.signal)) {
    reader.error(fmt::format("signal_column: '{}' is a rate", wanted.signal));
    return std::nullopt;
  }
  const auto field = reader.require(wanted.signal);
  if (!field) return std::nullopt;
  const SignalRange range = signal_range(known ? known->kind : wanted.kind);
  return Column{*field, range.low_dbm, range.high_dbm, 1, {}, {}};
}

std::optional<Column> rate_column(CsvReader& reader, const TraceFormat& format,
                                  const std::string& wanted) {
  if (described(format.signals, wanted)) {
    reader.error(fmt::format("rate_column: '{}' is a signal strength", wanted));
    return std::nullopt;
  }
  TraceRateColumn rate;
  if (const TraceRateColumn* known = described(format.rates, wanted)) {
    rate = *known;
  } else if (!format.rates.empty()) {
    rate.unit = format.rates.front().unit;
  }
  const auto field = reader.require(wanted);
  if (!field) return std::nullopt;
  const auto scale = rate_scale(rate.unit);
  if (!scale && rate.unit_column.empty()) {
    reader.error(fmt::format("rate_column: the unit of '{}' is not known (rate_unit: Mbit/s)",
                             config::printable(wanted)));
    return std::nullopt;
  }
  Column column{*field, 0, kMaxBps, scale.value_or(1), {}, {}};
  const auto beside = [&reader](const std::string& name, std::optional<std::size_t>& place) {
    if (!name.empty()) place = reader.require(name);
    return name.empty() || place.has_value();
  };
  const bool complete = beside(rate.unit_column, column.unit) && beside(rate.over, column.over);
  return complete ? std::optional(column) : std::nullopt;
}

/// The rows of a table that have all wanted values, with times as in the file.
class TableTrace {
 public:
  TableTrace(CsvReader& reader, const TraceFormat& format, const TraceColumns& columns,
             Diagnostics& diagnostics)
      : reader_(reader),
        format_(format),
        diagnostics_(diagnostics),
        time_reader_(format.time.unit) {
    if (!format.time.every) time_ = reader.require(format.time.column);
    if (!columns.signal.empty()) signal_ = signal_column(reader, format, columns);
    if (!columns.rate.empty()) rate_ = rate_column(reader, format, columns.rate);
    for (const auto& [column, text] : format.rows) {
      if (const auto field = reader.require(column)) rows_that_count_.emplace_back(*field, text);
    }
    complete_ = rows_that_count_.size() == format.rows.size() && (time_ || format.time.every) &&
                signal_.has_value() != columns.signal.empty() &&
                rate_.has_value() != columns.rate.empty();
  }

  /// Reads all rows, and reports or warns of what is missing. Empty if a column is.
  Trace read() {
    while (complete_ && reader_.next()) {
      if (!counts()) continue;
      ++rows_;
      const auto time = read_time();
      if (time) add(*time);
    }
    if (complete_) judge();
    return std::move(trace_);
  }

 private:
  /// Whether the current row is one of those that the format keeps.
  bool counts() const {
    return std::all_of(rows_that_count_.begin(), rows_that_count_.end(),
                       [this](const auto& row) { return reader_.text(row.first) == row.second; });
  }

  void add(double time) {
    const auto signal = value(signal_);
    const auto rate = value(rate_);
    if (signal.has_value() != signal_.has_value() || rate.has_value() != rate_.has_value()) {
      ++gaps_;
      return;
    }
    if (!trace_.start_s.empty() && time == trace_.start_s.back()) remove_last();
    trace_.start_s.push_back(time);
    if (signal) trace_.signal_dbm.push_back(*signal);
    if (rate) trace_.rate_bps.push_back(*rate);
  }

  /// The current row's value in SI units; nothing if it was not recorded, or is no number, which is
  /// reported.
  std::optional<double> value(const std::optional<Column>& column) {
    if (!column || means_missing(reader_.text(column->field), format_.missing)) return std::nullopt;
    auto value = reader_.number(column->field);
    if (!value) return std::nullopt;
    if (column->over) {
      if (means_missing(reader_.text(*column->over), format_.missing)) return std::nullopt;
      const auto over = reader_.number(*column->over);
      if (!over || *over <= 0) return std::nullopt;
      *value /= *over;
    }
    const auto scale = column->unit ? rate_scale(reader_.text(*column->unit)) : column->scale;
    if (!scale) {
      reader_.error(fmt::format("'{}' is not the unit of a rate",
                                config::printable(reader_.text(*column->unit))));
      return std::nullopt;
    }
    *value *= *scale;
    return *value >= column->low && *value <= column->high ? value : std::nullopt;
  }

  /// The current row's time, if it is later than the rows before it or may repeat the last of them.
  std::optional<double> read_time() {
    if (format_.time.every) return to_seconds(*format_.time.every) * static_cast<double>(rows_ - 1);
    const std::string& text = reader_.text(*time_);
    const auto time = time_reader_.read(text, reader_.number_if_any(*time_));
    if (!time) {
      reader_.error(time_reader_.problem());
      return std::nullopt;
    }
    if (!first_s_) first_s_ = *time;
    const double step = last_s_ ? *time - *last_s_ : kMinStepS;
    const bool waits = back_ > 0 && back_line_ + 1 == rows_ && step < kMinStepS;
    if (step < 0 || waits) {
      step_back(step);
      return std::nullopt;
    }
    last_s_ = *time;
    if (step < kMinStepS && !format_.time.repeats) {
      reader_.error("less than a microsecond after the row before");
    } else if (*time - *first_s_ > kMaxSpanS) {
      reader_.error(
          fmt::format("{:g} s after the first row; a trace may span 31 days", *time - *first_s_));
    }
    return time;
  }

  /// Leaves out the current row, which is earlier than one before it.
  void step_back(double step) {
    if (back_ == 0) {
      back_place_ = reader_.mark();
      back_step_s_ = -step;
    }
    ++back_;
    back_line_ = rows_;
  }

  /// Reports time that mostly runs backwards and, in a sound file, mostly gaps; warns of less.
  void judge() {
    const bool sound = diagnostics_.empty();
    const auto share = [this](std::size_t rows) {
      return static_cast<double>(rows) / static_cast<double>(rows_);
    };
    if (back_ > 0) {
      const std::string back = fmt::format("time runs backwards by {:g} s", back_step_s_);
      if (share(back_) > kMaxBackShare) {
        diagnostics_.error(back_place_, back);
      } else if (sound) {
        config::warn(back_place_,
                     fmt::format("{}; {} of {} rows are left out, until the clock has caught up",
                                 back, back_, rows_));
      }
    }
    if (sound && gaps_ > 0 && !trace_.start_s.empty()) {
      const std::string gaps =
          fmt::format("{} of {} rows ({:.1f} %) have no value that can have been measured in {}",
                      gaps_, rows_, 100 * share(gaps_), columns_text());
      const config::Mark file{reader_.mark().file, 1, 1};
      if (share(gaps_) > kMaxGapShare) {
        diagnostics_.error(file, gaps + "; more than half is too little to go by");
      } else {
        config::warn(file, gaps + "; the value before each gap holds on");
      }
    }
    if (sound && !time_reader_.recognised().empty()) {
      config::warn(
          {reader_.mark().file, 1, 1},
          fmt::format("column '{}' is read as Unix time in {} (time_unit)",
                      config::printable(reader_.header()[*time_]), time_reader_.recognised()));
    }
  }

  /// "column 'a'" or "columns 'a' and 'b'".
  std::string columns_text() const {
    const auto name = [this](const Column& c) {
      return fmt::format("'{}'", config::printable(reader_.header()[c.field]));
    };
    if (signal_ && rate_) return fmt::format("columns {} and {}", name(*signal_), name(*rate_));
    return "column " + name(signal_ ? *signal_ : *rate_);
  }

  void remove_last() {
    trace_.start_s.pop_back();
    if (signal_) trace_.signal_dbm.pop_back();
    if (rate_) trace_.rate_bps.pop_back();
  }

  CsvReader& reader_;
  const TraceFormat& format_;
  Diagnostics& diagnostics_;
  TimeReader time_reader_;
  bool complete_ = false;
  std::optional<std::size_t> time_;
  std::optional<Column> signal_, rate_;
  std::vector<std::pair<std::size_t, std::string>> rows_that_count_;
  std::optional<double> first_s_, last_s_;
  std::size_t rows_ = 0;
  std::size_t gaps_ = 0;
  std::size_t back_ = 0;       // rows left out because the clock had stepped back
  std::size_t back_line_ = 0;  // the last of them
  config::Mark back_place_;    // the first of them
  double back_step_s_ = 0;
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

Trace load_table(const std::filesystem::path& file, const TraceFormat& format,
                 const TraceColumns& columns, Diagnostics& diagnostics) {
  CsvReader reader(file, diagnostics, table_shape(format));
  Trace trace;
  if (!reader.header().empty()) trace = TableTrace(reader, format, columns, diagnostics).read();
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

Trace load_trace(const std::filesystem::path& file, const TraceFormat& format,
                 const TraceColumns& columns, config::Diagnostics& diagnostics) {
  Diagnostics own;  // the readers' question is whether this file is sound, not whether all are
  Trace trace;
  if (format.delivery_opportunities) {
    trace = load_mahimahi(file, own);
  } else {
    AUTOSCALE_CHECK(!columns.signal.empty() || !columns.rate.empty(), "no column of {} is wanted",
                    file.string());
    trace = load_table(file, format, columns, own);
  }
  for (const config::Diagnostic& d : own.list()) diagnostics.error(d.mark, d.message);
  return trace;
}

}  // namespace autoscale
