// Bayesian linear regression of one value on few of many features, one sample at a time:
//   y = w.x + noise,  w ~ N(0, diag(prior)),  x with a handful of entries that are not 0
// The posterior of w is kept as mean and covariance (packed, in single precision) and is exact
// after each sample (Kalman's gain): O(features^2) to learn, O(entries^2) to predict. Robust: a
// residual beyond `kHuber` standard deviations counts with a weight that falls with it, as in
// Huber's regression. Forgetting: before a sample, the variances of its features grow by a share of
// their prior, up to the prior; weights that nothing is seen of stay as they are.
// Source: C. M. Bishop, "Pattern Recognition and Machine Learning", Springer 2006, section 3.3;
//   P. J. Huber, "Robust Estimation of a Location Parameter", Ann. Math. Statistics 1964.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace autoscale::learning {

/// An entry of x that is not 0.
struct Term {
  std::size_t feature = 0;
  double value = 1;
};

/// The entries of a sample, at most six.
class Terms {
 public:
  void add(std::size_t feature, double value = 1) { list_[count_++] = {feature, value}; }
  operator std::span<const Term>() const { return {list_.data(), count_}; }  // NOLINT

 private:
  std::array<Term, 6> list_{};
  std::size_t count_ = 0;
};

struct Prediction {
  double mean = 0;
  double variance = 0;  // of w.x, without the noise
};

/// What a sample said beyond its prediction.
struct Surprise {
  double residual = 0;
  double cut = 0;    // the part of it that Huber's weight leaves out
  double noise = 0;  // the residual, shrunk to what the noise alone has of its variance
};

class SparsePosterior {
 public:
  static constexpr double kHuber = 2.5;

  SparsePosterior() = default;
  /// `deviations`: prior standard deviation of every weight. `drift`: share of the prior variance
  /// that a sample gives back to the weights it is about.
  SparsePosterior(std::span<const double> deviations, double drift)
      : mean_(deviations.size()),
        prior_(deviations.size()),
        gain_(deviations.size()),
        drift_(drift) {
    covariance_.resize(deviations.size() * (deviations.size() + 1) / 2);
    for (std::size_t i = 0; i < deviations.size(); ++i) {
      prior_[i] = static_cast<float>(deviations[i] * deviations[i]);
      at(i, i) = prior_[i];
    }
  }

  Prediction predict(std::span<const Term> x) const {
    Prediction p;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const Term& a = x[i];
      p.mean += a.value * mean_[a.feature];
      p.variance += a.value * a.value * at(a.feature, a.feature);
      for (std::size_t j = 0; j < i; ++j)
        p.variance += 2 * a.value * x[j].value * at(a.feature, x[j].feature);
    }
    p.variance = std::max(p.variance, 0.0);
    return p;
  }

  /// Learns y at x, whose noise has this variance, which is above 0; with `robust` as Huber would.
  Surprise add(std::span<const Term> x, double y, double noise, bool robust) {
    forget(x);
    const Prediction p = predict(x);
    const double residual = y - p.mean;
    const double excess = std::abs(residual) / (kHuber * std::sqrt(p.variance + noise));
    const double weight = robust && excess > 1 ? 1 / excess : 1;
    const double total = p.variance + noise / weight;
    for (std::size_t i = 0; i < gain_.size(); ++i) {
      double g = 0;
      for (const Term& a : x) g += a.value * at(i, a.feature);
      gain_[i] = static_cast<float>(g);
    }
    for (std::size_t i = 0; i < gain_.size(); ++i) {
      const double share = gain_[i] / total;
      if (share == 0) continue;
      mean_[i] += static_cast<float>(share * residual);
      for (std::size_t j = 0; j <= i; ++j) at(i, j) -= static_cast<float>(share * gain_[j]);
      at(i, i) = std::max(at(i, i), 0.0f);
    }
    return {residual, residual * (1 - weight), residual * std::sqrt(noise / (p.variance + noise))};
  }

  std::size_t features() const { return mean_.size(); }
  std::size_t bytes() const { return (mean_.size() + covariance_.size()) * sizeof(float); }

  const std::vector<float>& means() const { return mean_; }
  /// Packed, row by row of the lower half.
  const std::vector<float>& covariances() const { return covariance_; }
  /// Of as many features. `doubt`: share of the prior variance that is added.
  void restore(std::vector<float> means, std::vector<float> covariances, double doubt) {
    mean_ = std::move(means);
    covariance_ = std::move(covariances);
    for (std::size_t i = 0; i < mean_.size(); ++i)
      at(i, i) += static_cast<float>(doubt * prior_[i]);
  }

 private:
  static std::size_t place(std::size_t i, std::size_t j) {
    return i < j ? j * (j + 1) / 2 + i : i * (i + 1) / 2 + j;
  }
  float& at(std::size_t i, std::size_t j) { return covariance_[place(i, j)]; }
  float at(std::size_t i, std::size_t j) const { return covariance_[place(i, j)]; }

  void forget(std::span<const Term> x) {
    for (const Term& a : x) {
      float& variance = at(a.feature, a.feature);
      const auto more = variance + static_cast<float>(drift_) * prior_[a.feature];
      variance = std::max(variance, std::min(more, prior_[a.feature]));
    }
  }

  std::vector<float> mean_;
  std::vector<float> covariance_;
  std::vector<float> prior_;  // variances
  std::vector<float> gain_;   // scratch
  double drift_ = 0;
};

}  // namespace autoscale::learning
