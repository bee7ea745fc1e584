// What the heuristics choose, worked by hand from the latency table, the powers and the link laws
// of the shipped data, and the arithmetic of the Lyapunov queue.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "sim/policy/cost_model.h"
#include "tests/support/simulation_testing.h"

namespace autoscale {
namespace {

/// One phone in the calm world on warm connections, and policies that may use its nominal costs.
class Calm {
 public:
  Calm(std::string_view phone, std::string_view dnn, std::string_view constraints = "{}")
      : scenario_(scenario_of(fmt::format(
            "name: calm\ndevices: [{{profile: {}}}]\ndnns: [{}]\nconstraints: {}\n"
            "slow_start: false\npolicies: [random]\nphases: [{{name: test, inferences: 1}}]\n",
            phone, dnn, constraints))),
        costs_(scenario_.system(), type()) {}

  const DeviceType& type() const { return scenario_.system().types[0]; }
  const CostModel& costs() const { return costs_; }

  std::unique_ptr<Policy> make(const std::string& name, const std::string& parameters = "{}") {
    const config::Node node = config::parse_yaml(parameters, "parameters");
    config::Diagnostics diagnostics;
    const auto settings = PolicyRegistry::instance().find(name)->read(&node, diagnostics);
    diagnostics.throw_if_any();
    return settings->make({type().actions, scenario_.system().dnns, type().dnns, &costs_, nullptr,
                           RandomField(1), type().profile.id});
  }

  /// The signals are the regular ones where `signal_dbm` does not say another.
  std::string choice(Policy& policy, CoRunnerLoad load = {},
                     std::optional<double> signal_dbm = {}) const {
    Observation o;
    o.load = load;
    for (std::size_t l = 0; l < kLinks; ++l) {
      o.signal_dbm[l] = signal_dbm.value_or(scenario_.system().links[l].technology.regular_dbm);
    }
    return type().actions.name(policy.decide(o).action);
  }
  std::string choice(const std::string& name) { return choice(*make(name)); }

 private:
  Scenario scenario_;
  CostModel costs_;
};

// Mi 8 Pro, MobileNet v1: DSP 6 ms x (1.8 + 0.9) W = 16.2 mJ, int8, 65.7 % accurate; GPU fp16
// 8.26 ms at the top point, 11.55 ms x (0.55 + 0.9) W = 16.7 mJ at the lowest, 71 %; any server is
// beyond 20 ms and 35 mJ.
TEST(FastestTest, TakesTheLowestLatencyThatIsAccurate) {
  EXPECT_EQ(Calm("mi8pro", "mobilenet_v1").choice("fastest"), "phone_dsp_int8@0");
  EXPECT_EQ(Calm("mi8pro", "mobilenet_v1", "{accuracy: 70}").choice("fastest"), "phone_gpu_fp16@6");
}

TEST(GreedyEnergyTest, TakesTheLowestEnergyThatIsAccurate) {
  EXPECT_EQ(Calm("mi8pro", "mobilenet_v1").choice("greedy_energy"), "phone_dsp_int8@0");
  EXPECT_EQ(Calm("mi8pro", "mobilenet_v1", "{accuracy: 70}").choice("greedy_energy"),
            "phone_gpu_fp16@0");
}

// Mi 8 Pro, ResNet-50: DSP 17.2 ms x 2.7 W = 46.4 mJ; cloud GPU 26.5 ms, of which 11.1 ms send
// 1.2 Mbit at 1.3 W: 14.3 + 0.1 + 25.4 = 39.8 mJ.
TEST(GreedyEnergyTest, IgnoresTheLatencyConstraint) {
  Calm tight("mi8pro", "resnet_50_v1", "{latency: 20 ms}");
  EXPECT_EQ(tight.choice("greedy_energy"), "cloud_gpu_fp32@0");
  EXPECT_EQ(tight.choice("fastest"), "phone_dsp_int8@0");
}

TEST(NominalHeuristicsTest, FallBackWhereNothingIsAccurate) {
  Calm hopeless("mi8pro", "mobilenet_v1", "{accuracy: 99}");
  EXPECT_EQ(hopeless.choice("fastest"), "phone_dsp_int8@0");
  EXPECT_EQ(hopeless.choice("greedy_energy"), "phone_dsp_int8@0");
}

/// No accurate action of any phone and DNN is better than the choice.
TEST(NominalHeuristicsTest, NothingIsBetter) {
  for (const std::string& phone : phone_names()) {
    for (const char* dnn : {"mobilenet_v1", "inception_v3", "mobilebert"}) {
      Calm calm(phone, dnn);
      const CostModel& costs = calm.costs();
      const Cost fastest = costs.nominal(0, calm.make("fastest")->decide({}).action);
      const Cost lowest = costs.nominal(0, calm.make("greedy_energy")->decide({}).action);
      for (const ActionId a : costs.dnn(0).legal) {
        if (!costs.dnn(0).actions[a].accurate) continue;
        EXPECT_LE(fastest.latency_s, costs.nominal(0, a).latency_s) << phone << ' ' << dnn;
        EXPECT_LE(lowest.energy_j, costs.nominal(0, a).energy_j) << phone << ' ' << dnn;
      }
    }
  }
}

double queue_of(const Policy& policy) { return policy.save().at("queues").at(0).get<double>(); }

void set_queue(Policy& policy, double length) {
  auto saved = policy.save();
  saved["queues"] = {length};
  policy.load(saved);
}

void tell(Policy& policy, bool qos_met) {
  const Observation o;
  policy.learn({{.qos_met = qos_met, .accuracy_met = true}, o, o});
}

TEST(LyapunovTest, TheQueueCountsMissesAboveTheRate) {
  Calm calm("mi8pro", "resnet_50_v1");
  const auto policy = calm.make("lyapunov", "{violation_rate: 0.25}");
  tell(*policy, true);
  EXPECT_DOUBLE_EQ(queue_of(*policy), 0);
  tell(*policy, false);
  tell(*policy, false);
  EXPECT_DOUBLE_EQ(queue_of(*policy), 1.5);
  for (int i = 0; i < 5; ++i) tell(*policy, true);
  EXPECT_DOUBLE_EQ(queue_of(*policy), 0.25);
  EXPECT_EQ(policy->progress().updates, 8U);
}

// ResNet-50 as above, 889.6 mJ on the CPU, latency at most 20 ms. The DSP overtakes the cloud at
// the queue V (46.440 - 39.833) / 889.6 / ((26.499 - 17.2) / 20) = V 0.015974.
TEST(LyapunovTest, WeighsEnergyAgainstTheQueue) {
  Calm calm("mi8pro", "resnet_50_v1", "{latency: 20 ms}");
  for (const double weight : {0.1, 1.0, 10.0}) {
    const auto policy = calm.make("lyapunov", fmt::format("{{energy_weight: {}}}", weight));
    EXPECT_EQ(calm.choice(*policy), "cloud_gpu_fp32@0");
    set_queue(*policy, 0.01592 * weight);
    EXPECT_EQ(calm.choice(*policy), "cloud_gpu_fp32@0");
    set_queue(*policy, 0.01602 * weight);
    EXPECT_EQ(calm.choice(*policy), "phone_dsp_int8@0");
  }
}

TEST(LyapunovTest, WithoutAQueueItIsGreedyAndWithALongOneFast) {
  for (const std::string& phone : phone_names()) {
    Calm calm(phone, "inception_v3");
    const auto policy = calm.make("lyapunov");
    EXPECT_EQ(calm.choice(*policy), calm.choice("greedy_energy")) << phone;
    set_queue(*policy, 1e9);
    EXPECT_EQ(calm.choice(*policy), calm.choice("fastest")) << phone;
  }
}

// Mi 8 Pro, Inception v3: least energy on the DSP, 23.6 ms x 2.7 W = 63.7 mJ; the cloud's GPU is at
// 41.5 ms, 65.2 mJ. Beside an app that takes the whole memory bandwidth the DSP waits 6.5 ms more,
// at 0.7 of its 1.8 W and at 0.9 W: 77.8 mJ.
TEST(LyapunovTest, SeesWhatRunsBeside) {
  Calm calm("mi8pro", "inception_v3");
  const auto policy = calm.make("lyapunov");
  EXPECT_EQ(calm.choice(*policy), "phone_dsp_int8@0");
  EXPECT_EQ(calm.choice(*policy, {0, 1}), "cloud_gpu_fp32@0");
}

// ResNet-50 with an empty queue, as above: at a regular signal the cloud is 6.6 mJ below the DSP;
// at a weak one sending alone takes more than that.
TEST(LyapunovTest, SeesTheSignals) {
  Calm calm("mi8pro", "resnet_50_v1");
  const auto policy = calm.make("lyapunov");
  EXPECT_EQ(calm.choice(*policy, {}, -50), "cloud_gpu_fp32@0");
  EXPECT_EQ(calm.choice(*policy, {}, -90), "phone_dsp_int8@0");
}

TEST(LyapunovTest, RefusesWhatAnotherPolicySaved) {
  Calm calm("mi8pro", "resnet_50_v1"), other("mi8pro", "mobilenet_v1");
  const auto policy = calm.make("lyapunov");
  EXPECT_THROW(other.make("lyapunov")->load(policy->save()), std::invalid_argument);
  auto saved = policy->save();
  saved["queues"] = {0, 0};
  EXPECT_THROW(policy->load(saved), std::invalid_argument);
}

}  // namespace
}  // namespace autoscale
