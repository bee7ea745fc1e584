// Phases that name an environment, results by phase, and what decisions give away against Opt.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/run/runner.h"
#include "tests/support/simulation_testing.h"

namespace autoscale {
namespace {

/// Two phases; `scenario` and `second` are further keys.
std::string two_phases(std::string_view scenario, std::string_view second) {
  return fmt::format(
      "name: two\n{}\ndevices: [{{profile: mi8pro}}, {{profile: moto_x_force}}]\n"
      "dnns: [mobilenet_v1, resnet_50_v1]\npolicies: [cloud]\n"
      "phases: [{{name: one, inferences: 40}}, {{name: two, inferences: 40, {}}}]\n",
      scenario, second);
}

TEST(PhaseEnvironmentTest, IsTheWorldOfAScenarioWithThatEnvironment) {
  const Scenario changing = scenario_of(two_phases("environment: S1", "environment: D3"));
  const Keeper changed = simulate(changing, setup_of(changing, "cloud"));
  const Scenario calm = scenario_of(two_phases("environment: S1", "learn: false"));
  const Scenario random = scenario_of(two_phases("environment: D3", "learn: false"));
  const Keeper first = simulate(calm, setup_of(calm, "cloud"));
  const Keeper second = simulate(random, setup_of(random, "cloud"));
  ASSERT_EQ(changed.requests.size(), 2U * 2 * 2 * 40);
  std::size_t weak = 0;
  for (std::size_t i = 0; i < changed.requests.size(); ++i) {
    const bool later = changed.requests[i].observation.request >= 80;
    const KeptRequest& expected = (later ? second : first).requests[i];
    EXPECT_EQ(changed.requests[i].ledger.energy_j, expected.ledger.energy_j) << i;
    EXPECT_EQ(changed.requests[i].observation.signal_dbm, expected.observation.signal_dbm) << i;
    weak += changed.requests[i].observation.weak[kCloudLink];
  }
  EXPECT_GT(weak, 0U);  // the environments do differ
}

TEST(PhaseEnvironmentTest, ReplacesTheScenariosOwnSignals) {
  const Scenario scenario = scenario_of(two_phases("cloud_signal: weak", "environment: S1"));
  for (const KeptRequest& r : simulate(scenario, setup_of(scenario, "cloud")).requests) {
    EXPECT_EQ(r.observation.weak[kCloudLink], r.observation.request < 80);
  }
}

TEST(PhaseEnvironmentTest, ResolvedScenarioReadsBackAndGivesTheSameRuns) {
  const Scenario scenario = scenario_of(two_phases("environment: D1", "environment: D3"));
  const Scenario again = scenario_of(scenario.resolved().dump());
  EXPECT_EQ(again.resolved(), scenario.resolved());
  const Keeper a = simulate(scenario, setup_of(scenario, "cloud"));
  const Keeper b = simulate(again, setup_of(again, "cloud"));
  ASSERT_EQ(a.requests.size(), b.requests.size());
  for (std::size_t i = 0; i < a.requests.size(); ++i) {
    EXPECT_EQ(a.requests[i].ledger.energy_j, b.requests[i].ledger.energy_j);
  }
}

TEST(PhaseResultsTest, TalliesByPhaseAddUpAndArePairedWithOpt) {
  const Scenario scenario = scenario_of(two_phases("environment: S1", "environment: S4"));
  const std::vector<RunResult> results = run_all(scenario, {});
  const auto& cloud = *results.front().metrics;
  double gap[2] = {};
  Tally sum;
  for (std::size_t phase = 0; phase < 2; ++phase) {
    for (std::size_t type = 0; type < 2; ++type) {
      for (std::size_t dnn = 0; dnn < 2; ++dnn) {
        const Tally& cell = cloud.cell(phase, type, dnn);
        EXPECT_EQ(cell.finished, 40U);
        EXPECT_EQ(cell.gap_count_all, 40U);
        EXPECT_LE(cell.gap_count, 40U);
        gap[phase] += cell.gap_sum_all;
        sum.add(cell);
      }
    }
  }
  EXPECT_EQ(sum.finished, cloud.total().finished);
  EXPECT_DOUBLE_EQ(sum.energy_j, cloud.total().energy_j);
  EXPECT_NEAR(sum.gap_sum, cloud.total().gap_sum, 1e-9 * sum.gap_sum);
  EXPECT_GT(gap[1], 2 * gap[0]);  // a weak signal costs the cloud dearly
}

TEST(RegretTest, IsTheDifferenceOfTheExpectedRewards) {
  // On the Mi 8 Pro the DSP takes 16.2 mJ and the CPU 153.6 mJ (README.md), which is the reference:
  // rewards -16.2 / 153.6 and -1.
  const Scenario scenario = scenario_of(
      "name: hand\ndevices: [{profile: mi8pro}]\ndnns: [mobilenet_v1]\n"
      "policies: [edge_cpu_fp32, opt]\nphases: [{name: test, inferences: 20}]\n");
  for (const std::string policy : {"edge_cpu_fp32", "opt"}) {
    PolicyUnderTest setup = setup_of(scenario, policy);
    setup.compare_with_opt = true;
    for (const KeptRequest& r : simulate(scenario, std::move(setup)).requests) {
      EXPECT_NEAR(r.oracle.opt_reward, -16.2 / 153.6, 1e-3);
      EXPECT_NEAR(r.oracle.regret, policy == "opt" ? 0 : 1 - 16.2 / 153.6, 1e-3);
    }
  }
}

TEST(RegretTest, IsNeverNegativeForWholeNetworks) {
  const Scenario scenario = scenario_of(
      "name: any\nenvironment: D4\ncloud_signal: {gaussian: {mean: -75 dBm, sd: 10 dB}}\n"
      "use_case: streaming\nconstraints: {accuracy: 68}\n"
      "devices: [{profile: mi8pro}, {profile: galaxy_s10e}, {profile: moto_x_force}]\n"
      "policies: [random]\nphases: [{name: test, inferences: 300}]\n");
  PolicyUnderTest setup = every_action_in_turn();
  setup.compare_with_opt = true;
  double worst = 0;
  for (const KeptRequest& r : simulate(scenario, std::move(setup)).requests) {
    ASSERT_GE(r.oracle.regret, 0);
    ASSERT_LE(r.oracle.opt_reward, 0);
    worst = std::max(worst, r.oracle.regret);
  }
  EXPECT_GT(worst, 3);  // some violate a constraint that Opt meets
}

TEST(RegretTest, LearningCurvesHoldItByPhase) {
  const Scenario scenario = scenario_of(
      "name: curve\ndevices: [{profile: mi8pro}]\ndnns: [mobilenet_v1]\npolicies: [autoscale]\n"
      "relative_metrics: false\nphases:\n"
      "  - {name: quiet, inferences: 150, learn: true, explore: true, record: false}\n"
      "  - {name: seen, inferences: 250, learn: true, explore: true}\n");
  std::vector<RunResult> results = run_all(scenario, {});
  const std::vector<LearningPoint>& points = results.front().learning;
  ASSERT_EQ(points.size(), 3U);  // counted anew in every phase
  EXPECT_EQ(points[0].phase, "quiet");
  EXPECT_EQ(points[0].learned, 100U);
  EXPECT_FALSE(points[0].regret.has_value());
  EXPECT_EQ(points[1].phase, "seen");
  EXPECT_EQ(points[1].learned, 250U);
  EXPECT_EQ(points[2].learned, 350U);

  PolicyUnderTest setup = setup_of(scenario, "autoscale");
  setup.compare_with_opt = true;
  const Keeper kept = simulate(scenario, std::move(setup));
  double regret = 0, opt_reward = 0;
  for (std::size_t i = 0; i < 100; ++i) {
    regret += kept.requests[i].oracle.regret / 100;
    opt_reward += kept.requests[i].oracle.opt_reward / 100;
  }
  EXPECT_NEAR(points[1].regret.value(), regret, 1e-12);
  EXPECT_NEAR(points[1].opt_reward.value(), opt_reward, 1e-12);
}

}  // namespace
}  // namespace autoscale
