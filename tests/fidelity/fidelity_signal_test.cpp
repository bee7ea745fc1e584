// The random signal models against their stationary distributions and correlations.
#include <gtest/gtest.h>

#include "sim/models/signal.h"
#include "tests/fidelity/statistics.h"
#include "tests/support/shipped_catalog.h"

namespace autoscale {
namespace {

using std::chrono::milliseconds;

constexpr double kMean = -80, kSd = 10;
constexpr Duration kPeriod = milliseconds(500);
constexpr Dbm kNoMin{-1000}, kNoMax{1000};

SignalProcess make_process(const SignalConfig& config) {
  config::Diagnostics diagnostics;
  SignalProcess process(config, LinkTechnology{}, config::Mark{}, shipped_catalog(), diagnostics);
  EXPECT_TRUE(diagnostics.empty());
  return process;
}

SignalProcess ar1(Duration time_constant) {
  return make_process(Ar1Signal{Dbm(kMean), Db(kSd), time_constant, kNoMin, kNoMax, kPeriod});
}

SignalProcess gaussian(Dbm min, Dbm max) {
  return make_process(GaussianSignal{Dbm(kMean), Db(kSd), min, max, kPeriod});
}

/// The values of `blocks` successive blocks.
std::vector<double> series(const SignalProcess& process, std::size_t blocks) {
  const RandomField random(1);
  SignalState state;
  std::vector<double> values;
  for (std::size_t k = 0; k < blocks; ++k) {
    process.advance(state, kStart + k * kPeriod, random, 0);
    values.push_back(state.value_dbm);
  }
  return values;
}

/// Block `block` of as many links as wanted, each asked only there.
std::vector<double> ensemble(const SignalProcess& process, std::int64_t block,
                             std::uint32_t links) {
  const RandomField random(2);
  std::vector<double> values;
  for (std::uint32_t link = 0; link < links; ++link) {
    SignalState state;
    process.advance(state, kStart + block * kPeriod, random, link);
    values.push_back(state.value_dbm);
  }
  return values;
}

/// Mean of (x[k] - kMean)(x[k + lag] - kMean) / kSd^2, which is the correlation if the process has
/// that mean and standard deviation.
double correlation(const std::vector<double>& x, std::size_t lag) {
  double sum = 0;
  for (std::size_t k = 0; k + lag < x.size(); ++k) sum += (x[k] - kMean) * (x[k + lag] - kMean);
  return sum / static_cast<double>(x.size() - lag) / (kSd * kSd);
}

double normal_dbm(double dbm) { return normal_cumulative((dbm - kMean) / kSd); }

/// Bounds below are four standard errors: sd sqrt((1 + phi) / (1 - phi) / n) of the mean and, by
/// Bartlett's formula, at most sqrt((1 + phi^2) / (1 - phi^2) / n) of a correlation.
constexpr double kErrors = 4;
constexpr std::size_t kBlocks = 2'000'000;

TEST(FidelitySignalTest, Ar1HasItsMeanVarianceAndCorrelation) {
  for (const Duration time_constant : {milliseconds(400), milliseconds(5000)}) {
    SCOPED_TRACE(to_seconds(time_constant));
    const double phi = std::exp(-to_seconds(kPeriod) / to_seconds(time_constant));
    const std::vector<double> x = series(ar1(time_constant), kBlocks);
    double mean = 0;
    for (const double value : x) mean += value / static_cast<double>(kBlocks);
    EXPECT_NEAR(mean, kMean, kErrors * kSd * std::sqrt((1 + phi) / (1 - phi) / kBlocks));
    const double bound = kErrors * std::sqrt((1 + phi * phi) / (1 - phi * phi) / kBlocks);
    EXPECT_NEAR(correlation(x, 0), 1, std::sqrt(2.0) * bound);  // the variance
    for (const std::size_t lag : {1, 2, 5, 10, 20, 40}) {
      const double expected = std::pow(phi, static_cast<double>(lag));
      EXPECT_NEAR(correlation(x, lag), expected, std::sqrt(2.0) * bound) << "lag " << lag;
    }
  }
}

TEST(FidelitySignalTest, Ar1IsStationaryFromTheStart) {
  const SignalProcess process = ar1(milliseconds(5000));
  for (const std::int64_t block : {0, 1, 7, 40}) {
    SCOPED_TRACE(block);
    expect_distribution(ensemble(process, block, 100'000), normal_dbm);
  }
}

TEST(FidelitySignalTest, Ar1LinksAreIndependent) {
  const std::vector<double> values = ensemble(ar1(milliseconds(5000)), 5, 400'000);
  EXPECT_NEAR(correlation(values, 1), 0, kErrors / std::sqrt(400'000.0));
}

TEST(FidelitySignalTest, GaussianDrawsAreIndependentAndNormal) {
  const std::vector<double> x = series(gaussian(kNoMin, kNoMax), 400'000);
  expect_distribution(x, normal_dbm);
  for (const std::size_t lag : {1, 2, 10}) {
    EXPECT_NEAR(correlation(x, lag), 0, kErrors / std::sqrt(400'000.0)) << "lag " << lag;
  }
}

TEST(FidelitySignalTest, ClippingMovesTheTailsToTheLimits) {
  const std::vector<double> x = series(gaussian(Dbm(-90), Dbm(-60)), 400'000);
  const auto share = [&x](double value) {
    return static_cast<double>(std::count(x.begin(), x.end(), value)) /
           static_cast<double>(x.size());
  };
  EXPECT_NEAR(share(-90), normal_dbm(-90), 0.0025);      // 16 %, four standard errors
  EXPECT_NEAR(share(-60), 1 - normal_dbm(-60), 0.0010);  // 2.3 %
  EXPECT_EQ(*std::min_element(x.begin(), x.end()), -90);
  EXPECT_EQ(*std::max_element(x.begin(), x.end()), -60);
}

TEST(FidelitySignalTest, ClippingDoesNotFeedBackIntoAr1) {
  const Duration tau = milliseconds(5000);
  const std::vector<double> free = series(ar1(tau), 10'000);
  const std::vector<double> clipped = series(
      make_process(Ar1Signal{Dbm(kMean), Db(kSd), tau, Dbm(-85), Dbm(-75), kPeriod}), 10'000);
  for (std::size_t k = 0; k < free.size(); ++k) {
    ASSERT_EQ(clipped[k], std::clamp(free[k], -85.0, -75.0)) << k;
  }
}

}  // namespace
}  // namespace autoscale
