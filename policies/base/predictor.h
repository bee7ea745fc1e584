// Base of the policies that predict from samples: they collect outcomes while they may learn, fit a
// model to them, and decide by the model.
//
// Exploring, they take any legal action, each equally likely, unless they say otherwise. They fit
// at the start of every phase that does not explore, to what they were told until then, so in a
// phase that does not explore the model stands still.
// All know which actions are legal and accurate, as Opt does; energy and latency they must learn.
//
// save() writes what was kept, from which load() fits the same model again, and the prediction
// error of that model on outcomes that it was not fitted to, apart for calm conditions (no
// co-runner, both signals regular) and varying ones (all others).
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "sim/policy/features.h"
#include "sim/policy/transfer.h"

namespace autoscale {

/// Entities that address a predictor's draws beside those of its decisions; no phone has these
/// numbers. Reservoirs of action groups count down from the last one.
enum DrawEntity : std::uint32_t {
  kHoldOutDraws = 0xffffffff,
  kCalmDraws = 0xfffffffe,
  kVaryingDraws = 0xfffffffd,
  kGroupDraws = 0xfffffffc
};

/// Without co-runner and with both signals regular.
inline bool is_calm(const Observation& o) {
  return o.load.cpu == 0 && o.load.memory == 0 && !o.weak[kCloudLink] && !o.weak[kTabletLink];
}

/// By measure and kind of conditions: the mean error and of how many predictions it is.
inline nlohmann::ordered_json to_json(const PredictionError& error) {
  auto json = nlohmann::ordered_json::object();
  for (const auto& [measure, name] : config::EnumNames<PredictionMeasure>::value) {
    for (const bool calm : {true, false}) {
      const auto& [total, predictions] = error.sum(measure, calm);
      if (predictions == 0) continue;
      json[std::string(name)][calm ? "calm" : "varying"] = {
          {"mean", total / static_cast<double>(predictions)}, {"predictions", predictions}};
    }
  }
  return json;
}

class Predictor : public Policy {
 public:
  ExecutionPlan decide(const Observation& o) final { return {exploring_ ? explore(o) : best(o)}; }

  void learn(const Outcome& outcome) final {
    keep(outcome);
    ++outcomes_;
  }

  void set_mode(LearningMode mode) final {
    exploring_ = mode.explore;
    if (!exploring_ && fitted_to_ != outcomes_) fit_to_all();
  }

  LearningProgress progress() final {
    LearningProgress p;
    p.updates = outcomes_;
    return p;
  }

  nlohmann::ordered_json save() const final {
    nlohmann::ordered_json saved;
    saved["policy"] = name_;
    saved["device_type"] = device_type_;
    saved["features"] = FeatureMap::kDefinition;
    saved["actions"] = actions_.names();
    saved["outcomes"] = outcomes_;
    saved["prediction_error"] = to_json(prediction_error());
    write(saved);
    return saved;
  }

  void load(const nlohmann::ordered_json& saved) final {
    require_same(saved, "policy", name_);
    require_same(saved, "device_type", device_type_);
    require_same(saved, "features", FeatureMap::kDefinition);
    require_same(saved, "actions", actions_.names());
    read(saved);
    outcomes_ = saved.at("outcomes").get<std::uint64_t>();
    fit_to_all();
  }

 protected:
  Predictor(std::string name, const PolicyContext& context)
      : features_(context.dnns),
        actions_(context.actions),
        dnns_(context.legality),
        random_(context.random),
        name_(std::move(name)),
        device_type_(context.device_type),
        log_slowdown_(context.actions.size()) {
    for (const DnnOnType& dnn : dnns_) {
      auto& candidates = candidates_.emplace_back();
      for (const ActionId a : dnn.legal) {
        if (dnn.actions[a].accurate) candidates.push_back(a);
        log_slowdown_[a] = std::log(dnn.actions[a].slowdown);
      }
      if (candidates.empty()) candidates = dnn.legal;
    }
  }

  virtual ActionId explore(const Observation& o) {
    const auto& legal = dnns_[o.dnn].legal;
    Draw draw = random_.at(Stream::kPolicy, o.phone, o.request);
    return legal[draw.below(static_cast<std::uint32_t>(legal.size()))];
  }

  /// The legal action that the model favours.
  virtual ActionId best(const Observation& o) = 0;
  virtual void keep(const Outcome& outcome) = 0;
  /// Makes the model from all that was kept.
  virtual void fit() = 0;
  virtual void write(nlohmann::ordered_json& saved) const = 0;
  /// Restores what write() wrote. Throws std::invalid_argument.
  virtual void read(const nlohmann::ordered_json& saved) = 0;

  /// The legal actions that are accurate or, where none is, all legal ones; ascending.
  const std::vector<ActionId>& candidates(std::uint16_t dnn) const { return candidates_[dnn]; }
  /// ln (f_max / f) of the action's operating point; 0 on servers.
  double log_slowdown(ActionId a) const { return log_slowdown_[a]; }
  std::uint64_t outcomes() const { return outcomes_; }

  /// Throws std::invalid_argument if a loaded sample is of no action of this phone.
  void require_action(ActionId a) const {
    if (a >= actions_.size()) throw std::invalid_argument("a sample of no action of this phone");
  }

  FeatureMap features_;
  const ActionSpace& actions_;
  std::span<const DnnOnType> dnns_;
  RandomField random_;

 private:
  void fit_to_all() {
    fit();
    fitted_to_ = outcomes_;
  }

  std::string name_;
  std::string device_type_;
  std::vector<std::vector<ActionId>> candidates_;  // by DNN
  std::vector<double> log_slowdown_;               // by action
  bool exploring_ = false;
  std::uint64_t outcomes_ = 0;
  std::optional<std::uint64_t> fitted_to_;  // outcomes
};

}  // namespace autoscale
