// Gaussian-process regression with a squared-exponential kernel, one sample at a time:
//   k(x, x') = signal^2 exp(-|x - x'|^2 / (2 length^2)), observed with independent noise.
// The prior mean is the mean of the values seen, taken as known. A new sample appends a row to the
// Cholesky factor of the covariance, O(n^2) for the n-th.
// Source: C. E. Rasmussen and C. K. I. Williams, "Gaussian Processes for Machine Learning", MIT
//   Press 2006 (algorithm 2.1).
#pragma once

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <numbers>

namespace autoscale::learning {

struct GaussianKernel {
  double length = 1;  // in units of the inputs
  double signal = 1;  // standard deviation, in units of the values
  double noise = 0;   // likewise; > 0 unless all inputs differ
};

class GaussianProcess {
 public:
  /// By query.
  struct Posterior {
    Eigen::VectorXd mean;
    Eigen::VectorXd sd;  // of the value itself, without noise
  };

  GaussianProcess(const GaussianKernel& kernel, Eigen::Index dimension, Eigen::Index capacity)
      : kernel_(kernel),
        inputs_(capacity, dimension),
        values_(capacity),
        factor_(Eigen::MatrixXd::Zero(capacity, capacity)) {}

  Eigen::Index size() const { return size_; }

  /// There must be room: size() below the capacity.
  void add(const Eigen::VectorXd& x, double value) {
    const Eigen::VectorXd row = factor().solve(covariances(x).col(0));
    const double variance = kernel_.signal * kernel_.signal + kernel_.noise * kernel_.noise;
    factor_.row(size_).head(size_) = row.transpose();
    factor_(size_, size_) = std::sqrt(variance - row.squaredNorm());
    inputs_.row(size_) = x.transpose();
    values_[size_] = value;
    ++size_;
    prior_mean_ = values_.head(size_).mean();
    weights_ = factor().solve((values_.head(size_).array() - prior_mean_).matrix());
    factor().adjoint().solveInPlace(weights_);
  }

  /// A query per column.
  Eigen::VectorXd mean(const Eigen::MatrixXd& queries) const {
    return mean_of(covariances(queries));
  }

  Posterior posterior(const Eigen::MatrixXd& queries) const {
    const Eigen::MatrixXd covariance = covariances(queries);
    const Eigen::MatrixXd explained = factor().solve(covariance);
    const Eigen::ArrayXd variance =
        kernel_.signal * kernel_.signal - explained.colwise().squaredNorm().transpose().array();
    return {mean_of(covariance), variance.max(0).sqrt()};
  }

 private:
  /// L of the Cholesky decomposition.
  Eigen::TriangularView<const Eigen::Block<const Eigen::MatrixXd>, Eigen::Lower> factor() const {
    return factor_.topLeftCorner(size_, size_).triangularView<Eigen::Lower>();
  }

  /// Of all samples (rows) with all queries (columns), by |a - b|^2 = |a|^2 - 2 ab + |b|^2.
  Eigen::MatrixXd covariances(const Eigen::MatrixXd& queries) const {
    const auto samples = inputs_.topRows(size_);
    Eigen::MatrixXd squares = -2 * samples * queries;
    squares.colwise() += samples.rowwise().squaredNorm();
    squares.rowwise() += queries.colwise().squaredNorm();
    return kernel_.signal * kernel_.signal *
           (squares.array() / (-2 * kernel_.length * kernel_.length)).exp();
  }

  Eigen::VectorXd mean_of(const Eigen::MatrixXd& covariance) const {
    return (covariance.transpose() * weights_).array() + prior_mean_;
  }

  GaussianKernel kernel_;
  Eigen::Index size_ = 0;
  Eigen::MatrixXd inputs_;  // a row each
  Eigen::VectorXd values_;
  Eigen::MatrixXd factor_;   // lower triangle: of the samples' covariance with noise
  Eigen::VectorXd weights_;  // covariance^-1 (values - prior mean)
  double prior_mean_ = 0;
};

/// Expected improvement over `best` of a normal value: E max(value - best, 0), in its unit.
/// Source: D. R. Jones, M. Schonlau and W. J. Welch, "Efficient Global Optimization of Expensive
/// Black-Box Functions", J. Global Optimization 1998.
inline double expected_improvement(double mean, double sd, double best) {
  const double gain = mean - best;
  if (sd <= 0) return std::max(gain, 0.0);
  const double z = gain / sd;
  const double density = std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi);
  const double distribution = std::erfc(-z / std::numbers::sqrt2) / 2;
  return gain * distribution + sd * density;
}

}  // namespace autoscale::learning
