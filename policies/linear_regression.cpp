// Linear regression: predicts energy and latency of every action, linear in the features and in the
// logarithm of the slowdown, and takes the action that ranks first.
//
// Model   policies/base/cost_predictor.h, fitted by policies/learning/least_squares.h to all outcomes but the
//         held-out ones.
// Source: the regression that Y. G. Kim and C.-J. Wu compare with in "AutoScale: Energy Efficiency
//   Optimization for Stochastic Edge Inference Using Reinforcement Learning", MICRO 2020. Departs
//   from it, as far as recalled, in regressing on logarithms.
// Parameters: ridge, on standardised features, dimensionless.
#include "policies/base/cost_predictor.h"
#include "policies/base/read_values.h"
#include "policies/learning/least_squares.h"
#include "sim/policy/registry.h"

namespace autoscale {
namespace {

class LinearRegression final : public CostPredictor {
 public:
  static constexpr PolicyInfo kInfo{
      .family = "predictor",
      .summary = "energy and latency by ridge regression per target, best ranked",
      .source = "Kim and Wu, 2020, MICRO (compared with)",
      .learns = true,
      .deliberates = true};
  struct Config {
    double ridge = 1;
    template <class V>
    void fields(V& v) {
      v.optional("ridge", ridge, "penalty on squared weights, in samples", config::positive);
    }
  };

  LinearRegression(const Config& config, const PolicyContext& context)
      : CostPredictor("linear_regression", context),
        config_(config),
        sums_(context.actions.groups().size()),
        model_(fitted()),
        at_top_(sums_.size()) {}

  std::size_t table_bytes() const override {
    return sums_.size() * sizeof(Regression) + validation_bytes();
  }

  PredictionError prediction_error() const override {
    return error_of([&](ActionId a) { return tried(a); },
                    [&, model = fitted()](const CostSample& s) {
                      const Regression::Weights& w = model[actions_.group_of(s.action)];
                      return log_cost(w.row(0) + InputMap(s.inputs.data()).transpose() *
                                                     w.bottomRows<kCostInputs>());
                    });
  }

 protected:
  void train(const CostSample& s) override {
    sums_[actions_.group_of(s.action)].add(InputMap(s.inputs.data()),
                                           {s.cost.energy, s.cost.latency});
  }

  void fit() override { model_ = fitted(); }

  /// Predicts each group at its top operating point once; a slower point adds its share.
  ActionId best(const Observation& o) override {
    const FeatureVector x = features_.of(o);
    const Eigen::Map<const Eigen::Matrix<double, kFeatures, 1>> features(x.data());
    for (std::size_t g = 0; g < model_.size(); ++g) {
      at_top_[g] = model_[g].row(0) + features.transpose() * model_[g].middleRows<kFeatures>(1);
    }
    return rank(
        o, [&](ActionId a) { return tried(a); },
        [&](ActionId a) {
          const std::size_t g = actions_.group_of(a);
          return log_cost(at_top_[g] + model_[g].row(kCostInputs) * log_slowdown(a));
        });
  }

  void write_training(nlohmann::ordered_json& saved) const override {
    saved = nlohmann::ordered_json::array();
    for (const Regression& r : sums_) {
      saved.push_back({{"gram", r.gram().reshaped()}, {"moments", r.moments().reshaped()}});
    }
  }

  void read_training(const nlohmann::ordered_json& saved) override {
    require_size(saved, sums_.size());
    for (std::size_t g = 0; g < sums_.size(); ++g) {
      read_values(saved[g].at("gram"), sums_[g].gram());
      read_values(saved[g].at("moments"), sums_[g].moments());
    }
  }

 private:
  using Regression = learning::LeastSquares<kCostInputs, 2>;
  using InputMap = Eigen::Map<const Regression::Input>;
  using Row = Eigen::Matrix<double, 1, 2>;

  static LogCost log_cost(const Row& row) { return {row[0], row[1]}; }

  bool tried(ActionId a) const { return sums_[actions_.group_of(a)].samples() > 0; }

  std::vector<Regression::Weights> fitted() const {
    std::vector<Regression::Weights> model(sums_.size(), Regression::Weights::Zero());
    for (std::size_t g = 0; g < sums_.size(); ++g) {
      if (sums_[g].samples() > 0) model[g] = sums_[g].solve(config_.ridge);
    }
    return model;
  }

  Config config_;
  std::vector<Regression> sums_;            // by group
  std::vector<Regression::Weights> model_;  // by group
  std::vector<Row> at_top_;                 // ln energy, ln latency by group, of one decision
};

const RegisterPolicy<LinearRegression> registered{"linear_regression"};

}  // namespace
}  // namespace autoscale
