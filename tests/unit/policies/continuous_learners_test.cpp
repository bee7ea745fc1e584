// What the learners over continuous features save and take over: from the same phone, from another
// one, and what they refuse.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/simulation_testing.h"

namespace autoscale {
namespace {

/// Two phones and two DNNs, whose outcomes follow a law of the test: at a regular signal the
/// cloud's GPU earns -0.1, at a weak one the phone's CPU in fp32 does, all else earns -1.
class ContinuousLearnerTest : public testing::TestWithParam<std::string> {
 protected:
  static constexpr std::uint32_t kTraining = 20000;
  enum Phone : std::size_t { kMi8Pro, kMoto };

  ContinuousLearnerTest()
      : scenario_(scenario_of("name: c\ndevices: [{profile: mi8pro}, {profile: moto_x_force}]\n"
                              "dnns: [mobilenet_v1, resnet_50_v1]\npolicies: [random]\n"
                              "phases: [{name: test, inferences: 1}]\n")) {}

  const DeviceType& type(Phone phone) const { return scenario_.system().types[phone]; }

  std::unique_ptr<Policy> make(Phone phone, const std::string& parameters = "{}") const {
    config::Diagnostics diagnostics;
    const config::Node node = config::parse_yaml(parameters, "parameters");
    const auto settings = PolicyRegistry::instance().find(GetParam())->read(&node, diagnostics);
    diagnostics.throw_if_any();
    return settings->make({type(phone).actions, scenario_.system().dnns, type(phone).dnns, nullptr,
                           nullptr, RandomField(1), type(phone).profile.id});
  }

  static Observation seen(std::uint32_t request, bool weak) {
    Observation o;
    o.request = request;
    o.dnn = static_cast<std::uint16_t>(request % 2);
    o.signal_dbm = {weak ? -85.0 : -55.0, -55};
    o.weak = {weak, false};
    return o;
  }

  static const char* best(bool weak) { return weak ? "phone_cpu_fp32" : "cloud_gpu_fp32"; }

  nlohmann::ordered_json trained_on(Phone phone) const {
    const auto policy = make(phone);
    policy->set_mode({.learn = true, .explore = true});
    for (std::uint32_t k = 0; k < kTraining; ++k) {
      const bool weak = k / 2 % 2 == 0;
      const Observation o = seen(k, weak);
      const ActionId action = policy->decide(o).action;
      const bool right = type(phone).actions.group(action).name == best(weak);
      policy->learn({{.reward = right ? -0.1 : -1}, o, o, action});
    }
    return policy->save();
  }

  void expect_right(Policy& policy, Phone phone) const {
    policy.set_mode({});
    for (std::uint32_t dnn = 0; dnn < 2; ++dnn) {
      for (const bool weak : {false, true}) {
        const ActionId action = policy.decide(seen(dnn, weak)).action;
        EXPECT_EQ(type(phone).actions.group(action).name, best(weak)) << dnn;
      }
    }
  }

  Scenario scenario_;
};

TEST_P(ContinuousLearnerTest, DecidesByWhatTheSamePhoneLearned) {
  const auto policy = make(kMi8Pro);
  policy->load(trained_on(kMi8Pro));
  expect_right(*policy, kMi8Pro);
}

TEST_P(ContinuousLearnerTest, DecidesByWhatAnotherPhoneLearned) {
  const auto policy = make(kMoto);
  const auto saved = trained_on(kMi8Pro);
  EXPECT_THROW(policy->load(saved), std::invalid_argument);
  policy->transfer(saved);
  expect_right(*policy, kMoto);
}

TEST_P(ContinuousLearnerTest, RefusesWhatIsNotItsOwn) {
  const auto policy = make(kMi8Pro);
  const auto saved = policy->save();
  for (const char* key : {"policy", "device_type", "features", "actions"}) {
    auto other = saved;
    other[key] = "another";
    EXPECT_THROW(policy->load(other), std::invalid_argument) << key;
  }
  auto longer = saved;
  longer[GetParam() == "dqn" ? "parameters" : "models"].push_back(0);
  EXPECT_THROW(policy->load(longer), std::invalid_argument);
  const auto other = make(kMi8Pro, GetParam() == "dqn" ? "{hidden: [16]}" : "{models: shared}");
  EXPECT_THROW(other->load(saved), std::invalid_argument);
  EXPECT_THROW(other->transfer(saved), std::invalid_argument);
}

INSTANTIATE_TEST_SUITE_P(All, ContinuousLearnerTest, testing::Values("linucb", "thompson", "dqn"),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace autoscale
