// Recorded signal strength or link capacity over time, read by the description of its format.
//
// Rows      a table of separated values, or delivery opportunities of 1500 bytes (Mahimahi).
// Missing   a word such as "-" or NA, or a number that no receiver reports (trace_format.h): the row
//           is left out, so that the value before it holds. The share is warned of; a file of which
//           more than half is missing is refused.
// Time      shifted to zero. Where the clock steps back (NTP), rows are left out until it has caught
//           up, and warned of; if they are more than a tenth of the file, the file is refused.
// Streamed; a line above 64 KiB is refused.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sim/config/diagnostics.h"
#include "sim/models/trace_format.h"

namespace autoscale {

/// Piecewise constant: value i holds from start_s[i] to start_s[i + 1], the last one to duration_s.
/// start_s[0] is 0. Exactly one value per start in each non-empty vector.
struct Trace {
  std::vector<double> start_s;
  std::vector<double> signal_dbm;  // empty when only capacity was recorded
  std::vector<double> rate_bps;    // empty when only signal was recorded; may hold 0 (outage)
  double duration_s = 0;
};

/// Columns wanted from a table, by name or number; empty means not wanted. They need not be in the
/// description: a signal is then of `kind`, a rate in the description's first unit.
struct TraceColumns {
  std::string signal;
  std::string rate;
  SignalKind kind = SignalKind::kRssi;
};

/// Reads a trace. Problems (missing file, no rows, time running backwards, bad number, missing
/// column, truncated line, mostly gaps) go to `diagnostics` with file and line; the result is then
/// empty.
Trace load_trace(const std::filesystem::path& file, const TraceFormat& format,
                 const TraceColumns& columns, config::Diagnostics& diagnostics);

}  // namespace autoscale
