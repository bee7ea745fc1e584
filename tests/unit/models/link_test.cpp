// The laws of a radio link: rates, powers, round trips.
#include "sim/models/link.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "sim/core/random_field.h"

namespace autoscale {
namespace {

using std::chrono::milliseconds;

const std::vector<double> kSignal{-90, -80, -70, -60, -50};
const std::vector<double> kRate{1.7e6, 1.7e6, 9.3e6, 9.3e6, 40.1e6};

TEST(LinkTest, LinearBetweenPointsAndFlatOutside) {
  const PiecewiseLinear law(kSignal, kRate);
  for (std::size_t i = 0; i < kSignal.size(); ++i) EXPECT_EQ(law(kSignal[i]), kRate[i]);
  EXPECT_DOUBLE_EQ(law(-75), 5.5e6);
  EXPECT_DOUBLE_EQ(law(-57.5), 9.3e6 + 0.25 * 30.8e6);
  EXPECT_EQ(law(-200), 1.7e6);
  EXPECT_EQ(law(0), 40.1e6);
  const PiecewiseLinear flat({-80}, {3});
  EXPECT_EQ(flat(-90), 3);
  EXPECT_EQ(flat(-80), 3);
  EXPECT_EQ(flat(-70), 3);
}

TEST(LinkTest, MoreSignalNeverHurts) {
  const PiecewiseLinear law(kSignal, kRate);
  double before = 0;
  for (int i = -100'000; i <= -40'000; ++i) {
    const double rate = law(i / 1000.0);
    ASSERT_GE(rate, before) << i;
    before = rate;
  }
  for (std::size_t i = 0; i < kSignal.size(); ++i) {
    EXPECT_LE(law(std::nextafter(kSignal[i], -1000.0)), kRate[i]) << "just below " << kSignal[i];
    EXPECT_GE(law(std::nextafter(kSignal[i], 0.0)), kRate[i]) << "just above " << kSignal[i];
  }
}

TEST(LinkTest, InverseIsTheSmallestSignalForARate) {
  const PiecewiseLinear law(kSignal, kRate);
  for (double rate = 1.8e6; rate < 40e6; rate += 0.1e6) {
    const double signal = law.inverse(rate);
    EXPECT_NEAR(law(signal), rate, 1e-6 * rate);
    EXPECT_LT(law(signal - 1e-6), rate);
  }
  EXPECT_EQ(law.inverse(9.3e6), -70) << "the near end of a plateau";
  EXPECT_EQ(law.inverse(1.7e6), -90);
  EXPECT_EQ(law.inverse(0), -90);
  EXPECT_EQ(law.inverse(1e9), -50) << "a rate that the law never reaches";
}

template <class T>
SourcedList<T> list_of(const std::vector<double>& values) {
  SourcedList<T> list;
  for (const double value : values) list.values.push_back(T(value));
  return list;
}

LinkConfig make_config() {
  LinkConfig c;
  c.name = "wifi";
  c.regular_signal.value = Dbm(-55);
  c.weak_signal.value = Dbm(-85);
  c.weak_threshold.value = Dbm(-80);
  c.uplink = {list_of<Dbm>(kSignal), list_of<BitsPerSecond>(kRate)};
  c.downlink = {list_of<Dbm>({-90, -50}), list_of<BitsPerSecond>({10e6, 50e6})};
  c.tx_power_factor = {list_of<Dbm>({-80, -60}), list_of<double>({1.2, 1.0})};
  c.rtt.median.value = milliseconds(5);
  c.rtt.p90.value = milliseconds(20);
  c.promotion = {{milliseconds(260), {}}, {Watts(1.2), {}}};
  c.tail = {{{{milliseconds(10'100), {}}, {Watts(0.39), {}}, {}}}};
  return c;
}

LinkTechnology make_link(const LinkConfig& config) {
  config::Diagnostics diagnostics;
  LinkTechnology link = make_link_technology("wifi_80mhz", config, config::Mark{}, diagnostics);
  for (const auto& d : diagnostics.list()) ADD_FAILURE() << d.text();
  return link;
}

/// The messages about `config`.
std::vector<std::string> mistakes(const LinkConfig& config) {
  config::Diagnostics diagnostics;
  make_link_technology("x", config, config::Mark{}, diagnostics);
  std::vector<std::string> messages;
  for (const auto& d : diagnostics.list()) messages.push_back(d.message);
  return messages;
}

TEST(LinkTest, TakesOverItsConfiguration) {
  const LinkTechnology link = make_link(make_config());
  EXPECT_EQ(link.id, "wifi_80mhz");
  EXPECT_EQ(link.radio, "wifi");
  EXPECT_EQ(link.regular_dbm, -55);
  EXPECT_EQ(link.weak_dbm, -85);
  EXPECT_TRUE(link.weak(-80)) << "weak at or below the threshold";
  EXPECT_FALSE(link.weak(-79.9));
  EXPECT_EQ(link.promotion.time_s, 0.26);
  EXPECT_EQ(link.promotion.power_w, 1.2);
  EXPECT_EQ(link.tail.time_s(), 10.1);
  EXPECT_EQ(link.tail.energy_j(10.1), 0.39 * 10.1);
}

TEST(LinkTest, WithoutPromotionAndTailTheyCostNothing) {
  LinkConfig config = make_config();
  config.promotion.reset();
  config.tail.reset();
  const LinkTechnology link = make_link(config);
  EXPECT_EQ(link.promotion_after(0).time_s, 0);
  EXPECT_EQ(link.tail.time_s(), 0);
  EXPECT_EQ(link.tail.energy_j(0), 0);
}

TEST(LinkTest, TheStateFoundSaysWhichPromotionIsNeeded) {
  LinkConfig config = make_config();
  const RadioStateConfig resume = {{milliseconds(340), {}}, {Watts(0.6), {}}};
  config.tail = {{{{milliseconds(10'000), {}}, {Watts(0.5), {}}, {}},
                  {{milliseconds(5'000), {}}, {Watts(0.03), {}}, resume}}};
  const LinkTechnology link = make_link(config);
  EXPECT_DOUBLE_EQ(link.tail.energy_j(link.tail.time_s()), 5.15);
  EXPECT_EQ(link.promotion_after(9).time_s, 0);
  EXPECT_EQ(link.promotion_after(12).time_s, 0.34);
  EXPECT_EQ(link.promotion_after(12).power_w, 0.6);
  EXPECT_EQ(link.promotion_after(15).time_s, 0.26) << "from idle";
  EXPECT_EQ(link.promotion_after(15).power_w, 1.2);
}

TEST(LinkTest, ReceivingMayHaveAFactorToo) {
  const RadioPower radio{"wifi", 0.4, 1e-8, 0.2, 2e-9, 0.1};
  LinkConfig config = make_config();
  const LinkConditions plain = link_conditions(make_link(config), radio, -75, 0);
  config.rx_power_factor = {list_of<Dbm>({-80, -60}), list_of<double>({1.6, 1.2})};
  const LinkTechnology link = make_link(config);
  EXPECT_DOUBLE_EQ(link_conditions(link, radio, -75, 0).rx_w, (0.2 + 2e-9 * 25e6) * 1.5);
  EXPECT_DOUBLE_EQ(link_conditions(link, radio, -95, 0).rx_w, (0.2 + 2e-9 * 10e6) * 1.6);
  EXPECT_EQ(link_conditions(link, radio, -75, 0).tx_w, plain.tx_w);
}

TEST(LinkTest, ConditionsFollowTheSignal) {
  const LinkTechnology link = make_link(make_config());
  const RadioPower radio{"wifi", 0.4, 1e-8, 0.2, 2e-9, 0.1};
  const LinkConditions now = link_conditions(link, radio, -75, 0);
  EXPECT_EQ(now.signal_dbm, -75);
  EXPECT_DOUBLE_EQ(now.up_bps, 5.5e6);
  EXPECT_DOUBLE_EQ(now.down_bps, 25e6);
  EXPECT_DOUBLE_EQ(now.tx_w, (0.4 + 1e-8 * 5.5e6) * 1.15);
  EXPECT_DOUBLE_EQ(now.rx_w, 0.2 + 2e-9 * 25e6);
}

TEST(LinkTest, RecordedCapacityReplacesBothRates) {
  const LinkTechnology link = make_link(make_config());
  const RadioPower radio{"wifi", 0.4, 1e-8, 0.2, 2e-9, 0.1};
  const LinkConditions now = link_conditions(link, radio, -60, 12e6);
  EXPECT_EQ(now.up_bps, 12e6);
  EXPECT_EQ(now.down_bps, 12e6);
  EXPECT_DOUBLE_EQ(now.tx_w, 0.4 + 1e-8 * 12e6);
  EXPECT_DOUBLE_EQ(now.rx_w, 0.2 + 2e-9 * 12e6);
}

TEST(LinkTest, RoundTripsHaveTheirMedianP90AndMean) {
  const LinkTechnology link = make_link(make_config());
  EXPECT_EQ(link.rtt_median_s, 0.005);
  EXPECT_NEAR(link.rtt_median_s * std::exp(kNormalP90 * link.rtt_sigma), 0.020, 1e-15);
  EXPECT_NEAR(0.5 * std::erfc(-kNormalP90 / std::sqrt(2.0)), 0.9, 1e-15);
  constexpr int kDraws = 400'000;
  const RandomField random(1);
  int below_median = 0, below_p90 = 0;
  double sum = 0;
  for (int k = 0; k < kDraws; ++k) {
    const double rtt = random.at(Stream::kNetworkLatency, 0, static_cast<std::uint64_t>(k))
                           .log_normal_median(link.rtt_median_s, link.rtt_sigma);
    below_median += rtt < 0.005;
    below_p90 += rtt < 0.020;
    sum += rtt;
  }
  // Four standard errors. The log-normal's is mean sqrt(exp(sigma^2) - 1) / sqrt(n).
  EXPECT_NEAR(below_median / double{kDraws}, 0.5, 4 * std::sqrt(0.25 / kDraws));
  EXPECT_NEAR(below_p90 / double{kDraws}, 0.9, 4 * std::sqrt(0.09 / kDraws));
  const double relative = std::sqrt((std::exp(link.rtt_sigma * link.rtt_sigma) - 1) / kDraws);
  EXPECT_NEAR(sum / kDraws, link.rtt_mean_s(), 4 * relative * link.rtt_mean_s());
}

TEST(LinkTest, RoundTripsMayBeConstantOrZero) {
  LinkConfig config = make_config();
  config.rtt.p90.value = config.rtt.median.value;
  EXPECT_EQ(make_link(config).rtt_sigma, 0);
  EXPECT_EQ(make_link(config).rtt_mean_s(), 0.005);
  config.rtt.median.value = config.rtt.p90.value = Duration::zero();
  EXPECT_EQ(make_link(config).rtt_mean_s(), 0);
}

TEST(LinkTest, ReportsTablesThatAreNoLaw) {
  using Messages = std::vector<std::string>;
  LinkConfig config = make_config();
  config.uplink.rate.values.pop_back();
  config.downlink = {};
  EXPECT_EQ(mistakes(config), (Messages{"uplink: 5 signal strengths but 4 rates",
                                        "downlink: 0 signal strengths but 0 rates"}));
  config = make_config();
  std::swap(config.downlink.rate.values[0], config.downlink.rate.values[1]);
  EXPECT_EQ(mistakes(config), Messages{"downlink: the rate falls as the signal grows"});
  config = make_config();
  config.tx_power_factor.factor.values.pop_back();
  EXPECT_EQ(mistakes(config), Messages{"tx_power_factor: 2 signal strengths but 1 factors"});
  config.tx_power_factor = {};
  EXPECT_EQ(mistakes(config), Messages{"tx_power_factor: 0 signal strengths but 0 factors"});
  config = make_config();
  config.rx_power_factor = {list_of<Dbm>({-80}), list_of<double>({1, 2})};
  EXPECT_EQ(mistakes(config), Messages{"rx_power_factor: 1 signal strengths but 2 factors"});
  config = make_config();
  config.tail->items.resize(5, config.tail->items.front());
  EXPECT_EQ(mistakes(config), Messages{"tail: 5 states, at most 4 are possible"});
  config = make_config();
  config.rtt.p90.value = milliseconds(4);
  EXPECT_EQ(mistakes(config), Messages{"rtt: the 90th percentile is below the median"});
}

}  // namespace
}  // namespace autoscale
