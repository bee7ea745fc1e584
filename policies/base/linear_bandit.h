// Base of the linear contextual bandits: a ridge regression of the reward per action
// (policies/learning/online_ridge.h, "disjoint models") on a constant and the features of the observation
// (sim/policy/features.h). What an outcome leads to does not count, only its reward.
//
// What separates the DNNs: with `models: per_dnn`, the default, each DNN has models of its own, so
// that every pair of DNN and action is linear in the conditions alone. That is the one-hot DNN
// times the conditions; the DNN's own features are constants in it. One linear model over all DNNs
// cannot do this, for whether an action meets the constraints is no linear function of layer counts
// and MACs. `models: shared` is that one, for experiments with DNNs that were never trained on.
// Untried weights are 0, which is above all rewards of the kind `sound` (sim/system/reward.h), so that
// untried actions get tried. Under `literal`, in millijoules, that is most of what gets explored
// unless the policy's own parameter is scaled with it.
// In phases that do not explore the action of highest predicted reward is taken, the lowest one
// among equals.
// Transfer: the models of each action's counterpart (sim/policy/transfer.h) are taken over; actions
// without one start anew.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "policies/base/read_values.h"
#include "policies/learning/error_mean.h"
#include "policies/learning/online_ridge.h"
#include "sim/policy/features.h"
#include "sim/policy/transfer.h"

namespace autoscale {

/// Which DNNs have a linear model in common.
enum class ModelSharing : std::uint8_t { kPerDnn, kShared };

template <>
struct config::EnumNames<ModelSharing> {
  static constexpr std::array<std::pair<ModelSharing, std::string_view>, 2> value{
      {{ModelSharing::kPerDnn, "per_dnn"}, {ModelSharing::kShared, "shared"}}};
};

struct LinearBanditConfig {
  double ridge = 1;
  ModelSharing models = ModelSharing::kPerDnn;

  template <class V>
  void fields(V& v) {
    v.optional("ridge", ridge, "penalty on squared weights, in samples", config::positive);
    v.optional("models", models, "per_dnn, or shared by all DNNs");
  }
};

class LinearBandit : public Policy {
 public:
  ExecutionPlan decide(const Observation& o) final {
    const Context x = context_of(o);
    if (!exploring_) return {best(o, [&](const Model& m) { return m.mean(x); })};
    Draw draw = random_.at(Stream::kPolicy, o.phone, o.request);
    return {best(o, [&](const Model& m) { return promise(m.mean(x), m.width(x), draw); })};
  }

  void learn(const Outcome& outcome) final {
    const Context x = context_of(outcome.observation);
    Model& model = models_[model_of(outcome.observation.dnn, outcome.action)];
    errors_.add(outcome.reward - model.mean(x));
    ++updates_;
    model.add(x, outcome.reward);
  }

  void set_mode(LearningMode mode) final { exploring_ = mode.explore; }

  std::size_t table_bytes() const final { return models_.size() * sizeof(Model); }

  LearningProgress progress() final {
    LearningProgress p;
    p.updates = updates_;
    p.mean_abs_td_error = errors_.take();
    return p;
  }

  nlohmann::ordered_json save() const final {
    nlohmann::ordered_json saved;
    saved["policy"] = name_;
    saved["device_type"] = device_type_;
    saved["features"] = definition();
    saved["dnns"] = dnn_names_;
    saved["actions"] = actions_.names();
    auto& models = saved["models"] = nlohmann::ordered_json::array();
    for (const Model& m : models_) {
      models.push_back({{"weights", m.weights().reshaped()}, {"inverse", m.inverse().reshaped()}});
    }
    return saved;
  }

  void load(const nlohmann::ordered_json& saved) final {
    require_same(saved, "device_type", device_type_);
    require_same(saved, "actions", actions_.names());
    transfer(saved);
  }

  void transfer(const nlohmann::ordered_json& saved) final {
    require_same(saved, "policy", name_);
    require_same(saved, "features", definition());
    require_same(saved, "dnns", dnn_names_);
    const auto names = saved.at("actions").get<std::vector<std::string>>();
    const auto& models = saved.at("models");
    require_size(models, dnn_names_.size() * names.size());
    const auto sources = counterparts(names, actions_);
    for (std::size_t d = 0; d < dnn_names_.size(); ++d) {
      for (std::size_t a = 0; a < sources.size(); ++a) {
        if (!sources[a]) continue;
        const auto& source = models[d * names.size() + *sources[a]];
        Model& model = models_[d * actions_.size() + a];
        read_values(source.at("weights"), model.weights());
        read_values(source.at("inverse"), model.inverse());
      }
    }
  }

 protected:
  LinearBandit(std::string name, const LinearBanditConfig& config, const PolicyContext& context)
      : features_(context.dnns),
        actions_(context.actions),
        dnns_(context.legality),
        random_(context.random),
        name_(std::move(name)),
        device_type_(context.device_type),
        per_dnn_(config.models == ModelSharing::kPerDnn) {
    if (per_dnn_) {
      for (const Dnn& dnn : context.dnns) dnn_names_.push_back(dnn.id);
    } else {
      dnn_names_.push_back("any");
    }
    models_.assign(dnn_names_.size() * actions_.size(), Model(config.ridge));
  }

  /// What an explored decision maximises, in units of the reward: of an action with this predicted
  /// reward and this width of its model (policies/learning/online_ridge.h).
  virtual double promise(double mean, double width, Draw& draw) const = 0;

 private:
  using Model = learning::OnlineRidge<1 + static_cast<int>(kFeatures)>;
  using Context = Model::Input;

  static std::string definition() { return "1; " + std::string(FeatureMap::kDefinition); }

  Context context_of(const Observation& o) const {
    const FeatureVector features = features_.of(o);
    Context x;
    x << 1, Eigen::Map<const Eigen::Matrix<double, kFeatures, 1>>(features.data());
    return x;
  }

  std::size_t model_of(std::uint16_t dnn, ActionId action) const {
    return (per_dnn_ ? dnn : 0) * actions_.size() + action;
  }

  /// The legal action whose model has the highest `value_of(Model)`.
  template <class ValueOf>
  ActionId best(const Observation& o, ValueOf&& value_of) const {
    const Model* const models = &models_[model_of(o.dnn, 0)];
    const auto& legal = dnns_[o.dnn].legal;
    ActionId best = legal.front();
    double best_value = value_of(models[best]);
    for (std::size_t i = 1; i < legal.size(); ++i) {
      const double value = value_of(models[legal[i]]);
      if (value <= best_value) continue;
      best = legal[i];
      best_value = value;
    }
    return best;
  }

  FeatureMap features_;
  const ActionSpace& actions_;
  std::span<const DnnOnType> dnns_;
  RandomField random_;
  std::string name_;
  std::string device_type_;
  bool per_dnn_;
  std::vector<std::string> dnn_names_;  // of the models; one name if they are shared
  std::vector<Model> models_;           // by DNN and action
  bool exploring_ = false;
  std::uint64_t updates_ = 0;
  learning::ErrorMean errors_;
};

}  // namespace autoscale
