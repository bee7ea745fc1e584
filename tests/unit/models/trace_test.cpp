// The trace readers: what they make of good files, and the message for every kind of bad one.
#include "sim/models/trace.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>

#include "sim/config/reader.h"
#include "tests/support/shipped_catalog.h"
#include "tests/support/temporary_folder.h"

namespace autoscale {
namespace {

const TraceColumns kRsrp{"rsrp_dbm", ""};
const TraceColumns kRsrpAndRate{"rsrp_dbm", "throughput_mbps"};

TraceFormat shipped_format(const std::string& name) {
  return config::load<TraceFormat>(source_root() / kTraceFormatFolder / (name + ".yaml"));
}
const TraceFormat kOwn = shipped_format("autoscale");
const TraceFormat kUcc = shipped_format("ucc");
const TraceFormat kMahimahi = shipped_format("mahimahi");

Trace load(std::string_view content, const TraceFormat& format, const TraceColumns& columns) {
  const TemporaryFolder folder;
  const auto file = folder.write("trace", content);
  config::Diagnostics diagnostics;
  Trace trace = load_trace(file, format, columns, diagnostics);
  for (const auto& d : diagnostics.list()) ADD_FAILURE() << d.text();
  return trace;
}

/// "line: message" of every mistake found, one per line. A file with mistakes gives no trace.
std::string errors(std::string_view content, const TraceFormat& format,
                   const TraceColumns& columns) {
  const TemporaryFolder folder;
  const auto file = folder.write("trace", content);
  config::Diagnostics diagnostics;
  const Trace trace = load_trace(file, format, columns, diagnostics);
  EXPECT_TRUE(trace.start_s.empty());
  EXPECT_TRUE(trace.signal_dbm.empty());
  EXPECT_TRUE(trace.rate_bps.empty());
  std::string text;
  for (const auto& d : diagnostics.list()) {
    EXPECT_EQ(*d.mark.file, file.string());
    text += std::to_string(d.mark.line) + ": " + d.message + "\n";
  }
  return text;
}

std::string own_errors(std::string_view content) { return errors(content, kOwn, kRsrp); }
std::string ucc_errors(std::string_view content) { return errors(content, kUcc, {"RSRP", ""}); }
std::string mahimahi_errors(std::string_view content) { return errors(content, kMahimahi, {}); }

// ---- our own format

TEST(TraceTest, StartsAtZeroAndEndsAMedianPeriodAfterTheLastRow) {
  const Trace trace =
      load("# comment\ntime_s,rsrp_dbm\n5,-80\n6,-81.5\n# comment\n7,-82\n10,-90\n", kOwn, kRsrp);
  EXPECT_EQ(trace.start_s, (std::vector<double>{0, 1, 2, 5}));
  EXPECT_EQ(trace.signal_dbm, (std::vector<double>{-80, -81.5, -82, -90}));
  EXPECT_TRUE(trace.rate_bps.empty());
  EXPECT_EQ(trace.duration_s, 6);
}

TEST(TraceTest, TimeMayStartAnywhere) {
  const Trace trace = load("time_s,rsrp_dbm\n1700000000.25,-80\n1700000000.75,-81\n", kOwn, kRsrp);
  EXPECT_EQ(trace.start_s, (std::vector<double>{0, 0.5}));
  EXPECT_EQ(load("time_s,rsrp_dbm\n-3,-80\n-1,-81\n", kOwn, kRsrp).start_s,
            (std::vector<double>{0, 2}));
}

TEST(TraceTest, SkipsRowsWithoutAWantedValue) {
  const std::string_view file =
      "time_s,rsrp_dbm,throughput_mbps\n0,,1\n1,-80,2\n2,-81,\n3,-82,0\n5,-83,1.5\n";
  const Trace both = load(file, kOwn, kRsrpAndRate);
  EXPECT_EQ(both.start_s, (std::vector<double>{0, 2, 4}));
  EXPECT_EQ(both.signal_dbm, (std::vector<double>{-80, -82, -83}));
  EXPECT_EQ(both.rate_bps, (std::vector<double>{2e6, 0, 1.5e6}));
  const Trace rate = load(file, kOwn, {"", "throughput_mbps"});
  EXPECT_EQ(rate.rate_bps, (std::vector<double>{1e6, 2e6, 0, 1.5e6}));
  EXPECT_TRUE(rate.signal_dbm.empty());
}

TEST(TraceTest, OneRowIsATrace) {
  const Trace trace = load("time_s,rsrp_dbm\n7,-80", kOwn, kRsrp);
  EXPECT_EQ(trace.start_s, (std::vector<double>{0}));
  EXPECT_EQ(trace.duration_s, 1);
}

TEST(TraceTest, ReadsWindowsLineEndsAndLimits) {
  const Trace trace = load("time_s,rsrp_dbm\r\n0,-156\r\n1,-31\r\n", kOwn, kRsrp);
  EXPECT_EQ(trace.signal_dbm, (std::vector<double>{-156, -31}));
}

TEST(TraceTest, RefusesWhatIsNoTable) {
  config::Diagnostics diagnostics;
  load_trace("no/such/file.csv", kOwn, kRsrp, diagnostics);
  load_trace(std::filesystem::temp_directory_path(), kOwn, kRsrp, diagnostics);
  ASSERT_EQ(diagnostics.list().size(), 2);
  EXPECT_EQ(diagnostics.list()[0].text(), "no/such/file.csv:1:1: error: cannot be opened");
  EXPECT_EQ(diagnostics.list()[1].message, "is a directory, not a table");
  EXPECT_EQ(own_errors(""), "1: no header line\n");
  EXPECT_EQ(own_errors("# only a comment\n"), "1: no header line\n");
  EXPECT_EQ(own_errors("time_s,rsrp_dbm\n"), "1: no row has a value in every wanted column\n");
  EXPECT_EQ(own_errors("time_s,rsrp_dbm\n0,\n1,\n"),
            "3: no row has a value in every wanted column\n");
}

TEST(TraceTest, RefusesUnknownColumns) {
  EXPECT_EQ(own_errors("time_s,rssi_dbm\n0,-80\n"),
            "1: no column 'rsrp_dbm' (did you mean 'rssi_dbm'?); fields are parted by commas, the "
            "header is: time_s, rssi_dbm\n");
  EXPECT_EQ(own_errors("t;rsrp_dbm\n0;-80\n"),
            "1: no column 'time_s' (legal: t, rsrp_dbm); fields are parted by semicolons, the "
            "header is: t, rsrp_dbm\n");
  EXPECT_EQ(errors("time_s,rsrp_dbm\n0,-80\n", kOwn, {"3", ""}),
            "1: no column '3' (legal: time_s, rsrp_dbm); fields are parted by commas, the header "
            "is: time_s, rsrp_dbm\n");
  EXPECT_EQ(errors("time_s,rsrp_dbm\n0,-80\n", kOwn, {"", "rsrp_dbm"}),
            "1: rate_column: 'rsrp_dbm' is a signal strength\n");
  EXPECT_EQ(errors("time_s,throughput_mbps\n0,8\n", kOwn, {"throughput_mbps", ""}),
            "1: signal_column: 'throughput_mbps' is a rate\n");
}

TEST(TraceTest, RefusesBadTimes) {
  EXPECT_EQ(own_errors("time_s,rsrp_dbm\n0,-80\n2,-80\n1.5,-80\n3,-80\n"),
            "4: time runs backwards by 0.5 s\n");
  EXPECT_EQ(own_errors("time_s,rsrp_dbm\n0,-80\n0,-80\n"),
            "3: less than a microsecond after the row before\n");
  EXPECT_EQ(own_errors("time_s,rsrp_dbm\n0,-80\n,-80\n"), "3: no time\n");
  EXPECT_EQ(own_errors("time_s,rsrp_dbm\n0,-80\nnan,-80\n"), "3: 'nan' is not a time in s\n");
  EXPECT_EQ(own_errors("time_s,rsrp_dbm\n0,-80\n1e300,-80\n"),
            "3: 1e+300 s after the first row; a trace may span 31 days\n");
}

TEST(TraceTest, RefusesBadValues) {
  EXPECT_EQ(own_errors("time_s,rsrp_dbm\n0,inf\n1,weak\n2,-80 dBm\n3,\"-80,5\"\n"),
            "2: column 'rsrp_dbm': 'inf' is not a number\n"
            "3: column 'rsrp_dbm': 'weak' is not a number\n"
            "4: column 'rsrp_dbm': '-80 dBm' is not a number\n"
            "5: column 'rsrp_dbm': '-80,5' is not a number\n");
}

TEST(TraceTest, RefusesBrokenLines) {
  const std::string seen = "; fields are parted by commas, the header is: time_s, rsrp_dbm\n";
  EXPECT_EQ(own_errors("time_s,rsrp_dbm\n0,-80\n1"), "3: 1 fields, but the header has 2" + seen);
  EXPECT_EQ(own_errors("time_s,rsrp_dbm\n0,-80,7\n"), "2: 3 fields, but the header has 2" + seen);
  EXPECT_EQ(own_errors("time_s,rsrp_dbm\n0,-80\n1,\"-80\n"), "3: quote not closed\n");
  EXPECT_EQ(own_errors("time_s,rsrp_dbm\n0," + std::string(70'000, '1') + "\n"),
            "2: line longer than 64 KiB\n");
  EXPECT_NE(own_errors(std::string(70'000, 'x')), "");
  EXPECT_EQ(own_errors(std::string("\xFF\xFEt\0", 4)),
            "1: is UTF-16; save it as UTF-8\n1: no header line\n");
}

TEST(TraceTest, RefusesBinaryGarbage) {
  std::string garbage;
  for (std::uint32_t x = 1; garbage.size() < 4096; x = x * 1664525 + 1013904223) {
    garbage.push_back(static_cast<char>(x >> 24));
  }
  EXPECT_NE(own_errors(garbage), "");
  EXPECT_NE(own_errors("time_s,rsrp_dbm\n" + garbage), "");
  EXPECT_NE(ucc_errors("Timestamp,RSRP\n" + garbage), "");
  EXPECT_NE(mahimahi_errors(garbage), "");
  EXPECT_NE(mahimahi_errors("1\n2\n" + garbage), "");
  EXPECT_NE(mahimahi_errors(std::string("12\0 34\n", 7)), "");
}

TEST(TraceTest, TheSameBadFileIsReportedEachTime) {
  std::string rows = "time_s,rsrp_dbm\n";
  for (int i = 0; i < 300; ++i) rows += std::to_string(i) + ",x\n";
  const TemporaryFolder folder;
  const auto file = folder.write("trace", rows);
  config::Diagnostics diagnostics;
  for (int i = 0; i < 2; ++i) {
    const Trace trace = load_trace(file, kOwn, kRsrp, diagnostics);
    EXPECT_TRUE(trace.start_s.empty()) << "load " << i;
  }
  EXPECT_EQ(diagnostics.list().size(), config::Diagnostics::kMaxPerFile + 1);
}

// ---- UCC

/// The header of the 5G data set; the 4G one has the same first 15 columns.
constexpr std::string_view kUccHeader =
    "Timestamp,Longitude,Latitude,Speed,Operatorname,CellID,NetworkMode,RSRP,RSRQ,SNR,CQI,RSSI,"
    "DL_bitrate,UL_bitrate,State,PINGAVG,PINGMIN,PINGMAX,PINGSTDEV,PINGLOSS,CELLHEX,NODEHEX,LACHEX,"
    "RAWCELLID,NRxRSRP,NRxRSRQ\n";

std::string ucc_row(std::string_view time, std::string_view rsrp, std::string_view down) {
  std::ostringstream row;
  row << time << ",-8.4,51.8,20,A,11,LTE," << rsrp << ",-12,7.0,10,-70," << down
      << ",35,D,-,-,-,-,-,B,A8C,9CBA,11010,-104,-13.0\n";
  return row.str();
}

TEST(TraceTest, UccTakesTheLastRecordOfEachSecond) {
  const std::string file =
      std::string(kUccHeader) + ucc_row("2019.12.31_23.59.58", "-95", "1200") +
      ucc_row("2019.12.31_23.59.58", "-96", "1300") + ucc_row("2020.01.01_00.00.00", "-97", "0") +
      ucc_row("2020.01.01_00.00.00", "-", "77") + ucc_row("2020.01.01_00.00.01", "-98", "-");
  const Trace signal = load(file, kUcc, {"RSRP", ""});
  EXPECT_EQ(signal.start_s, (std::vector<double>{0, 2, 3}));
  EXPECT_EQ(signal.signal_dbm, (std::vector<double>{-96, -97, -98}));
  const Trace both = load(file, kUcc, {"RSRP", "DL_bitrate"});
  EXPECT_EQ(both.signal_dbm, (std::vector<double>{-96, -97}));
  EXPECT_EQ(both.rate_bps, (std::vector<double>{1.3e6, 0}));
  EXPECT_EQ(load(file, kUcc, {"RSSI", "UL_bitrate"}).rate_bps,
            (std::vector<double>{35e3, 35e3, 35e3}));
}

TEST(TraceTest, UccKnowsTheCalendar) {
  const auto span = [](const char* from, const char* to) {
    return load(std::string("Timestamp,RSRP\n") + from + ",-90\n" + to + ",-91\n", kUcc,
                {"RSRP", ""})
        .start_s[1];
  };
  EXPECT_EQ(span("2020.02.28_23.00.00", "2020.03.01_00.00.00"), 25 * 3600);
  EXPECT_EQ(span("2019.02.28_23.00.00", "2019.03.01_00.00.00"), 3600);
}

TEST(TraceTest, UccRefusesBadRows) {
  EXPECT_EQ(ucc_errors("Timestamp,RSRP\n2020.01.01_00.00.05,-90\n2020.01.01_00.00.04,-90\n"),
            "3: time runs backwards by 1 s\n");
  for (const char* time :
       {"2020-01-01 00:00:05", "2020.13.01_00.00.05", "2019.02.29_00.00.05", "2020.01.01_24.00.05",
        "2020.01.01_00.60.05", "2020.01.01_00.00.5", "5", "2020.01.01_00.00.+5"}) {
    EXPECT_EQ(ucc_errors(std::string("Timestamp,RSRP\n") + time + ",-90\n"),
              std::string("2: '") + time + "' is not a time of the form 2020.01.31_23.59.59\n");
  }
  EXPECT_EQ(ucc_errors("Timestamp,RSRP\n,-90\n"), "2: no time\n");
}

// ---- mahimahi

TEST(TraceTest, MahimahiCountsOpportunitiesPerHalfSecond) {
  // Bins (0, 500], (500, 1000], (1000, 1500], (1500, 1600] ms; an opportunity at 0 is in the first.
  const Trace trace = load("0\n100\n500\n501\n1501\n1600\n", kMahimahi, kRsrpAndRate);
  EXPECT_EQ(trace.start_s, (std::vector<double>{0, 0.5, 1, 1.5}));
  EXPECT_EQ(trace.rate_bps, (std::vector<double>{72e3, 24e3, 0, 240e3}));
  EXPECT_TRUE(trace.signal_dbm.empty());
  EXPECT_EQ(trace.duration_s, 1.6);
}

TEST(TraceTest, MahimahiLinkOfConstantRate) {
  // The usual way to write 12 Mbit/s: an opportunity every millisecond.
  const Trace shortest = load("1\n", kMahimahi, {});
  EXPECT_EQ(shortest.rate_bps, (std::vector<double>{12e6}));
  EXPECT_EQ(shortest.duration_s, 0.001);
  std::string lines;
  for (int ms = 1; ms <= 1234; ++ms) lines += std::to_string(ms) + "\r\n";
  EXPECT_EQ(load(lines, kMahimahi, {}).rate_bps, (std::vector<double>{12e6, 12e6, 12e6}));
}

TEST(TraceTest, MahimahiRefusesBadLines) {
  config::Diagnostics diagnostics;
  load_trace("no/such/file", kMahimahi, {}, diagnostics);
  load_trace(std::filesystem::temp_directory_path(), kMahimahi, {}, diagnostics);
  ASSERT_EQ(diagnostics.list().size(), 2);
  EXPECT_EQ(diagnostics.list()[0].message, "cannot be opened");
  EXPECT_EQ(diagnostics.list()[1].message, "is a directory, not a trace");
  EXPECT_EQ(mahimahi_errors(""), "1: no delivery opportunity after 0 ms\n");
  EXPECT_EQ(mahimahi_errors("0\n0\n"), "3: no delivery opportunity after 0 ms\n");
  EXPECT_EQ(mahimahi_errors("1\n-5\n7\n"), "2: negative time -5 ms\n");
  EXPECT_EQ(mahimahi_errors("10\n9\n11\n"), "2: time runs backwards by 1 ms\n");
  EXPECT_EQ(mahimahi_errors("1\n2.5\n1e3\nnan\n\n 7\n"),
            "2: '2.5' is not a whole number of milliseconds\n"
            "3: '1e3' is not a whole number of milliseconds\n"
            "4: 'nan' is not a whole number of milliseconds\n"
            "5: '' is not a whole number of milliseconds\n"
            "6: ' 7' is not a whole number of milliseconds\n");
  EXPECT_EQ(mahimahi_errors("1\n99999999999999999999\n"),
            "2: '99999999999999999999' is not a whole number of milliseconds\n");
  EXPECT_EQ(mahimahi_errors("1\n99999999999\n"), "2: 99999999999 ms; a trace may span 31 days\n");
  EXPECT_EQ(mahimahi_errors("1\n2\n" + std::string(70'000, '1') + "\n3\n"),
            "3: line too long for a number of milliseconds\n");
}

// ---- the traces that come with the simulator

TEST(TraceTest, ReadsTheShippedTraces) {
  const auto check = [](const char* file, const TraceFormat& format, const TraceColumns& columns,
                        std::size_t values, double duration_s) {
    SCOPED_TRACE(file);
    config::Diagnostics diagnostics;
    const Trace trace =
        load_trace(source_root() / "scenarios/signals" / file, format, columns, diagnostics);
    for (const auto& d : diagnostics.list()) ADD_FAILURE() << d.text();
    EXPECT_EQ(trace.start_s.size(), values);
    EXPECT_EQ(trace.duration_s, duration_s);
  };
  check("lte_walk.csv", kOwn, kRsrp, 600, 600);
  check("lte_drive.csv", kOwn, kRsrp, 600, 600);
  check("wifi_walk.csv", kOwn, {"rssi_dbm", ""}, 1200, 600);
  check("wifi_capacity.mahi", kMahimahi, {}, 40, 20);
}

TEST(TraceTest, TheScriptReproducesTheShippedTraces) {
  const TemporaryFolder place;
  const std::filesystem::path folder = place / "made";
  const std::string command = "python3 '" + (source_root() / "scripts/make_traces.py").string() +
                              "' '" + folder.string() + "'";
  ASSERT_EQ(std::system(command.c_str()), 0) << command;
  int files = 0;
  for (const auto& made : std::filesystem::directory_iterator(folder)) {
    const auto shipped = source_root() / "scenarios/signals" / made.path().filename();
    EXPECT_TRUE(read_all(made.path()) == read_all(shipped)) << shipped;
    ++files;
  }
  EXPECT_EQ(files, 4);
}

}  // namespace
}  // namespace autoscale
