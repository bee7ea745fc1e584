// Reads recorded public traces, where they are at hand; most may not be shipped with the simulator.
//
// AUTOSCALE_RECORDED_TRACES names a folder of CSV files in our own format.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <numeric>

#include "sim/config/reader.h"
#include "sim/models/trace.h"

namespace autoscale {
namespace {

TraceFormat own_format() {
  return config::load<TraceFormat>(std::filesystem::path(AUTOSCALE_SOURCE_DIR) /
                                   kTraceFormatFolder / "autoscale.yaml");
}

class RecordedTracesTest : public testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("AUTOSCALE_RECORDED_TRACES");
    if (folder == nullptr) GTEST_SKIP() << "did not run: AUTOSCALE_RECORDED_TRACES is not set";
    folder_ = folder;
  }

  Trace load(const std::filesystem::path& file, const TraceColumns& columns) const {
    config::Diagnostics diagnostics;
    Trace trace = load_trace(file, own_format(), columns, diagnostics);
    for (const auto& d : diagnostics.list()) ADD_FAILURE() << d.text();
    return trace;
  }

  std::filesystem::path folder_;
};

/// True if `file` has text in the column called `name`. Fails for any other reason not to read it.
bool recorded(const std::filesystem::path& file, const std::string& name) {
  config::Diagnostics diagnostics;
  const TraceColumns columns =
      name.ends_with("_dbm") ? TraceColumns{name, ""} : TraceColumns{"", name};
  const Trace trace = load_trace(file, own_format(), columns, diagnostics);
  for (const auto& d : diagnostics.list()) {
    const bool gaps = d.message.ends_with("more than half is too little to go by");
    if (!gaps && d.message != "no row has a value in every wanted column") {
      ADD_FAILURE() << d.text();
    }
  }
  return !trace.start_s.empty();
}

TEST_F(RecordedTracesTest, AllAreReadable) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    if (entry.path().extension() != ".csv") continue;
    SCOPED_TRACE(entry.path().filename().string());
    ++files;
    int columns = 0;
    for (const char* name : {"rsrp_dbm", "rssi_dbm", "throughput_mbps"}) {
      columns += recorded(entry.path(), name);
    }
    EXPECT_GT(columns, 0) << "no column could be read";
  }
  EXPECT_GT(files, 0) << folder_;
}

TEST_F(RecordedTracesTest, StatisticsAreThePublishedOnes) {
  const Trace trace = load(folder_ / "lte_ucc_drive_a.csv", {"rsrp_dbm", ""});
  const std::vector<double>& x = trace.signal_dbm;
  ASSERT_EQ(x.size(), 1756);
  EXPECT_NEAR(trace.start_s.back(), 2089, 1);
  const auto n = static_cast<double>(x.size());
  const double mean = std::accumulate(x.begin(), x.end(), 0.0) / n;
  double squares = 0;
  for (const double value : x) squares += (value - mean) * (value - mean);
  EXPECT_NEAR(mean, -84.26, 0.005);
  EXPECT_NEAR(std::sqrt(squares / n), 13.10, 0.005);
  // Correlation of rows at most 1.6 periods apart.
  double products = 0, first = 0, second = 0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    if (trace.start_s[i + 1] - trace.start_s[i] > 1.6) continue;
    products += (x[i] - mean) * (x[i + 1] - mean);
    first += (x[i] - mean) * (x[i] - mean);
    second += (x[i + 1] - mean) * (x[i + 1] - mean);
  }
  EXPECT_NEAR(products / std::sqrt(first * second), 0.976, 0.001);
}

}  // namespace
}  // namespace autoscale
