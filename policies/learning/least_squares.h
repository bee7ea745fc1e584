// Ridge-regularised least squares with an intercept, from running sums: exact for any number of
// samples in constant memory.
//   minimise  sum |y - W^T (1, x)|^2 + ridge * |W without its intercept row|^2
//   solved by (X^T X + ridge * diag(0, 1, ..., 1)) W = X^T Y, X with a leading column of ones
// Source: A. E. Hoerl and R. W. Kennard, "Ridge Regression", Technometrics 1970.
#pragma once

#include <Eigen/Cholesky>
#include <Eigen/Core>

namespace autoscale::learning {

template <int kInputs, int kOutputs>
class LeastSquares {
 public:
  using Input = Eigen::Matrix<double, kInputs, 1>;
  using Output = Eigen::Matrix<double, kOutputs, 1>;
  using Weights = Eigen::Matrix<double, kInputs + 1, kOutputs>;  // first row: the intercepts
  using Gram = Eigen::Matrix<double, kInputs + 1, kInputs + 1>;

  void add(const Input& x, const Output& y) {
    Eigen::Matrix<double, kInputs + 1, 1> row;
    row << 1, x;
    gram_ += row * row.transpose();
    moments_ += row * y.transpose();
  }

  double samples() const { return gram_(0, 0); }

  /// `ridge` > 0 keeps the system solvable whatever the samples, of which there must be one.
  Weights solve(double ridge) const {
    Gram regularised = gram_;
    regularised.diagonal().template tail<kInputs>().array() += ridge;
    return regularised.ldlt().solve(moments_);
  }

  Gram& gram() { return gram_; }           // X^T X
  Weights& moments() { return moments_; }  // X^T Y
  const Gram& gram() const { return gram_; }
  const Weights& moments() const { return moments_; }

 private:
  Gram gram_ = Gram::Zero();
  Weights moments_ = Weights::Zero();
};

}  // namespace autoscale::learning
