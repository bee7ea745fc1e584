// Means, intervals and the seeds that are still missing, against values from elsewhere.
#include "sim/results/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace autoscale {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

TEST(Statistics, QuantilesAreThoseOfTheTables) {
  EXPECT_NEAR(t_quantile(1), 12.706, 5e-4);
  EXPECT_NEAR(t_quantile(4), 2.776, 5e-4);
  EXPECT_NEAR(t_quantile(30), 2.042, 5e-4);
  EXPECT_NEAR(t_quantile(1'000'000), 1.960, 5e-4);
}

TEST(Statistics, IntervalOfASmallSampleByHand) {
  // 2, 4, 4, 4, 6: mean 4, squares 4+0+0+0+4 = 8, sd sqrt(2), half 2.776445 sqrt(2/5).
  const Estimate e = estimate(std::vector<double>{2, 4, 4, kMissing, 4, 6});
  EXPECT_EQ(e.n, 5u);
  EXPECT_EQ(e.mean, 4);
  EXPECT_DOUBLE_EQ(e.sd, std::sqrt(2.0));
  EXPECT_NEAR(e.half, 2.7764451 * std::sqrt(0.4), 1e-6);
  EXPECT_NEAR(e.low(), 2.2440, 5e-5);
}

TEST(Statistics, OneValueHasNoInterval) {
  EXPECT_FALSE(estimate(std::vector<double>{3}).has_interval());
  EXPECT_EQ(estimate(std::vector<double>{kMissing}).n, 0u);
}

TEST(Statistics, PairsNeedBothValues) {
  const std::vector<double> a = {10, 20, kMissing, 40}, b = {5, kMissing, 1, 0};
  const Estimate difference = paired_difference(a, b), ratio = paired_ratio(a, b);
  EXPECT_EQ(difference.n, 2u);
  EXPECT_EQ(difference.mean, (5 + 40) / 2.0);
  EXPECT_EQ(ratio.n, 1u);  // no ratio to zero
  EXPECT_EQ(ratio.mean, 2);
}

TEST(Statistics, MoreSeedsAreTheFewestThatExcludeZero) {
  Estimate d;
  for (const double mean : {0.05, 0.2, 0.5, 1.0}) {
    d = {5, mean, 1, t_quantile(4) / std::sqrt(5.0)};
    const auto more = more_to_settle(d);
    ASSERT_TRUE(more);
    const std::size_t n = d.n + *more;
    const auto half = [](std::size_t k) {
      return t_quantile(k - 1) / std::sqrt(static_cast<double>(k));
    };
    EXPECT_LT(half(n), mean);
    EXPECT_TRUE(*more == 0 || half(n - 1) >= mean);
  }
}

TEST(Statistics, MoreSeedsCannotSettleWhatIsEqual) {
  EXPECT_EQ(more_to_settle({5, 0, 1, 1}), std::nullopt);
  EXPECT_EQ(more_to_settle({1, 3, 0, 0}), std::nullopt);
  EXPECT_EQ(more_to_settle({5, 3, 0.1, 0.1}), 0u);
}

TEST(Statistics, KaplanMeierByHand) {
  // Without censoring it is the median: the third of five.
  EXPECT_EQ(kaplan_meier_median({9, 1, 5, 7, 3}, {}), 5);
  // Six watched; events at 10, 20, 40, censored at 15, 30, 50. S: 5/6 at 10, x 3/4 = 0.625 at 20,
  // x 1/2 = 0.3125 at 40.
  EXPECT_EQ(kaplan_meier_median({10, 20, 40}, {15, 30, 50}), 40);
  // Who is censored at the time of an event was at risk: 1 - 1/2 at 10.
  EXPECT_EQ(kaplan_meier_median({10}, {10}), 10);
}

TEST(Statistics, SurvivorsAloneGiveNoMedian) {
  // One in a hundred converged after 90 visits: their own median says nothing of the others.
  EXPECT_EQ(kaplan_meier_median({90}, std::vector<std::uint32_t>(99, 100)), std::nullopt);
  EXPECT_EQ(kaplan_meier_median({}, {5, 6}), std::nullopt);
  EXPECT_EQ(kaplan_meier_median({}, {}), std::nullopt);
}

}  // namespace
}  // namespace autoscale
