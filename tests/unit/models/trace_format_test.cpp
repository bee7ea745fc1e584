// The shipped descriptions of trace formats, each on a file written in its shape; and tables as
// desktops and loggers write them.
#include "sim/models/trace_format.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "sim/models/signal.h"
#include "sim/models/trace.h"
#include "tests/support/shipped_catalog.h"
#include "tests/support/temporary_folder.h"

namespace autoscale {
namespace {

TraceFormat format(const std::string& name) {
  config::Diagnostics diagnostics;
  const auto found = shipped_catalog().trace_format(name, {}, diagnostics);
  diagnostics.throw_if_any();
  return *found;
}

/// "0: -90, 1: -91" or, of rates in Mbit/s, "0: 2.5"; the errors if there are any.
std::string read(const std::string& content, const TraceFormat& format,
                 const TraceColumns& columns) {
  const TemporaryFolder folder;
  config::Diagnostics diagnostics;
  const Trace trace = load_trace(folder.write("trace", content), format, columns, diagnostics);
  std::string text;
  for (const auto& d : diagnostics.list()) {
    text += std::to_string(d.mark.line) + ": " + d.message + "\n";
  }
  for (std::size_t i = 0; i < trace.start_s.size(); ++i) {
    text += (i ? ", " : "") + fmt::format("{}:", trace.start_s[i]);
    if (!trace.signal_dbm.empty()) text += fmt::format(" {}", trace.signal_dbm[i]);
    if (!trace.rate_bps.empty()) text += fmt::format(" {}M", trace.rate_bps[i] / 1e6);
  }
  return text;
}

std::string read(const std::string& content, const std::string& name, const std::string& signal,
                 const std::string& rate = "") {
  return read(content, format(name), {signal, rate});
}

// ---- formats by name

TEST(TraceFormatTest, EveryShippedDescriptionReads) {
  const std::vector<std::string> names = shipped_catalog().names(kTraceFormatFolder);
  EXPECT_EQ(names, (std::vector<std::string>{"autoscale", "cooked", "ghent", "hsdpa", "iw",
                                             "lumos5g", "mahimahi", "monroe", "network_survey",
                                             "nyu", "ucc", "wigle"}))
      << "each has a test here or in trace_test.cpp";
  for (const std::string& name : names) EXPECT_NO_THROW(format(name)) << name;
}

TEST(TraceFormatTest, Cooked) {
  EXPECT_EQ(read("0.5\t2.5\n1.0\t0\n2.5\t1.25\n", "cooked", "", "2"), "0: 2.5M, 0.5: 0M, 2: 1.25M");
  EXPECT_EQ(read("1e9 2.5\n1000000001  0.5\r\n", "cooked", "", "2"), "0: 2.5M, 1: 0.5M");
}

TEST(TraceFormatTest, GhentAndHsdpaDivideBytesByTheirTime) {
  EXPECT_EQ(read("1453121790000 1000 51.03 3.73 2500000 1000\n"
                 "1453121791000 2000 51.03 3.73 1000000 0500\n",
                 "ghent", "", "5"),
            "0: 20M, 1: 16M");
  EXPECT_EQ(read("1289406399 549692 59.85 10.78  250000 1000\n"
                 "1289406400 550692 59.85 10.78 125000  1000\n"
                 "1289406400 551192 59.85 10.78 125000 500\n",
                 "hsdpa", "", "5"),
            "0: 2M, 1: 2M");
}

TEST(TraceFormatTest, Nyu) {
  EXPECT_EQ(read("1.5,Mbits/sec\n500,Kbits/sec\n0,bits/sec\n", "nyu", "", "1"),
            "0: 1.5M, 1: 0.5M, 2: 0M");
  EXPECT_EQ(read("1.5,Mbits/sec\n2,miles\n", "nyu", "", "1"),
            "2: 'miles' is not the unit of a rate\n");
}

TEST(TraceFormatTest, Lumos5g) {
  const std::string file =
      "run_num,seq_num,abstractSignalStr,latitude,longitude,movingSpeed,compassDirection,nrStatus,"
      "lte_rssi,lte_rsrp,lte_rsrq,lte_rssnr,nr_ssRsrp,nr_ssRsrq,nr_ssSinr,Throughput,"
      "mobility_mode,trajectory_direction,tower_id\n"
      "1,1,3,44.9,-93.2,1.2,120,CONNECTED,-61,-95,-14,20,-88,-11,15,350,walking,CW,2\n"
      "1,2,3,44.9,-93.2,1.2,120,NONE,-61,-96,-14,20,2147483647,2147483647,2147483647,28,walking,"
      "CW,2\n"
      "1,3,3,44.9,-93.2,1.2,120,CONNECTED,-61,-97,-14,20,-90,-11,15,400.5,walking,CW,2\n";
  EXPECT_EQ(read(file, "lumos5g", "lte_rsrp", "Throughput"),
            "0: -95 350M, 1: -96 28M, 2: -97 400.5M");
  EXPECT_EQ(read(file, "lumos5g", "nr_ssRsrp"), "0: -88, 2: -90");
}

TEST(TraceFormatTest, Monroe) {
  EXPECT_EQ(read("NodeId,Timestamp,InterfaceName,DeviceMode,RSSI,RSRP,RSRQ\n"
                 "7,1480000000.25,op0,5,-63,-91,-9\n7,1480000001.25,op0,5,-64,-92,-9\n",
                 "monroe", "RSRP"),
            "0: -91, 1: -92");
}

TEST(TraceFormatTest, NetworkSurvey) {
  EXPECT_EQ(read("deviceTime,latitude,longitude,altitude,accuracy,missionId,recordNumber,"
                 "groupNumber,mcc,mnc,tac,eci,earfcn,pci,rsrp,rsrq,ta,lteBandwidth,provider\n"
                 "2024-03-01T10:00:00.5+01:00,0,0,0,3,NS,1,1,262,1,5,9,1300,7,-101.0,-12,,20,X\n"
                 "2024-03-01T10:00:05.5+01:00,0,0,0,3,NS,2,2,262,1,5,9,1300,7,,-12,,20,X\n"
                 "2024-03-01T09:00:10.5Z,0,0,0,3,NS,3,3,262,1,5,9,1300,7,-103.0,-12,,20,X\n",
                 "network_survey", "rsrp"),
            "0: -101, 10: -103");
}

TEST(TraceFormatTest, Iw) {
  EXPECT_EQ(
      read("Connected to 00:11:22:33:44:55 (on wlan0)\n\tSSID: home\n\tfreq: 5180\n"
           "\tsignal: -52 dBm\n\ttx bitrate: 433.3 MBit/s\n\n"
           "Connected to 00:11:22:33:44:55 (on wlan0)\n\tsignal: -60 dBm\n\trx bitrate: 6.0\n",
           "iw", "2"),
      "0: -52, 1: -60");
  EXPECT_EQ(read("\tsignal: -52.50 dBm\n\tlast seen: 0 ms ago\n\tsignal: -61.00 dBm\n", "iw", "2"),
            "0: -52.5, 1: -61");
}

const std::string kWigle =
    "WigleWifi-1.4,appRelease=2.53,model=Pixel\n"
    "MAC,SSID,AuthMode,FirstSeen,Channel,RSSI,CurrentLatitude,CurrentLongitude,Type\n"
    "00:11:22:33:44:55,home,[WPA2],2024-03-01 10:00:00,36,-52,0,0,WIFI\n"
    "66:77:88:99:aa:bb,,[WPA2],2024-03-01 10:00:00,1,-80,0,0,WIFI\n"
    "66:77:88:99:aa:bb,,[WPA2],2024-03-01 10:00:05,1,-81,0,0,WIFI\n"
    "00:11:22:33:44:55,home,[WPA2],2024-03-01 10:00:07,36,-55,0,0,WIFI\n";

TEST(TraceFormatTest, Wigle) {
  EXPECT_EQ(read(kWigle, "wigle", "RSSI"), "0: -80, 5: -81, 7: -55");  // the last of each second
}

TEST(TraceFormatTest, RowsThatCount) {
  TraceFormat one = format("wigle");
  one.rows = {{"MAC", "00:11:22:33:44:55"}};
  EXPECT_EQ(read(kWigle, one, {"RSSI", ""}), "0: -52, 7: -55");
  one.rows = {{"MAC", "66:77:88:99:aa:bb"}, {"Channel", "1"}};
  EXPECT_EQ(read(kWigle, one, {"RSSI", ""}), "0: -80, 5: -81");
  one.rows = {{"BSSID", "66:77:88:99:aa:bb"}};
  EXPECT_NE(read(kWigle, one, {"RSSI", ""}).find("no column 'BSSID'"), std::string::npos);
  one.rows = {{"MAC", "nobody"}};
  EXPECT_NE(read(kWigle, one, {"RSSI", ""}).find("no row has a value"), std::string::npos);
}

// ---- tables as they come

TEST(TraceFormatTest, ReadsWhatLoggersAndDesktopsWrite) {
  const std::string same = "0: -50.5, 5: -57.5";
  for (const char* file :
       {"time_s,rssi_dbm\n0,-50.5\n5,-57.5\n", "time_s, rssi_dbm\n0, -50.5\n5, -57.5\n",
        "time_s,rssi_dbm \n0,-50.5 \n5,-57.5\t\n",
        " time_s ,\trssi_dbm\n 0 ,\t-50.5\n 5 ,\t-57.5\n", "time_s;rssi_dbm\n0;-50.5\n5;-57.5\n",
        "time_s;rssi_dbm\n0;-50,5\n5,0;-57,5\n", "time_s\trssi_dbm\n0\t-50,5\n5\t-57,5\n",
        "time_s   rssi_dbm\n0     -50.5\n  5     -57.5\n",
        "\"time_s\",\"rssi_dbm\"\r\n\"0\",\"-50.5\"\r\n\"5\",\"-57.5\"\r\n",
        "\xEF\xBB\xBFtime_s;rssi_dbm\r\n0;-50,5\r\n5;-57,5\r\n",
        "\xEF\xBB\xBF# from a desktop\ntime_s,rssi_dbm\n0,-50.5\n5,-57.5\n",
        "sep=;\ntime_s;rssi_dbm\n0;-50,5\n5;-57,5\n",
        "# logger 2.1\n\ntime_s,rssi_dbm\n# row\n0,-50.5\n   \n5,-57.5\n",
        "time_s,rssi_dbm,\n0,-50.5,\n5,-57.5,\n", "time_s,rssi_dbm\n0,-50.5,,\n5,-57.5\n",
        "time_s,rssi_dbm\n0,-50.5\ntime_s,rssi_dbm\n5,-57.5\n",
        "rssi_dbm,note,time_s\n-50.5,\"a, b\",0\n-57.5,\"say \"\"5\"\"\",5\n",
        "time_s,rssi_dbm\n+0,-50.5\n+5,-57.5"}) {
    EXPECT_EQ(read(file, "autoscale", "rssi_dbm"), same) << file;
  }
}

TEST(TraceFormatTest, ColumnsHaveNamesOrNumbers) {
  TraceFormat named = format("autoscale");
  named.time.column = "Zeit";
  EXPECT_EQ(read("Pegel;Zeit\n-60;1\n-61;2\n", named, {"Pegel", ""}), "0: -60, 1: -61");
  EXPECT_EQ(read("Pegel;Zeit\n-60;1\n-61;2\n", named, {"1", ""}), "0: -60, 1: -61");
  TraceFormat numbered = format("autoscale");
  numbered.time.column = "2";
  EXPECT_EQ(read("-60 1\n-61 2\n", numbered, {"1", ""}), "0: -60, 1: -61");
  EXPECT_EQ(read("-60\t2020-01-01T00:00:00Z\n-61\t2020-01-01T00:00:09Z\n", numbered, {"1", ""}),
            "0: -60, 9: -61");
}

TEST(TraceFormatTest, SaysThatThereIsNoHeader) {
  EXPECT_EQ(read("0.000\t2.6929\n1.020\t3.6137\n", "autoscale", "", "throughput_mbps"),
            "1: no column 'time_s': there is no header line, so columns have the numbers 1 to 2; "
            "fields are parted by tabs\n"
            "1: no column 'throughput_mbps': there is no header line, so columns have the numbers "
            "1 to 2; fields are parted by tabs\n");
}

TEST(TraceFormatTest, TheSeparatorMayBeGiven) {
  TraceFormat blanks = format("autoscale");
  blanks.separator = config::CsvSeparator::kBlanks;
  blanks.time.column = "1";
  EXPECT_EQ(read("0,5 -50,5\n1,0 -51,5\n", blanks, {"2", ""}), "0: -50.5, 0.5: -51.5");
}

// ---- what a scenario says itself

std::string process_errors(const TraceSignal& config) {
  LinkTechnology link;
  link.signal = SignalKind::kRssi;
  link.uplink_bps = {{-90, -50}, {1e6, 41e6}};
  config::Diagnostics diagnostics;
  const SignalProcess process(config, link, {}, shipped_catalog(), diagnostics);
  std::string text;
  for (const auto& d : diagnostics.list()) text += d.message + "\n";
  return text;
}

TEST(TraceFormatTest, TheScenarioOverridesTheDescription) {
  const TemporaryFolder folder;
  folder.write("log.csv",
               "Zeit;Pegel;Durchsatz\n31.01.2020 23:59:59;-60,5;12\n01.02.2020 00:00:00;-61;13\n");
  TraceSignal config;
  config.file.value = folder / "log.csv";
  EXPECT_NE(process_errors(config), "");
  config.time_column = "Zeit";
  config.time_unit = "%d.%m.%Y %H:%M:%S";
  config.signal_column = "Pegel";
  EXPECT_EQ(process_errors(config), "");
  config.rate_column = "Durchsatz";
  config.rate_unit = "kbit/s";
  EXPECT_EQ(process_errors(config), "");
  config.rate_unit = "miles/h";
  EXPECT_EQ(process_errors(config), "rates: unknown unit 'miles/h'\n");
  config.rate_unit = "";
  config.time_unit = "YYYY";
  EXPECT_EQ(process_errors(config), "time: unknown unit 'YYYY'\n");
  config.time_unit = "";
  config.separator = config::CsvSeparator::kComma;
  EXPECT_NE(process_errors(config).find("fields are parted by commas"), std::string::npos);
}

TEST(TraceFormatTest, AUserBringsADescription) {
  const TemporaryFolder folder;
  folder.write("log.txt", "% my logger\n5,-60\n6,x\n7,-61\n");
  folder.write("mine.yaml",
               "{summary: mine, source: me, comment: '%', missing: [x], time: {column: 1},"
               " signals: [{column: 2, kind: rssi}]}");
  TraceSignal config;
  config.file.value = folder / "log.txt";
  config.format.value = folder / "mine.yaml";
  EXPECT_EQ(process_errors(config), "");
  config.format.value = "coked";
  EXPECT_EQ(process_errors(config), "unknown trace format 'coked' (did you mean 'cooked'?)\n");
  folder.write("bad.yaml",
               "{summary: mine, source: me, time: {column: 1, every: 1 s}, rates: [{column: 2}]}");
  config.format.value = folder / "bad.yaml";
  EXPECT_EQ(process_errors(config),
            "time: either 'column' or 'every' is needed\n"
            "rates: '2' needs either 'unit' or 'unit_column'\n");
}

}  // namespace
}  // namespace autoscale
