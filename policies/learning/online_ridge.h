// Ridge regression of one value, one sample at a time and exact after each:
//   minimise  sum (y - w.x)^2 + ridge |w|^2,  solved by A w = X^T y,  A = ridge I + X^T X
// A^-1 is kept instead of A: a sample is a rank-one update (Sherman and Morrison), O(inputs^2).
// Its width at x, sqrt(x^T A^-1 x), is what linear bandits call the uncertainty of w.x, in units of
// the noise; it shrinks with the samples near x.
// Source: J. Sherman and W. J. Morrison, "Adjustment of an Inverse Matrix Corresponding to a Change
//   in One Element of a Given Matrix", Ann. Math. Statistics 1950.
#pragma once

#include <Eigen/Core>
#include <cmath>

namespace autoscale::learning {

template <int kInputs>
class OnlineRidge {
 public:
  using Input = Eigen::Matrix<double, kInputs, 1>;
  using Inverse = Eigen::Matrix<double, kInputs, kInputs>;

  /// `ridge` > 0. Without samples all weights are 0.
  explicit OnlineRidge(double ridge) : inverse_(Inverse::Identity() / ridge) {}

  double mean(const Input& x) const { return weights_.dot(x); }
  double width(const Input& x) const { return std::sqrt(x.dot(inverse_ * x)); }

  void add(const Input& x, double y) {
    const Input gain = inverse_ * x;
    const double scale = 1 + x.dot(gain);
    const double error = y - mean(x);
    weights_ += gain * (error / scale);
    inverse_ -= gain * gain.transpose() / scale;
  }

  Input& weights() { return weights_; }
  Inverse& inverse() { return inverse_; }
  const Input& weights() const { return weights_; }
  const Inverse& inverse() const { return inverse_; }

 private:
  Input weights_ = Input::Zero();
  Inverse inverse_;
};

}  // namespace autoscale::learning
