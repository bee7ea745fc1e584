// Base of the predictors that classify: a model that was shown the best placement of known
// situations (policies/base/situations.h) names one for the observation at hand.
//
// Only groups that are legal for the DNN and accurate are offered to the model (all legal ones,
// where none is accurate); if it knows none of them, the first one at its slowest point is taken.
// Prediction error: the share of situations whose best group the model misses, by cross-validation:
// each fifth of the situations, taken in turn from their order by DNN and state, is asked of a
// model made from the others.
//
// A model of type M is made as M(Config, examples) from any number of examples, and asked as
// std::optional<Placement> m(features, GroupSet offered). M gives kName, kInfo and Config, which
// has a member max_situations.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

#include "policies/base/situations.h"
#include "sim/core/check.h"

namespace autoscale {

template <class Model>
class ClassifierPolicy final : public Predictor {
 public:
  using Config = typename Model::Config;
  static constexpr PolicyInfo kInfo = Model::kInfo;

  ClassifierPolicy(const Config& config, const PolicyContext& context)
      : Predictor(Model::kName, context),
        config_(config),
        situations_(context, config.max_situations),
        model_(config, {}) {
    AUTOSCALE_CHECK(actions_.groups().size() <= 64, "more action groups than a GroupSet holds");
    for (std::size_t d = 0; d < dnns_.size(); ++d) {
      GroupSet& offered = offered_.emplace_back(0);
      for (const ActionId a : candidates(static_cast<std::uint16_t>(d)))
        offered |= only(actions_.group_of(a));
    }
  }

  std::size_t table_bytes() const override { return situations_.bytes(); }

  PredictionError prediction_error() const override {
    PredictionError error;
    const std::vector<Example> examples = situations_.examples();
    for (std::size_t fold = 0; fold < kFolds; ++fold) {
      std::vector<Example> known, asked;
      for (std::size_t i = 0; i < examples.size(); ++i) {
        (i % kFolds == fold ? asked : known).push_back(examples[i]);
      }
      const Model model(config_, std::move(known));
      for (const Example& e : asked) {
        const std::optional<Placement> p = model(e.features, e.tried);
        error.add(PredictionMeasure::kMisclassified, e.calm, p && p->group == e.best.group ? 0 : 1);
      }
    }
    return error;
  }

 protected:
  void keep(const Outcome& outcome) override { situations_.add(outcome); }

  void fit() override { model_ = Model(config_, situations_.examples()); }

  ActionId best(const Observation& o) override {
    const std::optional<Placement> p = model_(features_.of(o), offered_[o.dnn]);
    if (!p) return candidates(o.dnn).front();
    const TargetGroup& group = actions_.groups()[p->group];
    const double point = std::clamp(p->position, 0.0, 1.0) * (group.count - 1);
    return static_cast<ActionId>(group.first + std::lround(point));
  }

  void write(nlohmann::ordered_json& saved) const override {
    saved["training"] = situations_.save();
  }
  void read(const nlohmann::ordered_json& saved) override {
    situations_.load(saved.at("training"));
  }

 private:
  static constexpr std::size_t kFolds = 5;

  Config config_;
  Situations situations_;
  Model model_;
  std::vector<GroupSet> offered_;  // by DNN
};

}  // namespace autoscale
