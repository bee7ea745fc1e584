// Reads a saved list of numbers into an Eigen matrix or vector, column by column.
#pragma once

#include <Eigen/Core>
#include <nlohmann/json.hpp>

#include "sim/policy/transfer.h"

namespace autoscale {

/// Throws std::invalid_argument unless there are as many numbers as the matrix has.
template <class Matrix>
void read_values(const nlohmann::ordered_json& values, Matrix& matrix) {
  require_size(values, static_cast<std::size_t>(matrix.size()));
  for (Eigen::Index i = 0; i < matrix.size(); ++i) {
    matrix.data()[i] = values[static_cast<std::size_t>(i)].template get<typename Matrix::Scalar>();
  }
}

}  // namespace autoscale
