// AutoScale's Q-table against value iteration, in a world small enough to solve: no variance and no
// noise, so that every state leads to itself and every action always earns the same.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "sim/system/reward.h"
#include "tests/support/simulation_testing.h"

namespace autoscale {
namespace {

constexpr double kDiscount = 0.1;

/// Explores at random only, and never stops; no decision time, so that predict() is the whole
/// truth.
constexpr std::string_view kExploring = R"(
name: learning
environment: S1
noise: false
thermal: false
decision_time: 0 s
devices: [{profile: mi8pro}]
dnns: [mobilenet_v1, resnet_50_v1, ssdlite_mobilenet_v3_large]
arrivals: {closed_loop: {think: {constant: {value: 1 s}}}}
policies:
  - autoscale: {learning_rate: 0.5, discount: 0.1, epsilon: 1, visits: 4000000000}
phases: [{name: train, inferences: 8000, learn: true, explore: true}]
)";

/// A world that has run all phases of a scenario.
std::unique_ptr<World> trained(const Scenario& scenario, Keeper& keeper, std::uint64_t seed = 1) {
  auto world =
      std::make_unique<World>(scenario.system(), seed, setup_of(scenario, "autoscale"), keeper);
  for (const PhasePlan& phase : scenario.phases(0)) world->run(phase);
  return world;
}

/// Reward of every legal action in the calm world; NaN for the others.
std::vector<double> rewards(const Scenario& scenario, std::size_t d) {
  const SystemModel& system = scenario.system();
  const DnnOnType& dnn = system.types[0].dnns[d];
  const Conditions calm = nominal_conditions(system, system.types[0]);
  std::vector<double> rewards(dnn.actions.size(), std::numeric_limits<double>::quiet_NaN());
  for (const ActionId a : dnn.legal) {
    const Cost cost = predict(dnn.request, dnn.actions[a], calm);
    rewards[a] = reward_of(system.reward, {.energy_j = cost.energy_j,
                                           .reference_j = dnn.reference_j,
                                           .latency_s = cost.latency_s,
                                           .qos_s = system.constraints.qos_s,
                                           .score = dnn.actions[a].score,
                                           .qos_met = cost.latency_s <= system.constraints.qos_s,
                                           .accuracy_met = dnn.actions[a].accurate});
  }
  return rewards;
}

/// Value of a state that always leads to itself, by value iteration.
double value_of(const std::vector<double>& rewards) {
  double value = 0;
  for (int i = 0; i < 100; ++i) {
    double best = -std::numeric_limits<double>::infinity();
    for (const double r : rewards) {
      if (!std::isnan(r)) best = std::max(best, r + kDiscount * value);
    }
    value = best;
  }
  return value;
}

/// The state of a DNN in the calm world, from the bins of the design: (CONV, FC, RC, MAC) x 64.
std::size_t calm_state(const Dnn& dnn) {
  const int c = dnn.layers.conv;
  const int conv = (c >= 30) + (c >= 50) + (c >= 90);
  const int fc = dnn.layers.fc >= 10, rc = dnn.layers.recurrent >= 10;
  const int mac = (dnn.macs >= 1e9) + (dnn.macs >= 2e9);
  return static_cast<std::size_t>(((conv * 2 + fc) * 2 + rc) * 3 + mac) * 64;
}

/// Fails unless every learned value is the fixed point to within `tolerance` relative.
void expect_fixed_point(const Scenario& scenario, double tolerance) {
  Keeper keeper;
  const auto world = trained(scenario, keeper);
  const auto values = world->policies()[0]->save()["values"];
  const std::size_t actions = scenario.system().types[0].actions.size();
  for (std::size_t d = 0; d < scenario.system().dnns.size(); ++d) {
    SCOPED_TRACE(scenario.system().dnns[d].id);
    const std::vector<double> reward = rewards(scenario, d);
    const double value = value_of(reward);
    const std::size_t row = calm_state(scenario.system().dnns[d]) * actions;
    std::size_t checked = 0;
    for (std::size_t a = 0; a < actions; ++a) {
      if (std::isnan(reward[a])) continue;
      const double expected = reward[a] + kDiscount * value;
      EXPECT_NEAR(values[row + a].get<double>(), expected, std::abs(expected) * tolerance) << a;
      ++checked;
    }
    EXPECT_GT(checked, 60U);
  }
}

TEST(WorldLearningTest, TheTableIsTheFixedPointOfTheBellmanEquation) {
  // A stored number has 11 significant bits, and a step of half the error is lost below them.
  expect_fixed_point(scenario_of(kExploring), 0x1p-9);
}

TEST(WorldLearningTest, SinglePrecisionComesCloser) {
  std::string text(kExploring);
  text.replace(text.find("epsilon: 1,"), 11, "epsilon: 1, precision: single,");
  expect_fixed_point(scenario_of(text), 0x1p-20);
}

TEST(WorldLearningTest, TheLearnedPolicyIsOpts) {
  const Scenario scenario = scenario_of(
      fmt::format("{}  - {{name: test, inferences: 5}}\n",
                  std::string(kExploring)
                      .replace(kExploring.find("phases: ["), std::string::npos,
                               "phases:\n  - {name: train, inferences: 8000, learn: true, "
                               "explore: true, record: false}\n")));
  Keeper keeper;
  PolicyUnderTest setup = setup_of(scenario, "autoscale");
  setup.compare_with_opt = true;
  simulate(scenario, std::move(setup), 1, keeper);
  ASSERT_EQ(keeper.requests.size(), 15U);
  for (const KeptRequest& r : keeper.requests) EXPECT_TRUE(r.oracle.equivalent);
}

TEST(WorldLearningTest, TheTableHasThePapersSize) {
  const Scenario scenario = scenario_of(kExploring);
  Keeper keeper;
  const World world(scenario.system(), 1, setup_of(scenario, "autoscale"), keeper);
  EXPECT_EQ(scenario.system().types[0].actions.size(), 66U);
  EXPECT_EQ(world.policies()[0]->table_bytes(), 405'504U);
  EXPECT_EQ(world.policies()[0]->save()["values"].size(), 3072U * 66);
}

/// Decisions over the whole grid of variance states, as (request, action).
std::vector<ActionId> greedy_decisions(Policy& policy, const SystemModel& system) {
  policy.set_mode({.learn = false, .explore = false});
  std::vector<ActionId> decisions;
  for (std::uint16_t dnn = 0; dnn < system.dnns.size(); ++dnn) {
    for (std::uint32_t s = 0; s < 64; ++s) {
      Observation o;
      o.request = s;
      o.dnn = dnn;
      o.load = {0.3 * (s & 3), 0.3 * (s >> 2 & 3)};
      o.weak = {(s >> 4 & 1) != 0, (s >> 5 & 1) != 0};
      decisions.push_back(policy.decide(o).action);
    }
  }
  return decisions;
}

TEST(WorldLearningTest, ASavedTableDecidesTheSame) {
  const Scenario scenario = scenario_of(kExploring);
  Keeper keeper;
  const auto learned = trained(scenario, keeper);
  const World fresh(scenario.system(), 99, setup_of(scenario, "autoscale"), keeper);
  Policy& from = *learned->policies()[0];
  Policy& to = *fresh.policies()[0];
  EXPECT_NE(greedy_decisions(from, scenario.system()), greedy_decisions(to, scenario.system()));
  const auto text = from.save().dump();
  to.load(nlohmann::ordered_json::parse(text));
  EXPECT_EQ(greedy_decisions(from, scenario.system()), greedy_decisions(to, scenario.system()));
  EXPECT_EQ(to.save().dump(), text);
}

TEST(WorldLearningTest, ATableOfAnotherPhoneOrStateDefinitionIsRefused) {
  const Scenario mine = scenario_of(kExploring);
  std::string other_text(kExploring);
  other_text.replace(other_text.find("mi8pro"), 6, "galaxy_s10e");
  const Scenario other = scenario_of(other_text);
  Keeper keeper;
  const World mine_world(mine.system(), 1, setup_of(mine, "autoscale"), keeper);
  const World other_world(other.system(), 1, setup_of(other, "autoscale"), keeper);
  Policy& policy = *mine_world.policies()[0];
  const auto good = policy.save();
  EXPECT_NO_THROW(policy.load(good));
  EXPECT_THROW(policy.load(other_world.policies()[0]->save()), std::invalid_argument);
  for (const auto key : {"policy", "state_definition", "actions"}) {
    auto bad = good;
    bad[key] = "something else";
    EXPECT_THROW(policy.load(bad), std::invalid_argument) << key;
    bad.erase(key);
    EXPECT_THROW(policy.load(bad), std::invalid_argument) << key;
  }
  auto bad = good;
  bad["values"].erase(bad["values"].size() - 1);
  EXPECT_THROW(policy.load(bad), std::invalid_argument);
}

}  // namespace
}  // namespace autoscale
