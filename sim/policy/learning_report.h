// What a policy reports of its learning: how far it has come, and how wrong its predictions are.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/config/fields.h"
#include "sim/core/enum_array.h"

namespace autoscale {

/// How far a learner has come.
struct LearningProgress {
  std::uint64_t updates = 0;
  std::uint64_t states_visited = 0;
  std::uint64_t states_converged = 0;
  std::vector<std::uint32_t> visits_until_convergence;    // one per converged state
  std::vector<std::uint32_t> visits_without_convergence;  // one per other visited state
  double mean_abs_td_error = 0;                           // since the last call
  std::uint64_t saturated_stores = 0;  // values clamped to the table's number range
  std::uint64_t lost_updates = 0;      // not zero, but undone by rounding
};

/// What the predictions of a policy are measured by: mean absolute errors of energy, latency and
/// reward as ratios of what came (MAPE), of the reward also in its own unit (MAE), and the share of
/// best targets that a classifier missed.
enum class PredictionMeasure : std::uint8_t {
  kEnergyMape,
  kLatencyMape,
  kRewardMape,
  kRewardMae,
  kMisclassified
};

template <>
struct config::EnumNames<PredictionMeasure> {
  static constexpr std::array<std::pair<PredictionMeasure, std::string_view>, 5> value{
      {{PredictionMeasure::kEnergyMape, "energy_mape"},
       {PredictionMeasure::kLatencyMape, "latency_mape"},
       {PredictionMeasure::kRewardMape, "reward_mape"},
       {PredictionMeasure::kRewardMae, "reward_mae"},
       {PredictionMeasure::kMisclassified, "misclassified"}}};
};

/// How wrong a policy's predictions are, on outcomes that it was not fitted to: apart for calm
/// conditions (no co-runner, both signals regular) and varying ones (all others).
class PredictionError {
 public:
  struct Sum {
    double total = 0;
    std::uint64_t predictions = 0;
  };

  void add(PredictionMeasure measure, bool calm, double error) {
    Sum& sum = sums_[measure][calm];
    sum.total += error;
    ++sum.predictions;
  }
  void add(const PredictionError& other) {
    for (std::size_t m = 0; m < sums_.size(); ++m) {
      for (std::size_t calm = 0; calm < 2; ++calm) {
        sums_[m][calm].total += other.sums_[m][calm].total;
        sums_[m][calm].predictions += other.sums_[m][calm].predictions;
      }
    }
  }
  const Sum& sum(PredictionMeasure measure, bool calm) const { return sums_[measure][calm]; }

 private:
  EnumArray<PredictionMeasure, std::array<Sum, 2>,
            config::EnumNames<PredictionMeasure>::value.size()>
      sums_{};
};

}  // namespace autoscale
