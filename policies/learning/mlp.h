// A multilayer perceptron: layers of rectified linear units, then a linear layer; its gradient by
// backpropagation; the Adam optimiser. Inputs and outputs are batches, a case per column. All
// memory is taken at construction.
// Sources: D. E. Rumelhart, G. E. Hinton and R. J. Williams, "Learning Representations by
//   Back-Propagating Errors", Nature 1986; K. He, X. Zhang, S. Ren and J. Sun, "Delving Deep into
//   Rectifiers", ICCV 2015 (initial weights); D. P. Kingma and J. Ba, "Adam: A Method for
//   Stochastic Optimization", ICLR 2015.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <cstdint>
#include <vector>

namespace autoscale::learning {

template <class Scalar>
class Mlp {
 public:
  using Matrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;
  using Vector = Eigen::Matrix<Scalar, Eigen::Dynamic, 1>;

  /// The values of one batch at every layer. The first is the caller's to fill, the last the
  /// answer.
  class Batch {
   public:
    Batch(const Mlp& network, Eigen::Index cases) {
      for (const Eigen::Index width : network.widths_) {
        values_.push_back(Matrix::Zero(width, cases));
        slopes_.push_back(Matrix::Zero(width, cases));
      }
    }
    Matrix& input() { return values_.front(); }
    const Matrix& output() const { return values_.back(); }
    /// Of the loss, by output; the caller's to fill before a backward pass.
    Matrix& output_slopes() { return slopes_.back(); }

   private:
    friend class Mlp;
    std::vector<Matrix> values_;  // by layer
    std::vector<Matrix> slopes_;  // of the loss, by layer
  };

  /// `widths`: inputs, units of each hidden layer, outputs. Weights are uniform in
  /// +-sqrt(6 / inputs of the layer), weight i by draws(i).uniform() in (0, 1); biases 0.
  template <class Draws>
  Mlp(std::vector<Eigen::Index> widths, const Draws& draws) : widths_(std::move(widths)) {
    Eigen::Index size = 0;
    for (std::size_t l = 0; l < layers(); ++l) {
      starts_.push_back(size);
      size += widths_[l + 1] * (widths_[l] + 1);
    }
    parameters_ = Vector::Zero(size);
    gradient_ = Vector::Zero(size);
    std::uint64_t index = 0;
    for (std::size_t l = 0; l < layers(); ++l) {
      const double bound = std::sqrt(6.0 / static_cast<double>(widths_[l]));
      for (Scalar& weight : weights(l).reshaped()) {
        weight = static_cast<Scalar>(bound * (2 * draws(index++).uniform() - 1));
      }
    }
  }

  std::size_t layers() const { return widths_.size() - 1; }
  const std::vector<Eigen::Index>& widths() const { return widths_; }

  /// All weights and biases, layer by layer.
  Vector& parameters() { return parameters_; }
  const Vector& parameters() const { return parameters_; }
  /// What backward() found, in the same order.
  const Vector& gradient() const { return gradient_; }

  /// Of a layer: a row per unit, a column per unit of the layer before.
  Eigen::Map<Matrix> weights(std::size_t l) { return weights_in(parameters_, l); }
  Eigen::Map<const Matrix> weights(std::size_t l) const {
    return {parameters_.data() + starts_[l], widths_[l + 1], widths_[l]};
  }
  Eigen::Map<Vector> biases(std::size_t l) { return biases_in(parameters_, l); }
  Eigen::Map<const Vector> biases(std::size_t l) const {
    return {parameters_.data() + starts_[l] + widths_[l + 1] * widths_[l], widths_[l + 1]};
  }

  void forward(Batch& batch) const {
    for (std::size_t l = 0; l < layers(); ++l) {
      Matrix& out = batch.values_[l + 1];
      out.noalias() = weights(l) * batch.values_[l];
      out.colwise() += biases(l);
      if (l + 1 < layers()) out = out.cwiseMax(Scalar{0});
    }
  }

  /// The gradient of a loss whose slopes by output the batch holds, after its forward pass: summed
  /// over the batch.
  void backward(Batch& batch) {
    for (std::size_t l = layers(); l-- > 0;) {
      const Matrix& slopes = batch.slopes_[l + 1];
      weights_in(gradient_, l).noalias() = slopes * batch.values_[l].transpose();
      biases_in(gradient_, l) = slopes.rowwise().sum();
      if (l == 0) return;
      batch.slopes_[l].noalias() = weights(l).transpose() * slopes;
      batch.slopes_[l].array() *= (batch.values_[l].array() > Scalar{0}).template cast<Scalar>();
    }
  }

 private:
  Eigen::Map<Matrix> weights_in(Vector& all, std::size_t l) {
    return {all.data() + starts_[l], widths_[l + 1], widths_[l]};
  }
  Eigen::Map<Vector> biases_in(Vector& all, std::size_t l) {
    return {all.data() + starts_[l] + widths_[l + 1] * widths_[l], widths_[l + 1]};
  }

  std::vector<Eigen::Index> widths_;
  std::vector<Eigen::Index> starts_;  // of each layer's parameters
  Vector parameters_;
  Vector gradient_;
};

/// Adam with its published constants.
template <class Scalar>
class Adam {
 public:
  using Vector = Eigen::Matrix<Scalar, Eigen::Dynamic, 1>;

  Adam(Eigen::Index parameters, double learning_rate)
      : learning_rate_(learning_rate),
        mean_(Vector::Zero(parameters)),
        square_(Vector::Zero(parameters)) {}

  void step(Vector& parameters, const Vector& gradient) {
    decay1_ *= kBeta1;
    decay2_ *= kBeta2;
    mean_ += static_cast<Scalar>(1 - kBeta1) * (gradient - mean_);
    square_ += static_cast<Scalar>(1 - kBeta2) * (gradient.cwiseAbs2() - square_);
    const auto rate = static_cast<Scalar>(learning_rate_ / (1 - decay1_));
    const auto unbias = static_cast<Scalar>(1 / (1 - decay2_));
    parameters.array() -=
        rate * mean_.array() / ((unbias * square_.array()).sqrt() + static_cast<Scalar>(kEpsilon));
  }

 private:
  static constexpr double kBeta1 = 0.9, kBeta2 = 0.999, kEpsilon = 1e-8;

  double learning_rate_;
  double decay1_ = 1, decay2_ = 1;  // powers of the betas
  Vector mean_, square_;            // decaying means of the gradient and of its square
};

}  // namespace autoscale::learning
