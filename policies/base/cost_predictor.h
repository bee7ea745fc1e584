// Base of the predictors of energy and latency: a regression per group of actions (the targets that
// differ only in their operating point), on the features of the observation and the logarithm of
// the operating point's slowdown, f_max / f. What they regress on is the logarithm of energy and of
// latency, because costs grow by factors; a prediction is thus of the median cost.
//
// They decide by the one ranking of sim/system/choice.h, on the predictions of the groups that have
// been tried, under the scenario's latency limit.
// Each outcome is, with a chance of one in ten, held out for the prediction error and never fitted.
#pragma once

#include <cmath>

#include "policies/base/validation.h"
#include "sim/system/choice.h"

namespace autoscale {

/// Features of the observation, then the logarithm of the slowdown.
inline constexpr std::size_t kCostInputs = kFeatures + 1;

struct LogCost {
  double energy = 0;   // ln J
  double latency = 0;  // ln s
};

/// One outcome as a regression sees it.
struct CostSample {
  ActionId action = 0;
  std::array<double, kCostInputs> inputs{};
  LogCost cost;
};

inline void to_json(nlohmann::ordered_json& json, const CostSample& s) {
  json = {s.action, s.cost.energy, s.cost.latency, s.inputs};
}
inline void from_json(const nlohmann::ordered_json& json, CostSample& s) {
  json.at(0).get_to(s.action);
  json.at(1).get_to(s.cost.energy);
  json.at(2).get_to(s.cost.latency);
  json.at(3).get_to(s.inputs);
}

class CostPredictor : public Predictor {
 protected:
  CostPredictor(std::string name, const PolicyContext& context)
      : Predictor(std::move(name), context),
        log_qos_(std::log(context.qos_s)),
        validation_(context.random) {}

  /// Takes a sample into the training set.
  virtual void train(const CostSample& sample) = 0;

  void keep(const Outcome& outcome) final {
    const CostSample sample = sample_of(outcome);
    Draw draw = random_.at(Stream::kPolicy, kHoldOutDraws, outcomes());
    if (draw.uniform() < kHeldOut) {
      validation_.add(sample, is_calm(outcome.observation));
    } else {
      train(sample);
    }
  }

  /// The action that `log_cost(ActionId)` ranks first among those for which `known(ActionId)`
  /// holds; the first candidate if none is known.
  template <class Known, class Predict>
  ActionId rank(const Observation& o, Known&& known, Predict&& log_cost) const {
    // The ranking compares energies and latencies only, so their logarithms do as well.
    const auto choice = choose_accurate_first(dnns_[o.dnn], log_qos_, known, [&](ActionId a) {
      const LogCost predicted = log_cost(a);
      Cost cost;
      cost.energy_j = predicted.energy;
      cost.latency_s = predicted.latency;
      return cost;
    });
    return choice ? choice->action : candidates(o.dnn).front();
  }

  /// Mean absolute percentage errors, as ratios, of `log_cost(CostSample)` on held-out samples for
  /// which `known(ActionId)` holds.
  template <class Known, class Predict>
  PredictionError error_of(Known&& known, Predict&& log_cost) const {
    PredictionError error;
    validation_.for_each([&](const CostSample& s, bool calm) {
      if (!known(s.action)) return;
      const LogCost predicted = log_cost(s);
      error.add(PredictionMeasure::kEnergyMape, calm,
                std::abs(std::expm1(predicted.energy - s.cost.energy)));
      error.add(PredictionMeasure::kLatencyMape, calm,
                std::abs(std::expm1(predicted.latency - s.cost.latency)));
    });
    return error;
  }

  void write(nlohmann::ordered_json& saved) const final {
    saved["validation"] = validation_.save();
    write_training(saved["training"]);
  }
  void read(const nlohmann::ordered_json& saved) final {
    read_training(saved.at("training"));
    validation_.load(saved.at("validation"));
    validation_.for_each([&](const CostSample& s, bool) { require_action(s.action); });
  }

  virtual void write_training(nlohmann::ordered_json& saved) const = 0;
  virtual void read_training(const nlohmann::ordered_json& saved) = 0;

  std::size_t validation_bytes() const { return validation_.bytes(); }

 private:
  static constexpr double kHeldOut = 0.1;  // share of the outcomes

  CostSample sample_of(const Outcome& outcome) const {
    CostSample sample{outcome.action, {}, {}};
    const FeatureVector x = features_.of(outcome.observation);
    std::copy(x.begin(), x.end(), sample.inputs.begin());
    sample.inputs.back() = log_slowdown(outcome.action);
    sample.cost = {std::log(outcome.energy_j), std::log(outcome.latency_s)};
    return sample;
  }

  double log_qos_;  // ln s
  Validation<CostSample> validation_;
};

}  // namespace autoscale
