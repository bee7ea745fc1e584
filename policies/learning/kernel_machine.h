// A support vector machine with a Gaussian kernel, trained by LIBSVM:
//   f(x) = sum_i c_i exp(-gamma |x - x_i|^2) + b
// Training is LIBSVM's, the evaluation is here: LIBSVM's model would point into its training data.
// Source: C.-C. Chang and C.-J. Lin, "LIBSVM: A Library for Support Vector Machines", ACM TIST 2011
//   (C-SVC of Cortes and Vapnik 1995, epsilon-SVR of Vapnik 1998).
#pragma once

#include <libsvm/svm.h>

#include <Eigen/Core>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace autoscale::learning {

struct KernelSettings {
  double cost = 1;   // C: weight of what lies outside the margin or the tube
  double gamma = 1;  // of the kernel, per squared unit of the inputs
  double tube = 0;   // regression: deviations up to here cost nothing, in units of the targets
};

class KernelMachine {
 public:
  /// epsilon-SVR; an input per column, a target for each, at least one.
  static KernelMachine regression(const Eigen::MatrixXd& columns, std::vector<double> targets,
                                  const KernelSettings& settings) {
    return KernelMachine(EPSILON_SVR, columns, std::move(targets), settings);
  }

  /// C-SVC; labels are 1 and -1, both present, and f(x) > 0 where 1 is predicted.
  static KernelMachine classification(const Eigen::MatrixXd& columns, std::vector<double> labels,
                                      const KernelSettings& settings) {
    return KernelMachine(C_SVC, columns, std::move(labels), settings);
  }

  double operator()(const Eigen::VectorXd& x) const {
    Eigen::ArrayXd squares = Eigen::ArrayXd::Zero(vectors_.rows());
    for (Eigen::Index d = 0; d < vectors_.cols(); ++d) {
      squares += (vectors_.col(d).array() - x[d]).square();
    }
    return bias_ + ((-gamma_ * squares).exp() * coefficients_).sum();
  }

  std::size_t support_vectors() const { return static_cast<std::size_t>(vectors_.rows()); }

 private:
  struct FreeModel {
    void operator()(svm_model* model) const { svm_free_and_destroy_model(&model); }
  };

  KernelMachine(int type, const Eigen::MatrixXd& columns, std::vector<double> targets,
                const KernelSettings& settings)
      : gamma_(settings.gamma) {
    [[maybe_unused]] static const bool quiet =
        (svm_set_print_string_function([](const char*) {}), true);
    const Eigen::Index width = columns.rows() + 1;  // with the end mark
    std::vector<svm_node> nodes(static_cast<std::size_t>(width * columns.cols()));
    std::vector<svm_node*> rows;
    for (Eigen::Index i = 0; i < columns.cols(); ++i) {
      svm_node* const row = &nodes[static_cast<std::size_t>(i * width)];
      for (Eigen::Index d = 0; d < columns.rows(); ++d) {
        row[d] = {static_cast<int>(d + 1), columns(d, i)};
      }
      row[columns.rows()].index = -1;
      rows.push_back(row);
    }
    const svm_problem problem{static_cast<int>(rows.size()), targets.data(), rows.data()};
    const svm_parameter parameter = parameters(type, settings);
    const char* const complaint = svm_check_parameter(&problem, &parameter);
    if (complaint) throw std::invalid_argument(std::string("LIBSVM: ") + complaint);
    const std::unique_ptr<svm_model, FreeModel> model(svm_train(&problem, &parameter));
    // LIBSVM counts the label that comes first as the positive one.
    const double sign = type == C_SVC && model->label[0] < 0 ? -1 : 1;
    bias_ = -sign * model->rho[0];
    coefficients_ = sign * Eigen::Map<const Eigen::ArrayXd>(model->sv_coef[0], model->l);
    vectors_.resize(model->l, columns.rows());
    for (int i = 0; i < model->l; ++i) {
      vectors_.row(i) = columns.col(model->sv_indices[i] - 1).transpose();
    }
  }

  static svm_parameter parameters(int type, const KernelSettings& settings) {
    svm_parameter parameter{};
    parameter.svm_type = type;
    parameter.kernel_type = RBF;
    parameter.gamma = settings.gamma;
    parameter.C = settings.cost;
    parameter.p = settings.tube;
    parameter.cache_size = 16;  // MB
    parameter.eps = 1e-3;       // LIBSVM's default tolerance of the optimum
    parameter.shrinking = 1;
    return parameter;
  }

  double gamma_;
  double bias_ = 0;
  Eigen::ArrayXd coefficients_;
  Eigen::MatrixXd vectors_;  // a row each
};

}  // namespace autoscale::learning
