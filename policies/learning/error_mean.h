// The mean absolute error of a learner's predictions since it was last asked for.
#pragma once

#include <cmath>
#include <cstdint>

namespace autoscale::learning {

class ErrorMean {
 public:
  void add(double error) {
    sum_ += std::abs(error);
    ++count_;
  }

  /// 0 if there was none. Starts anew.
  double take() {
    const double mean = count_ == 0 ? 0 : sum_ / static_cast<double>(count_);
    *this = {};
    return mean;
  }

 private:
  double sum_ = 0;
  std::uint64_t count_ = 0;
};

}  // namespace autoscale::learning
