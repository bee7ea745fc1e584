// Bayesian optimisation: models the reward of an action under an observation as a Gaussian process,
// explores by expected improvement and otherwise takes the highest posterior mean.
//
// Model   policies/learning/gaussian_process.h over the features (sim/policy/features.h), the logarithm of the
//         operating point's slowdown f_max / f, and a coordinate per group of actions, 1 for the
//         action's own and 0 for the others.
// Choice  among the legal actions that are accurate (all legal ones, where none is). Improvement is
//         over the highest posterior mean under the same observation: what is best changes with the
//         conditions, so the best value ever seen is no yardstick.
// Samples The n-th outcome is kept with chance min(1, dense_samples / n), so that their number
//         grows like a logarithm, up to the cap max_samples (4,000 at most), after which outcomes
//         serve for the prediction error only. A greedy decision takes O(samples) time per action,
//         an explored one O(samples^2), and so does taking a sample in. Only requests that are to
//         be kept are explored by expected improvement; the others take any legal action, each
//         equally likely.
// Error   of the posterior mean: mean absolute deviation from the reward, in its unit and as a
//         share.
// Source: J. Snoek, H. Larochelle and R. P. Adams, "Practical Bayesian Optimization of Machine
//   Learning Algorithms", NIPS 2012; A. Krause and C. S. Ong, "Contextual Gaussian Process Bandit
//   Optimization", NIPS 2011 (context and action in one kernel); Bayesian optimisation is one of
//   the predictors that Y. G. Kim and C.-J. Wu compare with in "AutoScale", MICRO 2020. Departs
//   from the first in the incumbent, the context, and fixed instead of learned kernel parameters.
// Parameters: length, in standardised features; signal and noise, in units of the reward;
//   dense_samples and max_samples, counts.
#include <algorithm>

#include "policies/base/validation.h"
#include "policies/learning/gaussian_process.h"
#include "sim/policy/registry.h"

namespace autoscale {
namespace {

/// One outcome as the process sees it.
struct RewardSample {
  ActionId action = 0;
  double reward = 0;
  FeatureVector features{};
};

void to_json(nlohmann::ordered_json& json, const RewardSample& s) {
  json = {s.action, s.reward, s.features};
}
void from_json(const nlohmann::ordered_json& json, RewardSample& s) {
  json.at(0).get_to(s.action);
  json.at(1).get_to(s.reward);
  json.at(2).get_to(s.features);
}

class BayesianOptimization final : public Predictor {
 public:
  static constexpr PolicyInfo kInfo{
      .family = "predictor",
      .summary = "Gaussian process of the reward on max_samples outcomes at most",
      .source = "Snoek, Larochelle and Adams, 2012, NIPS",
      .learns = true,
      .deliberates = true};
  struct Config {
    double length = 1;
    double signal = 1;
    double noise = 0.1;
    std::uint32_t dense_samples = 100;
    std::uint32_t max_samples = 1000;
    template <class V>
    void fields(V& v) {
      v.optional("length", length, "distance over which rewards resemble", config::positive);
      v.optional("signal", signal, "standard deviation of the rewards", config::positive);
      v.optional("noise", noise, "standard deviation of their noise", config::positive);
      v.optional("dense_samples", dense_samples, "outcomes kept before they are thinned",
                 config::positive);
      v.optional("max_samples", max_samples, "outcomes kept", config::range(1, 4000));
    }
  };

  BayesianOptimization(const Config& config, const PolicyContext& context)
      : Predictor("bayesian_optimization", context),
        config_(config),
        process_(fresh_process()),
        validation_(context.random) {}

  std::size_t table_bytes() const override {
    const std::size_t n = config_.max_samples;
    return n * (n + dimension()) * sizeof(double) + n * sizeof(RewardSample) + validation_.bytes();
  }

  PredictionError prediction_error() const override {
    PredictionError error;
    validation_.for_each([&](const RewardSample& s, bool calm) {
      const double miss = std::abs(process_.mean(point(s.features, s.action))[0] - s.reward);
      error.add(PredictionMeasure::kRewardMae, calm, miss);
      error.add(PredictionMeasure::kRewardMape, calm, miss / std::abs(s.reward));
    });
    return error;
  }

 protected:
  ActionId explore(const Observation& o) override {
    if (!keeps(o)) return Predictor::explore(o);
    const auto [mean, sd] = process_.posterior(queries(o));
    const double incumbent = mean.maxCoeff();
    return candidate_of_highest(o, [&, &m = mean, &s = sd](Eigen::Index i) {
      return learning::expected_improvement(m[i], s[i], incumbent);
    });
  }

  ActionId best(const Observation& o) override {
    const Eigen::VectorXd mean = process_.mean(queries(o));
    return candidate_of_highest(o, [&](Eigen::Index i) { return mean[i]; });
  }

  void keep(const Outcome& outcome) override {
    const RewardSample sample{outcome.action, outcome.reward, features_.of(outcome.observation)};
    if (keeps(outcome.observation)) {
      observe(sample);
    } else {
      validation_.add(sample, is_calm(outcome.observation));
    }
  }

  /// The process is always up to date.
  void fit() override {}

  void write(nlohmann::ordered_json& saved) const override {
    saved["training"] = samples_;
    saved["validation"] = validation_.save();
  }

  void read(const nlohmann::ordered_json& saved) override {
    const auto samples = saved.at("training").get<std::vector<RewardSample>>();
    if (samples.size() > config_.max_samples) {
      throw std::invalid_argument("more samples were saved than this policy keeps");
    }
    validation_.load(saved.at("validation"));
    validation_.for_each([&](const RewardSample& s, bool) { require_action(s.action); });
    for (const RewardSample& s : samples) require_action(s.action);
    samples_.clear();
    process_ = fresh_process();
    for (const RewardSample& s : samples) observe(s);
  }

 private:
  std::size_t dimension() const { return kFeatures + 1 + actions_.groups().size(); }

  learning::GaussianProcess fresh_process() const {
    return {{config_.length, config_.signal, config_.noise},
            static_cast<Eigen::Index>(dimension()),
            static_cast<Eigen::Index>(config_.max_samples)};
  }

  /// Whether the outcome of this request, if it were the next one, is kept.
  bool keeps(const Observation& o) const {
    Draw draw = random_.at(Stream::kPolicy, kHoldOutDraws, address(o));
    const double n = static_cast<double>(outcomes() + 1);
    return samples_.size() < config_.max_samples && draw.uniform() * n < config_.dense_samples;
  }

  static std::uint64_t address(const Observation& o) {
    return std::uint64_t{o.phone} << 32 | o.request;
  }

  void observe(const RewardSample& sample) {
    process_.add(point(sample.features, sample.action), sample.reward);
    samples_.push_back(sample);
  }

  /// The coordinates of an action under an observation.
  Eigen::VectorXd point(const FeatureVector& features, ActionId action) const {
    Eigen::VectorXd x = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(dimension()));
    x.head<kFeatures>() = Eigen::Map<const Eigen::VectorXd>(features.data(), kFeatures);
    x[kFeatures] = log_slowdown(action);
    x[static_cast<Eigen::Index>(kFeatures + 1 + actions_.group_of(action))] = 1;
    return x;
  }

  /// The candidates, a column each.
  Eigen::MatrixXd queries(const Observation& o) const {
    const FeatureVector features = features_.of(o);
    const auto& actions = candidates(o.dnn);
    Eigen::MatrixXd matrix(dimension(), actions.size());
    for (std::size_t i = 0; i < actions.size(); ++i) {
      matrix.col(static_cast<Eigen::Index>(i)) = point(features, actions[i]);
    }
    return matrix;
  }

  /// The candidate whose `value_of(index)` is highest; the first one among equals.
  template <class ValueOf>
  ActionId candidate_of_highest(const Observation& o, ValueOf&& value_of) const {
    const auto& actions = candidates(o.dnn);
    Eigen::Index best = 0;
    double best_value = value_of(0);
    for (Eigen::Index i = 1; i < static_cast<Eigen::Index>(actions.size()); ++i) {
      const double value = value_of(i);
      if (value <= best_value) continue;
      best = i;
      best_value = value;
    }
    return actions[static_cast<std::size_t>(best)];
  }

  Config config_;
  learning::GaussianProcess process_;
  std::vector<RewardSample> samples_;  // that the process was made of, in their order
  Validation<RewardSample> validation_;
};

const RegisterPolicy<BayesianOptimization> registered_bayesian_optimization{
    "bayesian_optimization"};

}  // namespace
}  // namespace autoscale
