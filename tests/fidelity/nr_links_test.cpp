// The NR links against the table they are derived from: Narayanan et al., SIGCOMM 2021,
// SIGCOMM21-5G/artifact@35aaf285, medians of rate, power above the idle phone and energy per bit
// over one-second samples in 10 dB bins of RSRP. The phone's powers are regressions of that study.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sim/config/reader.h"
#include "sim/models/link.h"
#include "tests/support/shipped_catalog.h"

namespace autoscale {
namespace {

/// A bin of the table.
struct Bin {
  double dbm, mbps, watts, nj_per_bit;
};

/// Base and slope of both directions, as a profile of that phone would have them.
const RadioPower kLow{"nr_low", 0.860, 32.17e-9, 0.720, 11.54e-9, 0};
const RadioPower kMmwave{"nr_mmwave", 3.325, 8.88e-9, 2.898, 1.73e-9, 0};

// The factors have three decimals.
constexpr double kRounding = 0.0005;
// A median of ratios is not the ratio of medians: that of the mmWave bins is within 14 %, that of
// the uplink's within 18 %.
constexpr double kMedianOfRatios = 0.18;

LinkTechnology shipped(const std::string& name) {
  config::Diagnostics diagnostics;
  return shipped_catalog().link(name, {}, diagnostics);
}

TEST(NrLinksTest, MmwaveReceivesAsMeasured) {
  const LinkTechnology link = shipped("nr_mmwave");
  for (const Bin& bin : std::vector<Bin>{{-115, 65.9, 3.738, 59.2},
                                         {-105, 112.1, 4.675, 36.9},
                                         {-95, 200.3, 5.186, 27.1},
                                         {-85, 546.0, 6.063, 11.6},
                                         {-75, 599.2, 6.115, 10.0}}) {
    SCOPED_TRACE(bin.dbm);
    const LinkConditions now = link_conditions(link, kMmwave, bin.dbm, 0);
    EXPECT_DOUBLE_EQ(now.down_bps, bin.mbps * 1e6);
    EXPECT_NEAR(now.rx_w, bin.watts, kRounding * bin.watts);
    EXPECT_NEAR(1e9 * now.rx_w / now.down_bps, bin.nj_per_bit, kMedianOfRatios * bin.nj_per_bit);
  }
}

TEST(NrLinksTest, MmwaveSendsAsMeasured) {
  const LinkTechnology link = shipped("nr_mmwave");
  for (const Bin& bin : std::vector<Bin>{{-115, 60.1, 4.558, 79.0},
                                         {-105, 61.6, 4.180, 68.4},
                                         {-95, 70.4, 4.458, 60.9},
                                         {-85, 83.3, 4.874, 49.8}}) {
    SCOPED_TRACE(bin.dbm);
    const LinkConditions now = link_conditions(link, kMmwave, bin.dbm, 0);
    EXPECT_DOUBLE_EQ(now.up_bps, bin.mbps * 1e6);
    EXPECT_NEAR(now.tx_w, bin.watts, kRounding * bin.watts);
    EXPECT_NEAR(1e9 * now.tx_w / now.up_bps, bin.nj_per_bit, kMedianOfRatios * bin.nj_per_bit);
  }
}

TEST(NrLinksTest, TheLowBandHasTwoBins) {
  const LinkTechnology link = shipped("nr_low");
  // Pooled, since the measured rate falls from -75 to -65 dBm.
  const double down = (1981 * 109.7 + 169 * 87.1) / (1981 + 169);
  const double up = (1820 * 71.6 + 586 * 70.1) / (1820 + 586);
  for (const auto& [dbm, rx_w, tx_w] : {std::tuple{-75.0, 2.749, 2.748}, {-65.0, 2.539, 2.353}}) {
    SCOPED_TRACE(dbm);
    const LinkConditions now = link_conditions(link, kLow, dbm, 0);
    EXPECT_NEAR(now.down_bps, down * 1e6, 0.05e6);
    EXPECT_NEAR(now.up_bps, up * 1e6, 0.05e6);
    EXPECT_NEAR(now.rx_w, rx_w, 2 * kRounding * rx_w);
    EXPECT_NEAR(now.tx_w, tx_w, 2 * kRounding * tx_w);
  }
}

TEST(NrLinksTest, ATailIsWhatItsStatesAddUpTo) {
  const LinkTechnology low = shipped("nr_low");
  EXPECT_DOUBLE_EQ(low.tail.time_s(), 15.0);
  EXPECT_NEAR(low.tail.energy_j(15.0), 0.1 * 0.720 + 10.1 * 0.593 + 4.8 * 0.03, 1e-12);
  EXPECT_EQ(low.promotion_after(5).time_s, 0);
  EXPECT_EQ(low.promotion_after(12).time_s, 0.341);
  EXPECT_EQ(low.promotion_after(16).time_s, 0.395);
  const LinkTechnology mmwave = shipped("nr_mmwave");
  EXPECT_DOUBLE_EQ(mmwave.tail.time_s(), 11.4);
  EXPECT_NEAR(mmwave.tail.energy_j(11.4), 0.1 * 2.898 + 10.1 * 1.092 + 1.2 * 0.178, 1e-12);
  EXPECT_EQ(mmwave.promotion_after(11).time_s, 0) << "LTE is still there";
  EXPECT_EQ(mmwave.promotion_after(12).time_s, 0.2);
}

}  // namespace
}  // namespace autoscale
