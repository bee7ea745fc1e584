// SVR: predicts energy and latency of every action by support vector regression with a Gaussian
// kernel, and takes the action that ranks first.
//
// Model   policies/base/cost_predictor.h, two epsilon-SVR per group of actions
//         (policies/learning/kernel_machine.h) on a uniform sample of the group's outcomes.
// Cap     max_samples outcomes per group, 2,000 at most: a decision takes time in proportion to the
//         support vectors among them, a fit in proportion to between their square and their cube.
// Source: A. J. Smola and B. Schölkopf, "A Tutorial on Support Vector Regression", Statistics and
//   Computing 2004; one of the predictors that Y. G. Kim and C.-J. Wu compare with in "AutoScale",
//   MICRO 2020.
// Parameters: max_samples, kept per group; cost, LIBSVM's C, dimensionless; gamma, per squared
//   standardised feature; tube, in logarithms: 0.05 is 5 % of the cost. The
//   defaults of cost and gamma predict best of 1, 10 and 0.03, 0.1, 0.3, 1 on outcomes of the
//   paper's training; a cost of 100 predicts a tenth better and takes three times as long to fit.
#include "policies/base/cost_predictor.h"
#include "policies/learning/kernel_machine.h"
#include "sim/policy/registry.h"

namespace autoscale {
namespace {

class Svr final : public CostPredictor {
 public:
  static constexpr PolicyInfo kInfo{
      .family = "predictor",
      .summary = "energy and latency by support vectors, max_samples per target",
      .source = "Smola and Schölkopf, 2004, Statistics and Computing",
      .learns = true,
      .deliberates = true};
  struct Config {
    std::uint32_t max_samples = 500;
    double cost = 10;
    double gamma = 0.1;
    double tube = 0.05;
    template <class V>
    void fields(V& v) {
      v.optional("max_samples", max_samples, "samples kept per processor, precision and site",
                 config::range(1, 2000));
      v.optional("cost", cost, "weight of deviations beyond the tube", config::positive);
      v.optional("gamma", gamma, "of the kernel exp(-gamma d^2)", config::positive);
      v.optional("tube", tube, "deviation of a log cost that is free", config::non_negative);
    }
  };

  Svr(const Config& config, const PolicyContext& context)
      : CostPredictor("svr", context), config_(config) {
    for (std::uint32_t g = 0; g < context.actions.groups().size(); ++g) {
      samples_.emplace_back(config.max_samples, PolicyDraws{context.random, kGroupDraws - g});
    }
    fit();
  }

  std::size_t table_bytes() const override {
    return samples_.size() * samples_.front().bytes() + validation_bytes();
  }

  PredictionError prediction_error() const override {
    const Model model = fitted();
    return error_of(
        [&](ActionId a) { return model[actions_.group_of(a)].has_value(); },
        [&](const CostSample& s) { return (*model[actions_.group_of(s.action)])(inputs_of(s)); });
  }

 protected:
  void train(const CostSample& s) override { samples_[actions_.group_of(s.action)].add(s); }

  void fit() override { model_ = fitted(); }

  ActionId best(const Observation& o) override {
    const FeatureVector x = features_.of(o);
    inputs_.head<kFeatures>() = Eigen::Map<const Eigen::VectorXd>(x.data(), kFeatures);
    return rank(
        o, [&](ActionId a) { return model_[actions_.group_of(a)].has_value(); },
        [&](ActionId a) {
          inputs_[kFeatures] = log_slowdown(a);
          return (*model_[actions_.group_of(a)])(inputs_);
        });
  }

  void write_training(nlohmann::ordered_json& saved) const override {
    saved = nlohmann::ordered_json::array();
    for (const auto& samples : samples_) saved.push_back(samples.save());
  }

  void read_training(const nlohmann::ordered_json& saved) override {
    require_size(saved, samples_.size());
    for (std::size_t g = 0; g < samples_.size(); ++g) {
      samples_[g].load(saved[g]);
      for (const CostSample& s : samples_[g].items()) require_action(s.action);
    }
  }

 private:
  /// The two regressions of a group.
  struct Machines {
    learning::KernelMachine energy, latency;

    LogCost operator()(const Eigen::VectorXd& x) const { return {energy(x), latency(x)}; }
  };
  using Model = std::vector<std::optional<Machines>>;  // by group; none where nothing was tried

  static Eigen::VectorXd inputs_of(const CostSample& s) {
    return Eigen::Map<const Eigen::VectorXd>(s.inputs.data(), kCostInputs);
  }

  Model fitted() const {
    Model model;
    for (const auto& samples : samples_) {
      model.emplace_back();
      if (!samples.items().empty()) model.back() = machines(samples.items());
    }
    return model;
  }

  Machines machines(const std::vector<CostSample>& samples) const {
    Eigen::MatrixXd columns(kCostInputs, samples.size());
    std::vector<double> energy, latency;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      columns.col(static_cast<Eigen::Index>(i)) = inputs_of(samples[i]);
      energy.push_back(samples[i].cost.energy);
      latency.push_back(samples[i].cost.latency);
    }
    const learning::KernelSettings settings{config_.cost, config_.gamma, config_.tube};
    return {learning::KernelMachine::regression(columns, std::move(energy), settings),
            learning::KernelMachine::regression(columns, std::move(latency), settings)};
  }

  Config config_;
  std::vector<SampleReservoir<CostSample>> samples_;  // by group
  Model model_;
  Eigen::VectorXd inputs_{kCostInputs};  // of one prediction
};

const RegisterPolicy<Svr> registered{"svr"};

}  // namespace
}  // namespace autoscale
