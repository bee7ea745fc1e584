// Confidence intervals for the comparison of simulated means with closed forms.
//
// A test passes when the closed form lies in the interval and the interval is narrow enough that a
// 2 % error would not. Seeds are fixed, so a test that passes always passes.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <vector>

namespace autoscale {

/// Mean of a correlated stationary series with a 99.9 % confidence interval by batch means: the
/// series is cut into batches so long that their means are nearly independent.
class BatchMeans {
 public:
  explicit BatchMeans(std::size_t batch_size) : batch_size_(batch_size) {}

  void add(double x) {
    sum_ += x;
    if (++in_batch_ < batch_size_) return;
    means_.push_back(sum_ / static_cast<double>(batch_size_));
    sum_ = 0;
    in_batch_ = 0;
  }

  double mean() const {
    double sum = 0;
    for (const double m : means_) sum += m;
    return sum / static_cast<double>(means_.size());
  }

  double half_width() const {
    constexpr double kStudent =
        3.39;  // two-sided 99.9 % for 99 degrees of freedom; fewer with more
    double squares = 0;
    for (const double m : means_) squares += (m - mean()) * (m - mean());
    const auto n = static_cast<double>(means_.size());
    return kStudent * std::sqrt(squares / (n - 1) / n);
  }

 private:
  std::size_t batch_size_;
  std::size_t in_batch_ = 0;
  double sum_ = 0;
  std::vector<double> means_;
};

/// Fails unless `expected` lies in the interval and values 2 % off do not.
inline void expect_mean(const BatchMeans& sample, double expected) {
  EXPECT_NEAR(sample.mean(), expected, sample.half_width());
  EXPECT_GT(std::abs(sample.mean() - 0.98 * expected), sample.half_width()) << "interval too wide";
  EXPECT_GT(std::abs(sample.mean() - 1.02 * expected), sample.half_width()) << "interval too wide";
}

/// Fails when independent draws do not follow a continuous distribution: Kolmogorov-Smirnov test
/// at the 0.1 % level.
inline void expect_distribution(std::vector<double> sample,
                                const std::function<double(double)>& cumulative) {
  std::sort(sample.begin(), sample.end());
  const auto n = static_cast<double>(sample.size());
  double distance = 0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const double expected = cumulative(sample[i]);
    const double below = static_cast<double>(i) / n;
    distance = std::max({distance, expected - below, below + 1 / n - expected});
  }
  EXPECT_LT(distance, 1.95 / std::sqrt(n));
}

inline double normal_cumulative(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }

}  // namespace autoscale
