// In which order a phase goes through DNNs and variance states, and that no two of its draws share
// an address.
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "tests/support/simulation_testing.h"

namespace autoscale {
namespace {

constexpr std::uint16_t kA = 4, kB = 7;  // DNNs

PhasePlan plan_of(PhaseConditions conditions, DnnOrder order) {
  PhasePlan plan;
  plan.conditions = conditions;
  plan.order = order;
  plan.inferences = 3;
  plan.dnns = {kA, kB};
  return plan;
}

/// Request `i` of a phone's first phase.
std::uint16_t dnn_at(const PhasePlan& plan, std::uint32_t i) {
  return plan.dnn_of(i, RandomField(1), 0, i);
}

TEST(PhasePlan, InTurnAllDnnsVisitAStateBeforeTheNext) {
  const PhasePlan plan = plan_of(PhaseConditions::kGrid, DnnOrder::kRoundRobin);
  ASSERT_EQ(plan.length(), 2U * 64 * 3);
  for (std::uint32_t i = 0; i < plan.length(); ++i) {
    EXPECT_EQ(dnn_at(plan, i), i % 2 == 0 ? kA : kB) << i;
    EXPECT_EQ(plan.grid_state_of(i), i / 2 % 64) << i;
    EXPECT_FALSE(plan.begins_block(i)) << i;
  }
}

TEST(PhasePlan, InBlocksADnnMakesAllVisitsOfAStateInARow) {
  const PhasePlan plan = plan_of(PhaseConditions::kGrid, DnnOrder::kBlocks);
  ASSERT_EQ(plan.length(), 2U * 64 * 3);
  for (std::uint32_t i = 0; i < plan.length(); ++i) {
    EXPECT_EQ(dnn_at(plan, i), i < 192 ? kA : kB) << i;
    EXPECT_EQ(plan.grid_state_of(i), i / 3 % 64) << i;
    EXPECT_EQ(plan.begins_block(i), i == 192) << i;
  }
}

TEST(PhasePlan, EveryOrderOfTheGridVisitsEveryStateAlike) {
  for (const auto order : {DnnOrder::kBlocks, DnnOrder::kRoundRobin, DnnOrder::kRandom}) {
    const PhasePlan plan = plan_of(PhaseConditions::kGrid, order);
    std::map<std::uint32_t, int> visits;
    for (std::uint32_t i = 0; i < plan.length(); ++i) ++visits[plan.grid_state_of(i)];
    EXPECT_EQ(visits.size(), kGridStates);
    for (const auto& [state, count] : visits) EXPECT_EQ(count, 2 * 3) << state;
  }
}

TEST(PhasePlan, OffTheGridBlocksAreOfADnn) {
  const PhasePlan plan = plan_of(PhaseConditions::kScenario, DnnOrder::kBlocks);
  ASSERT_EQ(plan.length(), 6U);
  for (std::uint32_t i = 0; i < plan.length(); ++i) {
    EXPECT_EQ(dnn_at(plan, i), i < 3 ? kA : kB) << i;
    EXPECT_EQ(plan.begins_block(i), i == 3) << i;
  }
}

/// Of 6400 requests in random order, how many have the DNN that the kWorkload draw says.
int dnns_by_workload_draw(PhaseConditions conditions) {
  PhasePlan plan = plan_of(conditions, DnnOrder::kRandom);
  plan.dnns.resize(64);
  for (std::uint16_t d = 0; d < 64; ++d) plan.dnns[d] = d;
  const RandomField random(1);
  int same = 0;
  for (std::uint32_t i = 0; i < 6400; ++i) {
    same += plan.dnn_of(i, random, 5, i) == random.at(Stream::kWorkload, 5, i).below(64);
  }
  return same;
}

TEST(PhasePlan, RandomOrderSharesNoDrawWithTheConditionsOfTheGrid) {
  EXPECT_EQ(dnns_by_workload_draw(PhaseConditions::kScenario), 6400);
  EXPECT_NEAR(dnns_by_workload_draw(PhaseConditions::kGrid), 100, 50);  // by chance; sd 10
}

Scenario with_phase(const std::string& keys) {
  return scenario_of(
      "name: phases\ndevices: [{profile: mi8pro}]\ndnns: [mobilenet_v1, mobilenet_v2]\n"
      "policies: [cloud]\nphases: [{name: test, inferences: 3" +
      keys + "}]\n");
}

TEST(PhaseOrder, IsInTurnOnTheGridAndInBlocksElsewhereUnlessThePhaseSaysSo) {
  const std::tuple<const char*, DnnOrder, const char*> cases[] = {
      {"", DnnOrder::kBlocks, "blocks"},
      {", order: random", DnnOrder::kRandom, "random"},
      {", conditions: grid", DnnOrder::kRoundRobin, "round_robin"},
      {", conditions: grid, order: blocks", DnnOrder::kBlocks, "blocks"}};
  for (const auto& [keys, order, name] : cases) {
    const Scenario scenario = with_phase(keys);
    EXPECT_EQ(scenario.phases(0)[0].order, order) << keys;
    EXPECT_EQ(scenario.resolved()["phases"][0]["order"], name) << keys;
  }
}

}  // namespace
}  // namespace autoscale
