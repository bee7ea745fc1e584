// How the files of one logger or data set are written: the shape of a description in
// device_profiles/trace_formats/NAME.yaml, and what its words mean.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/config/csv.h"
#include "sim/config/fields.h"
#include "sim/core/time.h"
#include "sim/models/kinds.h"

namespace autoscale {

/// Where the data folders keep the descriptions.
inline constexpr const char* kTraceFormatFolder = "device_profiles/trace_formats";
/// The description that a scenario uses unless it names another.
inline constexpr const char* kOwnTraceFormat = "autoscale";

/// The column of the time, or else the time between two rows. Columns are names, or numbers from 1.
struct TraceTimeConfig {
  std::string column;
  std::string unit = "auto";
  std::optional<Duration> every;
  bool repeats = false;

  template <class V>
  void fields(V& v) {
    v.optional("column", column, "column of the time, by name or number");
    v.optional("unit", unit,
               "s, ms, us, ns, iso8601, a pattern such as '%Y-%m-%d %H:%M:%S', or auto: seconds, "
               "Unix time in s, ms, us or ns by its size, or ISO 8601");
    v.optional("every", every, "instead of a column: rows are this far apart", config::positive);
    v.optional("repeats", repeats, "several rows may have one time; the last of them counts");
  }
};

struct TraceSignalColumn {
  std::string column;
  SignalKind kind{};

  template <class V>
  void fields(V& v) {
    v.required("column", column, "column of a signal strength in dBm, by name or number");
    v.required("kind", kind, "what it measures");
  }
};

/// A rate, or the quotient of an amount and the time in which it was carried.
struct TraceRateColumn {
  std::string column;
  std::string unit;
  std::string unit_column;
  std::string over;

  template <class V>
  void fields(V& v) {
    v.required("column", column, "column of a rate, or of an amount, by name or number");
    v.optional("unit", unit, "unit of the rate, such as Mbit/s, or of the quotient, such as B/ms");
    v.optional("unit_column", unit_column, "instead: column with the unit of each row");
    v.optional("over", over, "column of the time over which the amount was carried");
  }
};

struct TraceFormat {
  std::string summary;
  std::string source;
  bool delivery_opportunities = false;
  config::CsvSeparator separator = config::CsvSeparator::kAuto;
  std::string comment = "#";
  std::string only;
  std::optional<bool> header;
  std::map<std::string, std::string> rows;
  std::vector<std::string> missing;
  TraceTimeConfig time;
  std::vector<TraceSignalColumn> signals;
  std::vector<TraceRateColumn> rates;

  template <class V>
  void fields(V& v) {
    v.required("summary", summary, "whose files these are", config::non_empty);
    v.required("source", source, "where the columns and units are described", config::non_empty);
    v.optional("delivery_opportunities", delivery_opportunities,
               "one line per opportunity to send 1500 bytes, in whole milliseconds; no columns");
    v.optional("separator", separator, "what parts two fields; auto: what the first line shows");
    v.optional("comment", comment, "what lines begin with that do not count");
    v.optional("only", only, "what the lines that count begin with, after blanks; all, if empty");
    v.optional("header", header, "a first line names the columns; left out: if it has no number");
    v.optional("rows", rows, "column -> text: only rows with these texts count");
    v.optional("missing", missing, "texts that mean not recorded, besides '', '-', NA, nan, null");
    v.optional("time", time, "when a row was recorded");
    v.optional("signals", signals, "columns of signal strengths; the first of a kind is taken");
    v.optional("rates", rates, "columns of rates");
  }
};

/// Bits per second of one unit of a rate, such as Mbit/s or, as iPerf writes it, Mbits/sec; nothing
/// if the unit is unknown.
std::optional<double> rate_scale(std::string_view unit);

/// The shape of tables of this format.
config::CsvShape table_shape(const TraceFormat& format);

/// What a receiver can report; a value outside was not measured, whatever the logger meant by it.
struct SignalRange {
  double low_dbm = 0;
  double high_dbm = 0;
};
SignalRange signal_range(SignalKind kind);

/// True for the words with which loggers say that they have no value, in any case.
bool means_missing(std::string_view text, const std::vector<std::string>& words);

/// Reports at `where` what is wrong with a description that reads well.
void check_trace_format(const TraceFormat& format, const config::Mark& where,
                        config::Diagnostics& diagnostics);

}  // namespace autoscale
