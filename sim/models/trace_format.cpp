#include "sim/models/trace_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "sim/models/trace_time.h"

namespace autoscale {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; });
  return result;
}

}  // namespace

std::optional<double> rate_scale(std::string_view unit) {
  constexpr std::array<std::pair<std::string_view, double>, 16> kUnits = {{
      {"bit/s", 1},
      {"kbit/s", 1e3},
      {"Mbit/s", 1e6},
      {"Gbit/s", 1e9},
      {"B/s", 8},
      {"kB/s", 8e3},
      {"MB/s", 8e6},
      {"B/ms", 8e3},
      {"bits/sec", 1},
      {"Kbits/sec", 1e3},
      {"Mbits/sec", 1e6},
      {"Gbits/sec", 1e9},
      {"bps", 1},
      {"kbps", 1e3},
      {"Mbps", 1e6},
      {"Gbps", 1e9},
  }};
  for (const auto& [name, scale] : kUnits) {
    if (name == unit) return scale;
  }
  return std::nullopt;
}

config::CsvShape table_shape(const TraceFormat& format) {
  return {format.separator, format.comment, format.header, true, format.only};
}

SignalRange signal_range(SignalKind kind) {
  // 3GPP TS 38.133 table 10.1.6.1-1 reports SS-RSRP from -156 to -31 dBm; that holds the -140 to
  // -44 dBm of LTE in TS 36.133 table 9.1.4-1.
  if (kind == SignalKind::kRsrp) return {-156, -31};
  // Thermal noise in 1 MHz, the narrowest channel of Bluetooth and Wi-Fi, is -114 dBm; the strongest
  // input that IEEE 802.11 asks a receiver to bear is -4 dBm (DSSS).
  return {-120, -4};
}

bool means_missing(std::string_view text, const std::vector<std::string>& words) {
  constexpr std::array<std::string_view, 9> kWords = {"",    "-",    "--",   "na",         "n/a",
                                                      "nan", "null", "none", "unavailable"};
  return std::find(kWords.begin(), kWords.end(), lower(text)) != kWords.end() ||
         std::find(words.begin(), words.end(), text) != words.end();
}

void check_trace_format(const TraceFormat& format, const config::Mark& where,
                        config::Diagnostics& diagnostics) {
  const auto error = [&](std::string message) { diagnostics.error(where, std::move(message)); };
  if (format.delivery_opportunities) return;
  if (format.time.column.empty() != format.time.every.has_value()) {
    error("time: either 'column' or 'every' is needed");
  }
  if (!TimeReader::knows(format.time.unit)) {
    error(fmt::format("time: unknown unit '{}'", config::printable(format.time.unit)));
  }
  if (format.signals.empty() && format.rates.empty()) error("neither 'signals' nor 'rates'");
  for (const TraceRateColumn& rate : format.rates) {
    if (rate.unit.empty() == rate.unit_column.empty()) {
      error(fmt::format("rates: '{}' needs either 'unit' or 'unit_column'", rate.column));
    } else if (!rate.unit.empty() && !rate_scale(rate.unit)) {
      error(fmt::format("rates: unknown unit '{}'", config::printable(rate.unit)));
    }
  }
}

}  // namespace autoscale
