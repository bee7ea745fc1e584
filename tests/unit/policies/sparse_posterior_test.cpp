// The sparse Bayesian regression against a dense Gaussian solve of all samples at once, and by
// hand; how replies scatter against the law they begin with.
#include "policies/learning/sparse_posterior.h"

#include <gtest/gtest.h>

#include <Eigen/Cholesky>
#include <numeric>

#include "policies/learning/scatter.h"
#include "sim/core/random_field.h"

namespace autoscale {
namespace {

using learning::Scatter;
using learning::SparsePosterior;
using learning::Terms;

constexpr int kFeatures = 12;
constexpr double kNoise = 0.04;

std::vector<double> deviations() {
  std::vector<double> found(kFeatures);
  for (int i = 0; i < kFeatures; ++i) found[static_cast<std::size_t>(i)] = 0.1 * (1 + i % 4);
  return found;
}

TEST(SparsePosteriorTest, EqualsADenseGaussianSolve) {
  constexpr int kSamples = 300;
  SparsePosterior posterior(deviations(), 0);
  Eigen::MatrixXd inputs = Eigen::MatrixXd::Zero(kSamples, kFeatures);
  Eigen::VectorXd values(kSamples);
  const RandomField random(5);
  for (int i = 0; i < kSamples; ++i) {
    Draw draw = random.at(Stream::kWorkload, 0, static_cast<std::uint64_t>(i));
    Terms x;
    for (int k = 0; k < 4; ++k) {
      const auto feature = static_cast<std::size_t>(3 * k) + draw.below(3);
      const double value = 0.5 + draw.uniform();
      x.add(feature, value);
      inputs(i, static_cast<int>(feature)) = value;
    }
    values[i] = 0.3 * inputs(i, 2) - 0.2 * inputs(i, 7) + 0.2 * draw.normal();
    posterior.add(x, values[i], kNoise, false);
  }
  Eigen::MatrixXd precision = inputs.transpose() * inputs / kNoise;
  for (int k = 0; k < kFeatures; ++k) {
    precision(k, k) += 1 / std::pow(deviations()[static_cast<std::size_t>(k)], 2);
  }
  const Eigen::MatrixXd covariance =
      precision.ldlt().solve(Eigen::MatrixXd::Identity(kFeatures, kFeatures));
  const Eigen::VectorXd mean = covariance * inputs.transpose() * values / kNoise;
  for (int a = 0; a < kFeatures; ++a) {
    for (int b = 0; b < a; ++b) {
      Terms x;
      x.add(static_cast<std::size_t>(a), 1.5);
      x.add(static_cast<std::size_t>(b), -0.5);
      const learning::Prediction p = posterior.predict(x);
      const double variance =
          2.25 * covariance(a, a) + 0.25 * covariance(b, b) - 1.5 * covariance(a, b);
      EXPECT_NEAR(p.mean, 1.5 * mean[a] - 0.5 * mean[b], 2e-5);
      EXPECT_NEAR(p.variance, variance, 1e-4 * variance);
    }
  }
}

// One weight with prior variance 1, one sample y at x = 1 with noise 1: mean y / 2, variance 1 / 2.
TEST(SparsePosteriorTest, OneSampleByHand) {
  const std::vector<double> one = {1};
  SparsePosterior posterior(one, 0);
  Terms x;
  x.add(0);
  const learning::Surprise surprise = posterior.add(x, 3, 1, false);
  EXPECT_DOUBLE_EQ(surprise.residual, 3);
  EXPECT_DOUBLE_EQ(surprise.cut, 0);
  EXPECT_DOUBLE_EQ(surprise.noise, 3 / std::sqrt(2.0));
  EXPECT_DOUBLE_EQ(posterior.predict(x).mean, 1.5);
  EXPECT_DOUBLE_EQ(posterior.predict(x).variance, 0.5);
}

// The same with y = 10: 10 / (2.5 sqrt 2) = 2.83 times the threshold, so noise 2.83 instead of 1.
TEST(SparsePosteriorTest, AnOutlierCountsLessIfRobust) {
  const std::vector<double> one = {1};
  SparsePosterior posterior(one, 0);
  Terms x;
  x.add(0);
  const double excess = 10 / (2.5 * std::sqrt(2.0));
  EXPECT_NEAR(posterior.add(x, 10, 1, true).cut, 10 * (1 - 1 / excess), 1e-12);
  EXPECT_NEAR(posterior.predict(x).mean, 10 / (1 + excess), 1e-6);
}

TEST(SparsePosteriorTest, ForgettingGivesVarianceBackUpToThePrior) {
  const std::vector<double> two = {1, 1};
  SparsePosterior keeps(two, 0), forgets(two, 0.1);
  Terms seen, unseen;
  seen.add(0);
  unseen.add(1);
  for (int i = 0; i < 1000; ++i) {
    keeps.add(seen, 1, 1, false);
    forgets.add(seen, 1, 1, false);
  }
  EXPECT_NEAR(keeps.predict(seen).variance, 1.0 / 1001, 1e-6);
  // Stationary: v = p / (1 + p) with p = v + 0.1.
  const double p = 0.05 + std::sqrt(0.05 * 0.05 + 0.1);
  EXPECT_NEAR(forgets.predict(seen).variance, p / (1 + p), 1e-5);
  EXPECT_DOUBLE_EQ(forgets.predict(unseen).variance, 1);
}

TEST(ScatterTest, BeginsWithTheLawOfTheLink) {
  constexpr double kSigma = 1.08;
  const Scatter scatter(kSigma);
  for (const double excess : {-0.5, 0.0, 0.5, 1.0, 3.0}) {  // edges of its bins
    const double z = std::log1p(excess) / kSigma + kSigma / 2;
    EXPECT_NEAR(scatter.beyond(excess), 0.5 * std::erfc(z * std::sqrt(0.5)), 0.002) << excess;
  }
  EXPECT_EQ(scatter.beyond(-1.5), 1);
  EXPECT_EQ(scatter.beyond(30), 0);
}

TEST(ScatterTest, LearnsAnotherLaw) {
  Scatter scatter(1.08);
  for (int i = 0; i < 3000; ++i) scatter.add(i % 4 == 0 ? 0.3 : -0.1);
  EXPECT_NEAR(scatter.beyond(0.2), 0.25, 0.01);
  EXPECT_NEAR(scatter.size(), 0.15, 0.02);
}

TEST(ScatterTest, ARoundTripThatIsFixedIsNeverLate) {
  const Scatter scatter(0);
  EXPECT_EQ(scatter.beyond(0.001), 0);
  EXPECT_EQ(scatter.beyond(-0.3), 1);
}

}  // namespace
}  // namespace autoscale
