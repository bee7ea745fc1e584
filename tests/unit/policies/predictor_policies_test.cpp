// The predictors as policies, in a made-up world whose best action and whose prediction error are
// known.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "sim/policy/roster.h"
#include "tests/support/simulation_testing.h"

namespace autoscale {
namespace {

/// A Mi 8 Pro with MobileNet v1, whose outcomes follow a law of the test instead of the models.
///   At a regular signal the cloud's GPU costs 0.1 J and the DSP 1 J, at a weak one the reverse,
///   all else 2 J; every latency is 10 ms. Beside a co-runner every energy is, by the toss of a
///   coin, half or one and a half times as much.
class PredictorTest : public testing::TestWithParam<std::string> {
 protected:
  static constexpr std::uint32_t kTraining = 20000;

  PredictorTest()
      : scenario_(scenario_of("name: p\ndevices: [{profile: mi8pro}, {profile: moto_x_force}]\n"
                              "dnns: [mobilenet_v1]\npolicies: [random]\n"
                              "phases: [{name: test, inferences: 1}]\n")),
        type_(scenario_.system().types[0]) {}

  std::unique_ptr<Policy> make(const std::string& parameters = "{}") const {
    config::Diagnostics diagnostics;
    const config::Node node = config::parse_yaml(parameters, "parameters");
    const PolicyEntry& entry = *PolicyRegistry::instance().find(GetParam());
    const auto settings = entry.read(&node, diagnostics);
    diagnostics.throw_if_any();
    return settings->make({type_.actions, scenario_.system().dnns, type_.dnns, nullptr, nullptr,
                           RandomField(1), type_.profile.id, scenario_.system().constraints.qos_s});
  }

  std::string name(ActionId action) const { return type_.actions.name(action); }

  static Observation seen(std::uint32_t request, bool weak, CoRunnerLoad load) {
    Observation o;
    o.request = request;
    o.signal_dbm = {weak ? -85.0 : -55.0, -55};
    o.weak = {weak, false};
    o.load = load;
    return o;
  }

  /// No co-runner a quarter of the time, else one of 15.
  static CoRunnerLoad any_load(Draw& draw) {
    constexpr std::array<double, 4> kLevels = {0, 0.12, 0.5, 0.9};
    if (draw.below(4) == 0) return {};
    const std::uint32_t i = 1 + draw.below(15);
    return {kLevels[i / 4], kLevels[i % 4]};
  }

  static const char* best(bool weak) { return weak ? "phone_dsp_int8@0" : "cloud_gpu_fp32@0"; }

  double energy_j(const Observation& o, ActionId action, Draw& coin) const {
    const double calm = name(action) == best(o.weak[0])    ? 0.1
                        : name(action) == best(!o.weak[0]) ? 1
                                                           : 2;
    if (o.load.cpu == 0 && o.load.memory == 0) return calm;
    return coin.below(2) == 0 ? 0.5 * calm : 1.5 * calm;
  }

  void train(Policy& policy) const {
    policy.set_mode({.learn = true, .explore = true});
    const RandomField world(5);
    for (std::uint32_t k = 0; k < kTraining; ++k) {
      Draw draw = world.at(Stream::kWorkload, 0, k);
      const bool weak = draw.below(2) == 0;
      const Observation o = seen(k, weak, any_load(draw));
      const ActionId action = policy.decide(o).action;
      const double energy = energy_j(o, action, draw);
      const Verdict verdict{.reward = -energy, .score = 70, .qos_met = true, .accuracy_met = true};
      policy.learn({verdict, o, o, action, 0.010, energy});
    }
    policy.set_mode({});
  }

  Scenario scenario_;
  const DeviceType& type_;
};

TEST_P(PredictorTest, LearnsWhereToRunUnderWhichSignal) {
  const auto policy = make();
  train(*policy);
  for (const bool weak : {false, true}) {
    for (const CoRunnerLoad load : {CoRunnerLoad{}, {0.12, 0.12}, {0.9, 0}, {0.5, 0.9}}) {
      EXPECT_EQ(name(policy->decide(seen(0, weak, load)).action), best(weak));
    }
  }
}

// Of the outcomes in varying conditions six in seven have a co-runner, so that energy is half or
// one and a half times the calm one. No forecast of it by a factor f in [0.5, 1.5] is less wrong
// than f = 0.5 (0 or 2/3, on average 1/3), none more than f = 1.5 (0 or 2, on average 1). Support
// vectors may choose any such f, the process is nowhere outside. Least squares of logarithms
// forecasts f = sqrt(0.75), 0.732 and 0.423 off, on average 0.577. For classifiers the best target
// is as clear beside co-runners as without.
TEST_P(PredictorTest, TellsTheErrorInCalmAndInVaryingConditions) {
  const auto policy = make();
  train(*policy);
  const auto error = policy->save().at("prediction_error");
  const auto mean = [&](const char* measure, const char* conditions) {
    return error.at(measure).at(conditions).at("mean").get<double>();
  };
  constexpr double kWithCoRunner = 6.0 / 7;
  if (GetParam() == "svm" || GetParam() == "knn") {
    EXPECT_EQ(mean("misclassified", "calm"), 0);
    EXPECT_EQ(mean("misclassified", "varying"), 0);
    return;
  }
  const char* const measure = GetParam() == "bayesian_optimization" ? "reward_mape" : "energy_mape";
  constexpr double kSampling = 0.03;  // 1,000 samples of 0 ... 2: at most 0.02 of standard error
  EXPECT_LT(mean(measure, "calm"), kWithCoRunner / 3);
  EXPECT_GT(mean(measure, "varying"), kWithCoRunner / 3 - kSampling);
  EXPECT_LT(mean(measure, "varying"), kWithCoRunner + kSampling);
  if (GetParam() == "linear_regression") {
    EXPECT_NEAR(mean(measure, "varying"), 0.577 * kWithCoRunner, kSampling);
    EXPECT_LT(mean("latency_mape", "varying"), 0.001);
  }
}

TEST_P(PredictorTest, RefusesWhatAnotherPolicyOrOtherFeaturesLearned) {
  const auto policy = make();
  train(*policy);
  for (const char* key : {"policy", "device_type", "features", "actions"}) {
    auto saved = policy->save();
    saved[key] = "another";
    EXPECT_THROW(policy->load(saved), std::invalid_argument) << key;
  }
}

TEST_P(PredictorTest, RefusesSamplesOfNoActionAndMoreThanItKeeps) {
  const auto policy = make();
  train(*policy);
  auto saved = policy->save();
  if (GetParam() == "svr") {
    saved["training"][0]["items"][0][0] = 9999;
    EXPECT_THROW(make("max_samples: 50")->load(policy->save()), std::invalid_argument);
  } else if (GetParam() == "bayesian_optimization") {
    saved["training"][0][0] = 9999;
    EXPECT_THROW(make("max_samples: 50")->load(policy->save()), std::invalid_argument);
  } else if (GetParam() == "linear_regression") {
    saved["validation"]["calm"]["items"][0][0] = 9999;
  } else {
    saved["training"]["situations"][0]["values"].push_back(0);
    EXPECT_THROW(make("max_situations: 5")->load(policy->save()), std::invalid_argument);
  }
  EXPECT_THROW(policy->load(saved), std::invalid_argument);
}

INSTANTIATE_TEST_SUITE_P(All, PredictorTest,
                         testing::Values("linear_regression", "svr", "svm", "knn",
                                         "bayesian_optimization"),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace autoscale
