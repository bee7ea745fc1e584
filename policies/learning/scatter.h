// How the replies of a link scatter: how often a round trip was by how much longer than expected,
// as a share of what was expected, in a histogram that forgets. It begins as the law of the link
// says, log-normal.
// Source: none; the law is that of sim/models/link.h.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace autoscale::learning {

class Scatter {
 public:
  static constexpr std::size_t kBins = 20;
  using Counts = std::array<float, kBins>;

  /// `sigma`: of the logarithm of round trips, 0 or more.
  explicit Scatter(double sigma) {
    for (std::size_t i = 0; i < kBins; ++i) {
      counts_[i] =
          static_cast<float>(kPrior * (below(kEdges[i + 1], sigma) - below(kEdges[i], sigma)));
    }
    size_ = std::max(2 * std::erf(sigma / std::sqrt(8.0)), kLeast);
  }

  void add(double excess) {
    const double size = std::min(std::abs(excess), kLargest * size_);
    size_ = std::max(size_ + kRate * (size - size_), kLeast);
    for (float& count : counts_) count *= static_cast<float>(1 - kRate);
    ++counts_[bin(excess)];
  }

  /// Chance that a round trip is longer than expected by more than this share.
  double beyond(double excess) const {
    double above = 0, all = 0;
    const std::size_t own = bin(excess);
    for (std::size_t i = 0; i < kBins; ++i) {
      all += counts_[i];
      if (i > own) above += counts_[i];
    }
    const double part = (kEdges[own + 1] - excess) / (kEdges[own + 1] - kEdges[own]);
    return (above + std::clamp(part, 0.0, 1.0) * counts_[own]) / all;
  }

  /// Running mean of the absolute excess.
  double size() const { return size_; }
  const Counts& counts() const { return counts_; }
  void restore(double size, const Counts& counts) {
    size_ = size;
    counts_ = counts;
  }

 private:
  static constexpr double kPrior = 20;    // as many replies as the law of the link is worth
  static constexpr double kRate = 0.005;  // of what is known is forgotten with every reply
  static constexpr double kLargest = 5, kLeast = 0.02;
  static constexpr std::array<double, kBins + 1> kEdges = {-1,  -0.75, -0.5, -0.35, -0.2, -0.1, 0,
                                                           0.1, 0.2,   0.35, 0.5,   0.75, 1,    1.5,
                                                           2,   3,     4,    6,     8,    12,   24};

  static std::size_t bin(double excess) {
    const auto above = std::upper_bound(kEdges.begin() + 1, kEdges.end() - 1, excess);
    return static_cast<std::size_t>(above - kEdges.begin()) - 1;
  }

  /// Of a log-normal law of mean 1, less 1.
  static double below(double excess, double sigma) {
    if (excess <= -1) return 0;
    if (sigma <= 0) return excess >= 0;
    return 0.5 * std::erfc(-(std::log1p(excess) / sigma + sigma / 2) * std::sqrt(0.5));
  }

  Counts counts_{};
  double size_;
};

}  // namespace autoscale::learning
