// Recorded signal strength or link capacity over time, read from three file formats:
//   autoscale  our own CSV: '#' comments, a header with `time_s` and one or more of `rssi_dbm`,
//              `rsrp_dbm`, `throughput_mbps`; an empty cell means not recorded
//   ucc        the columns of the UCC 4G/5G production data set (Timestamp, RSRP, RSSI, DL_bitrate,
//   ...) mahimahi   one line per delivery opportunity of 1500 bytes, in whole milliseconds
// Files are streamed; a line above 64 KiB is refused.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "sim/config/diagnostics.h"
#include "sim/config/fields.h"

namespace autoscale {

enum class TraceFormat : std::uint8_t { kAutoscale, kUcc, kMahimahi };

template <>
struct config::EnumNames<TraceFormat> {
  static constexpr std::array<std::pair<TraceFormat, std::string_view>, 3> value{
      {{TraceFormat::kAutoscale, "autoscale"},
       {TraceFormat::kUcc, "ucc"},
       {TraceFormat::kMahimahi, "mahimahi"}}};
};

/// Piecewise constant: value i holds from start_s[i] to start_s[i + 1], the last one to duration_s.
/// start_s[0] is 0. Exactly one value per start in each non-empty vector.
struct Trace {
  std::vector<double> start_s;
  std::vector<double> signal_dbm;  // empty when only capacity was recorded
  std::vector<double> rate_bps;    // empty when only signal was recorded; may hold 0 (outage)
  double duration_s = 0;
};

/// Columns wanted from a CSV trace; empty means not wanted. Ignored for mahimahi.
struct TraceColumns {
  std::string signal;
  std::string rate;
};

/// Reads a trace. Problems (missing file, no rows, time running backwards, bad number, missing
/// column, truncated line) go to `diagnostics` with file and line; the result is then empty.
Trace load_trace(const std::filesystem::path& file, TraceFormat format, const TraceColumns& columns,
                 config::Diagnostics& diagnostics);

}  // namespace autoscale
