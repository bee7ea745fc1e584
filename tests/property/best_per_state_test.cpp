// The ceiling of the state's bins is a ceiling: where the bins lose nothing it decides as Opt does,
// and no table over the same bins earns more in the conditions that it was trained on.
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "sim/policy/cost_model.h"
#include "sim/policy/state_space.h"
#include "tests/support/judged_policy.h"

namespace autoscale {
namespace {

constexpr std::string_view kPhones =
    "devices: [{profile: mi8pro}, {profile: galaxy_s10e}, {profile: moto_x_force}]\n"
    "arrivals: {renewal: {interval: {constant: {value: 10 s}}}}\nthermal: false\n";

/// By DNN, whether another one of the scenario has the same features.
std::vector<bool> shares_a_state(const SystemModel& system) {
  const StateSpace space({}, system.dnns);
  std::map<std::uint32_t, int> dnns;
  const auto state = [&space](std::size_t dnn) {
    Observation o;
    o.dnn = static_cast<std::uint16_t>(dnn);
    return space.of(o);
  };
  for (std::size_t d = 0; d < system.dnns.size(); ++d) ++dnns[state(d)];
  std::vector<bool> shares;
  for (std::size_t d = 0; d < system.dnns.size(); ++d) shares.push_back(dnns[state(d)] > 1);
  return shares;
}

TEST(BestPerStateTest, IsOptWhereEveryBinHasOneCondition) {
  const Scenario scenario = scenario_of(
      fmt::format("name: ceiling\nenvironment: S1\nnoise: false\n{}policies: [best_per_state]\n"
                  "dnns: [inception_v1, inception_v3, mobilebert, mobilenet_v1, mobilenet_v2, "
                  "mobilenet_v3_large, resnet_50_v1, ssd_mobilenet_v1, ssd_mobilenet_v2, "
                  "ssdlite_mobilenet_v3_large]\n"
                  "phases: [{{name: train, inferences: 2, learn: true, record: false}}, "
                  "{{name: test, inferences: 2}}]\n",
                  kPhones));
  PolicyUnderTest setup = setup_of(scenario, "best_per_state");
  setup.compare_with_opt = true;
  const std::vector<bool> shares = shares_a_state(scenario.system());
  std::size_t alone = 0;
  for (const KeptRequest& r : simulate(scenario, std::move(setup)).requests) {
    if (shares[r.observation.dnn]) continue;
    ++alone;
    EXPECT_TRUE(r.oracle.same_action) << scenario.system().dnns[r.observation.dnn].id;
  }
  EXPECT_GE(alone, 3U * 2 * 2);
}

/// `sound` reward of an action's expected cost now.
double expected_reward(const PolicyContext& context, const Observation& o, ActionId action) {
  const DnnOnType& dnn = context.costs->dnn(o.dnn);
  const double qos_s = context.costs->constraints().qos_s;
  const Cost cost = context.oracle->cost(o, action, OracleForm::kExpected);
  return reward_of(SoundReward{}, {.energy_j = cost.energy_j,
                                   .reference_j = dnn.reference_j,
                                   .latency_s = cost.latency_s,
                                   .qos_s = qos_s,
                                   .score = dnn.actions[action].score,
                                   .qos_met = cost.latency_s <= qos_s,
                                   .accuracy_met = dnn.actions[action].accurate});
}

/// What each phone's policy has learned, by device profile.
using Tables = std::map<std::string, nlohmann::ordered_json>;

/// Sum of the expected rewards of all phones' decisions over a scenario's phases, which start from
/// `tables` where these have one and leave there what was learned.
double judge(const Scenario& scenario, const std::string& name, Tables& tables) {
  double sum = 0;
  PolicyUnderTest setup = setup_of(scenario, name);
  setup.make = [make = setup.make, &tables](const PolicyContext& context) {
    auto policy = make(context);
    const auto table = tables.find(context.device_type);
    if (table != tables.end() && !table->second.is_null()) policy->load(table->second);
    return policy;
  };
  const auto add = [&sum](const PolicyContext& context, const Observation& o,
                          const ExecutionPlan& plan) {
    sum += expected_reward(context, o, plan.action);
  };
  Keeper keeper;
  World world(scenario.system(), 1, judged(std::move(setup), add), keeper);
  for (const PhasePlan& phase : scenario.phases(0)) world.run(phase);
  for (std::size_t t = 0; t < scenario.system().types.size(); ++t) {
    tables[scenario.system().types[t].profile.id] = world.policies()[t]->save();
  }
  return sum;
}

Scenario varying_signal(std::string_view phase) {
  return scenario_of(
      fmt::format("name: ceiling\nenvironment: D3\n{}phases: [{{name: one, {}}}]\n"
                  "policies: [autoscale, best_per_state, opt]\n",
                  kPhones, phase));
}

TEST(BestPerStateTest, NoTableOverTheSameBinsEarnsMoreUnderVaryingSignals) {
  // The first phase of one seed: the same signals whoever decides, to learn from and to decide in.
  const Scenario learning = varying_signal("inferences: 100, learn: true");
  const Scenario frozen = varying_signal("inferences: 100");
  const Scenario grid =
      varying_signal("conditions: grid, inferences: 30, learn: true, explore: true");
  Tables ceiling, learned, learned_here, none;
  judge(learning, "best_per_state", ceiling);
  judge(grid, "autoscale", learned);
  judge(varying_signal("inferences: 100, learn: true, explore: true"), "autoscale", learned_here);
  const double best = judge(frozen, "best_per_state", ceiling);
  constexpr double kRounding = 1e-9;  // of sums of 2,700 rewards
  EXPECT_GT(best, judge(frozen, "autoscale", learned));
  EXPECT_GT(best, judge(frozen, "autoscale", learned_here));
  EXPECT_GE(judge(frozen, "opt", none), best - kRounding);
}

TEST(BestPerStateTest, LearnsNothingInAFrozenPhase) {
  const Scenario frozen = varying_signal("inferences: 5");
  Tables tables;
  judge(frozen, "best_per_state", tables);
  for (const auto& [device, table] : tables) {
    for (const auto& count : table["counts"]) ASSERT_EQ(count, 0U) << device;
  }
}

}  // namespace
}  // namespace autoscale
