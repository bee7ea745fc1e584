// The grid of the signal models: what changes when, and that nobody's looking changes it.
#include "sim/models/signal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/support/shipped_catalog.h"
#include "tests/support/temporary_folder.h"

namespace autoscale {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

LinkTechnology wifi() {
  LinkTechnology link;
  link.signal = SignalKind::kRssi;
  link.regular_dbm = -55;
  link.weak_dbm = -85;
  link.uplink_bps = {{-90, -50}, {1e6, 41e6}};
  return link;
}

SignalProcess make_process(const SignalConfig& config, config::Diagnostics& diagnostics) {
  return SignalProcess(config, wifi(), config::Mark{}, shipped_catalog(), diagnostics);
}

SignalProcess make_process(const SignalConfig& config) {
  config::Diagnostics diagnostics;
  SignalProcess process = make_process(config, diagnostics);
  for (const auto& d : diagnostics.list()) ADD_FAILURE() << d.text();
  return process;
}

SignalProcess make_ar1() {
  return make_process(Ar1Signal{Dbm(-70), Db(8), seconds(6), Dbm(-90), Dbm(-40)});
}
SignalProcess make_gaussian() {
  return make_process(GaussianSignal{Dbm(-70), Db(10), Dbm(-90), Dbm(-40)});
}

/// Values -50, -60, -70 from 0, 1 and 3 s; the median period is 2 s, so it is 5 s long.
constexpr std::string_view kTrace = "time_s,rssi_dbm\n10,-50\n11,-60\n13,-70\n";

SignalProcess make_trace(bool stagger, std::string_view content = kTrace,
                         const char* format = "autoscale", const char* rate_column = "") {
  const TemporaryFolder folder;
  const auto file = folder.write("trace.csv", content);
  TraceSignal config;
  config.file.value = file.string();
  config.format.value = format;
  config.rate_column = rate_column;
  config.stagger = stagger;
  return make_process(config);
}

double value_at(const SignalProcess& process, Duration t, std::uint32_t entity = 0) {
  const RandomField random(1);
  SignalState state;
  process.advance(state, kStart + t, random, entity);
  return state.value_dbm;
}

TEST(SignalTest, FixedPositionsNeverChange) {
  const RandomField random(1);
  const std::pair<SignalConfig, double> cases[] = {
      {RegularSignal{}, -55}, {WeakSignal{}, -85}, {ConstantSignal{Dbm(-62)}, -62}};
  for (const auto& [config, expected] : cases) {
    const SignalProcess process = make_process(config);
    SignalState state;
    EXPECT_TRUE(process.constant());
    EXPECT_TRUE(process.advance(state, kStart, random, 0));
    EXPECT_EQ(state.value_dbm, expected);
    EXPECT_EQ(state.rate_bps, 0);
    EXPECT_FALSE(process.advance(state, kStart + seconds(1000), random, 0));
    EXPECT_EQ(process.next_change(state, 0, random), kNever);
  }
}

TEST(SignalTest, HowOftenSomebodyLooksDoesNotMatter) {
  const RandomField random(3);
  for (const SignalProcess& process :
       {make_ar1(), make_gaussian(), make_trace(false), make_trace(true)}) {
    SignalState often, seldom;
    for (int ms = 0; ms < 400'000; ms += 50) {
      const Time now = kStart + milliseconds(ms);
      process.advance(often, now, random, 5);
      EXPECT_FALSE(process.advance(often, now, random, 5)) << "asked twice";
      if (ms % 7'950 != 0) continue;
      SignalState first_look;
      process.advance(first_look, now, random, 5);
      process.advance(seldom, now, random, 5);
      for (const SignalState& other : {seldom, first_look}) {
        EXPECT_EQ(other.block, often.block) << ms;
        EXPECT_EQ(other.value_dbm, often.value_dbm) << ms;
        EXPECT_EQ(other.deviation_db, often.deviation_db) << ms;
      }
    }
  }
}

TEST(SignalTest, NextChangeIsExact) {
  const RandomField random(4);
  for (const SignalProcess& process :
       {make_ar1(), make_gaussian(), make_trace(false), make_trace(true)}) {
    EXPECT_FALSE(process.constant());
    for (const std::uint32_t entity : {0U, 1U, 77U}) {
      SignalState state;
      Time now = kStart;
      EXPECT_TRUE(process.advance(state, now, random, entity));
      for (int i = 0; i < 100; ++i) {
        const Time change = process.next_change(state, entity, random);
        ASSERT_GT(change, now);
        const std::int64_t block = state.block;
        EXPECT_FALSE(process.advance(state, change - Duration(1), random, entity));
        EXPECT_TRUE(process.advance(state, change, random, entity));
        EXPECT_EQ(state.block, block + 1);
        now = change;
      }
    }
  }
}

TEST(SignalTest, LinksAndSeedsDiffer) {
  for (const SignalProcess& process : {make_ar1(), make_gaussian()}) {
    SignalState a, b, c;
    process.advance(a, kStart, RandomField(1), 0);
    process.advance(b, kStart, RandomField(1), 1);
    process.advance(c, kStart, RandomField(2), 0);
    EXPECT_NE(a.value_dbm, b.value_dbm);
    EXPECT_NE(a.value_dbm, c.value_dbm);
  }
}

TEST(SignalTest, ZeroSpreadIsConstant) {
  const SignalProcess process =
      make_process(Ar1Signal{Dbm(-70), Db(0), seconds(6), Dbm(-90), Dbm(-40)});
  EXPECT_EQ(value_at(process, seconds(33)), -70);
}

TEST(SignalTest, TraceRepeats) {
  const SignalProcess process = make_trace(false);
  const double expected[] = {-50, -60, -60, -70, -70};
  for (int s = 0; s < 50; ++s) EXPECT_EQ(value_at(process, seconds(s)), expected[s % 5]) << s;
  EXPECT_EQ(value_at(process, milliseconds(9'999)), -70);
}

TEST(SignalTest, StaggeredDevicesStartAnywhereInTheTrace) {
  std::string ramp = "time_s,rssi_dbm\n";
  for (int s = 0; s < 100; ++s) ramp += std::to_string(s) + "," + std::to_string(-10 - s) + "\n";
  const SignalProcess process = make_trace(true, ramp);
  std::set<double> starts;
  for (std::uint32_t device = 0; device < 2000; ++device) {
    const double start = value_at(process, Duration::zero(), device);
    starts.insert(start);
    EXPECT_EQ(value_at(process, seconds(100), device), start) << "one round later";
    const double later = value_at(process, seconds(30), device);
    EXPECT_EQ(later, start - 30 < -109 ? start + 70 : start - 30);
  }
  EXPECT_EQ(starts.size(), 100);
}

TEST(SignalTest, RecordedCapacityReplacesTheLaw) {
  const SignalProcess both = make_trace(false, "time_s,throughput_mbps\n0,21\n1,0\n2,100\n",
                                        "autoscale", "throughput_mbps");
  const RandomField random(1);
  SignalState state;
  both.advance(state, kStart, random, 0);
  EXPECT_EQ(state.rate_bps, 21e6);
  EXPECT_EQ(state.value_dbm, -70) << "the signal at which the law gives that rate";
  both.advance(state, kStart + seconds(1), random, 0);
  EXPECT_EQ(state.rate_bps, 1) << "an outage stalls, it does not divide by zero";
  EXPECT_EQ(state.value_dbm, -90);
  both.advance(state, kStart + seconds(2), random, 0);
  EXPECT_EQ(state.value_dbm, -50);
  const SignalProcess mahimahi = make_trace(false, "1\n", "mahimahi");
  SignalState fixed;
  mahimahi.advance(fixed, kStart + seconds(3), random, 0);
  EXPECT_EQ(fixed.rate_bps, 12e6);
}

TEST(SignalTest, TheLinkNamesTheUsualColumn) {
  const TemporaryFolder folder;
  const auto file = folder.write("trace.csv", "time_s,rssi_dbm,rsrp_dbm\n0,-50,-80\n");
  TraceSignal config;
  config.file.value = file.string();
  LinkTechnology lte = wifi();
  lte.signal = SignalKind::kRsrp;
  config::Diagnostics diagnostics;
  const SignalProcess process(config, lte, config::Mark{}, shipped_catalog(), diagnostics);
  EXPECT_TRUE(diagnostics.empty());
  EXPECT_EQ(value_at(process, Duration::zero()), -80);
  EXPECT_EQ(value_at(make_process(config), Duration::zero()), -50);
}

TEST(SignalTest, ReportsABadTraceEveryTime) {
  std::string rows = "time_s,rssi_dbm\n";
  for (int s = 0; s < 200; ++s) rows += "x,\n";
  const TemporaryFolder folder;
  const auto file = folder.write("trace.csv", rows);
  config::Diagnostics diagnostics;
  for (int i = 0; i < 2; ++i) {
    TraceSignal config;
    config.file.value = file.string();
    const SignalProcess process = make_process(config, diagnostics);
    EXPECT_TRUE(process.constant()) << "safe to use, whatever it says";
  }
  const auto cannot = [](const config::Diagnostic& d) {
    return d.message.find("cannot be used") != std::string::npos;
  };
  EXPECT_EQ(std::count_if(diagnostics.list().begin(), diagnostics.list().end(), cannot), 2);
}

TEST(SignalTest, ReportsLimitsTheWrongWayRound) {
  config::Diagnostics diagnostics;
  make_process(GaussianSignal{Dbm(-70), Db(10), Dbm(-40), Dbm(-90)}, diagnostics);
  make_process(Ar1Signal{Dbm(-70), Db(8), seconds(6), Dbm(-40), Dbm(-90)}, diagnostics);
  ASSERT_EQ(diagnostics.list().size(), 2);
  EXPECT_EQ(diagnostics.list()[0].message, "signal: 'min' is above 'max'");
}

}  // namespace
}  // namespace autoscale
