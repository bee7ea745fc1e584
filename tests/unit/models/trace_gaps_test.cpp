// What a recording lacks: values that mean nothing measured, and times of a clock that was set. What
// is left out, what is said about it, and when a file is refused.
#include <gtest/gtest.h>

#include "sim/config/reader.h"
#include "sim/config/warnings.h"
#include "sim/models/trace.h"
#include "tests/support/temporary_folder.h"

namespace autoscale {
namespace {

TraceFormat own_format() {
  return config::load<TraceFormat>(std::filesystem::path(AUTOSCALE_SOURCE_DIR) /
                                   kTraceFormatFolder / "autoscale.yaml");
}

/// What came of a file: the trace, and its warnings and errors without the file's name.
struct Outcome {
  Trace trace;
  std::string said;
};

Outcome load(std::string_view content, const TraceColumns& columns) {
  const TemporaryFolder folder;
  const auto file = folder.write("trace", content);
  Outcome outcome;
  config::set_warning_receiver([&](const std::string& text) {
    outcome.said += text.substr(file.string().size() + 1) + "\n";
  });
  config::Diagnostics diagnostics;
  outcome.trace = load_trace(file, own_format(), columns, diagnostics);
  for (const auto& d : diagnostics.list()) {
    outcome.said += d.text().substr(file.string().size() + 1) + "\n";
  }
  config::set_warning_receiver({});
  return outcome;
}

/// Rows at 0, 1, 2 ... s with these values.
std::string rows(const std::string& column, const std::vector<std::string>& values) {
  std::string text = "time_s," + column + "\n";
  for (std::size_t i = 0; i < values.size(); ++i)
    text += std::to_string(i) + "," + values[i] + "\n";
  return text;
}

TEST(TraceGapsTest, WhatNoReceiverReportsWasNotMeasured) {
  for (const char* nothing :
       {"0",           "-200", "-205", "-30.9", "-156.1", "255",  "99",  "2147483647",
        "-2147483648", "-",    "--",   "NA",    "n/a",    "N/A",  "nan", "NaN",
        "null",        "NULL", "None", "",      " ",      "\"\"", "1e9"}) {
    SCOPED_TRACE(nothing);
    const Outcome o = load(rows("rsrp_dbm", {"-90", nothing, "-95", "-96"}), {"rsrp_dbm", ""});
    EXPECT_EQ(o.trace.start_s, (std::vector<double>{0, 2, 3}));
    EXPECT_EQ(o.trace.signal_dbm, (std::vector<double>{-90, -95, -96}));
    EXPECT_EQ(o.said,
              "1:1: warning: 1 of 4 rows (25.0 %) have no value that can have been measured in "
              "column 'rsrp_dbm'; the value before each gap holds on\n");
  }
}

TEST(TraceGapsTest, TheRangeIsThatOfTheSignal) {
  // -127 is Android's INVALID_RSSI; -20 dBm is a Wi-Fi station beside its access point.
  const Outcome wifi = load(rows("rssi_dbm", {"-20", "-127", "0", "-4", "-120"}), {"rssi_dbm", ""});
  EXPECT_EQ(wifi.trace.signal_dbm, (std::vector<double>{-20, -4, -120}));
  const std::string other = rows("level", {"-50", "-140", "-20", "-60", "-70"});
  EXPECT_EQ(load(other, {"level", "", SignalKind::kRsrp}).trace.signal_dbm,
            (std::vector<double>{-50, -140, -60, -70}));
  EXPECT_EQ(load(other, {"level", "", SignalKind::kRssi}).trace.signal_dbm,
            (std::vector<double>{-50, -20, -60, -70}));
}

TEST(TraceGapsTest, ARateMayBeZeroButNotNegative) {
  const Outcome o =
      load(rows("throughput_mbps", {"0", "-1", "5", "2147483647", "6"}), {"", "throughput_mbps"});
  EXPECT_EQ(o.trace.rate_bps, (std::vector<double>{0, 5e6, 6e6}));
}

TEST(TraceGapsTest, RefusesAFileThatIsMostlyGaps) {
  EXPECT_TRUE(load(rows("rsrp_dbm", {"-90", "0"}), {"rsrp_dbm", ""}).said.find("error") ==
              std::string::npos);
  const Outcome o = load(rows("rsrp_dbm", {"-90", "0", "-200"}), {"rsrp_dbm", ""});
  EXPECT_TRUE(o.trace.start_s.empty());
  EXPECT_EQ(o.said,
            "1:1: error: 2 of 3 rows (66.7 %) have no value that can have been measured in column "
            "'rsrp_dbm'; more than half is too little to go by\n");
}

TEST(TraceGapsTest, SaysNothingOfAWholeFileAndEverythingOnce) {
  EXPECT_EQ(load(rows("rsrp_dbm", {"-90", "-91"}), {"rsrp_dbm", ""}).said, "");
  std::string said;
  config::set_warning_receiver([&](const std::string& text) { said += text + "\n"; });
  config::warn({nullptr, 0, 0}, "twice");
  config::warn({nullptr, 0, 0}, "twice");
  config::set_warning_receiver({});
  EXPECT_EQ(said, "<none>: warning: twice\n");
}

/// 20 rows a second apart whose clock is set back by `back` s before row 10.
std::string set_back(int back) {
  std::string text = "time_s,rsrp_dbm\n";
  for (int i = 0; i < 20; ++i) {
    text += std::to_string(100 + i - (i < 10 ? 0 : back)) + "," + std::to_string(-100 + i) + "\n";
  }
  return text;
}

TEST(TraceGapsTest, LeavesOutRowsUntilAClockThatWasSetBackHasCaughtUp) {
  const Outcome o = load(set_back(2), {"rsrp_dbm", ""});  // rows at 108 and 109 s come again
  std::vector<double> starts, values;
  for (int i = 0; i < 10; ++i) starts.push_back(i), values.push_back(-100 + i);
  for (int i = 12; i < 20; ++i) starts.push_back(i - 2), values.push_back(-100 + i);
  EXPECT_EQ(o.trace.start_s, starts);
  EXPECT_EQ(o.trace.signal_dbm, values);
  EXPECT_EQ(o.said,
            "12:1: warning: time runs backwards by 1 s; 2 of 20 rows are left out, until the clock "
            "has caught up\n");
}

TEST(TraceGapsTest, RefusesAFileWhoseTimeStartsAgain) {
  const Outcome o = load(set_back(10), {"rsrp_dbm", ""});
  EXPECT_TRUE(o.trace.start_s.empty());
  EXPECT_EQ(o.said, "12:1: error: time runs backwards by 9 s\n");
}

}  // namespace
}  // namespace autoscale
