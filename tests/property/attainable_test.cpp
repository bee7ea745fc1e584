// Requests that nothing can serve in time are counted apart: there Opt is the fastest action, no
// energy optimum, and an efficient policy has a huge gap to it.
#include <fmt/format.h>

#include "sim/results/columns.h"
#include "sim/results/results.h"
#include "sim/run/runner.h"
#include "sim/system/choice.h"
#include "tests/support/simulation_testing.h"

namespace autoscale {
namespace {

/// A scenario and what its runs gave.
struct Runs {
  explicit Runs(Scenario s) : scenario(std::move(s)), results(run_all(scenario, {})) {}

  Scenario scenario;
  std::vector<RunResult> results;
};

/// The row of all phones and DNNs of a policy, as runs.csv has it.
class Row {
 public:
  Row(const Runs& runs, std::string_view policy) {
    for (const RunRow& row : run_rows(runs.results)) {
      if (!row.whole_run || row.run.policy().name != policy) continue;
      for (const RunColumn& c : run_columns()) cells_[c.name] = c.value(row);
    }
  }
  const std::string& operator[](const std::string& column) const { return cells_.at(column); }
  double number(const std::string& column) const { return std::stod(cells_.at(column)); }

 private:
  std::map<std::string, std::string> cells_;
};

Scenario with_latency(std::string_view latency) {
  return scenario_of(
      fmt::format("name: bound\nnoise: false\nthermal: false\ndevices: [{{profile: mi8pro}}]\n"
                  "dnns: [mobilenet_v1, inception_v3]\nconstraints: {{latency: {}}}\n"
                  "policies: [edge_cpu_fp32, opt]\nphases: [{{name: test, inferences: 20}}]\n",
                  latency));
}

TEST(AttainableTest, AllAreCountedApartWhereNothingIsInTime) {
  const Runs results(with_latency("1 ms"));
  const Row row(results, "edge_cpu_fp32");
  EXPECT_EQ(row["qos_unattainable"], "40");
  EXPECT_EQ(row["compared"], "0");
  EXPECT_EQ(row["agreement_target"], "");
  EXPECT_EQ(row["gap_to_opt"], "");
  EXPECT_EQ(row["gap_count"], "0");
  EXPECT_NE(row["gap_to_opt_all"], "");
  EXPECT_EQ(row["agreement_target_all"], "0");
  EXPECT_EQ(Row(results, "opt")["agreement_target_all"], "1");
}

TEST(AttainableTest, NoneIsWhereAllCanBe) {
  const Runs results(with_latency("10 s"));
  const Row row(results, "edge_cpu_fp32");
  EXPECT_EQ(row["qos_unattainable"], "0");
  EXPECT_EQ(row["compared"], "40");
  EXPECT_EQ(row["gap_to_opt"], row["gap_to_opt_all"]);
  EXPECT_EQ(row["agreement_target"], row["agreement_target_all"]);
}

TEST(AttainableTest, TheGapIsOverTheAttainableOnly) {
  // MobileNet v1 meets 20 ms on the DSP, Inception v3 nowhere.
  const Runs results(with_latency("20 ms"));
  const SystemModel& system = results.scenario.system();
  const Row row(results, "edge_cpu_fp32");
  EXPECT_EQ(row["qos_unattainable"], "20");
  EXPECT_EQ(row["compared"], "20");
  EXPECT_EQ(row["gap_count"], "20");
  const DnnOnType& dnn = system.types[0].dnns[0];
  const auto cost = [&](ActionId a) {
    return predict(dnn.request, dnn.actions[a], nominal_conditions(system, system.types[0]));
  };
  const auto best = choose_accurate_first(
      dnn, 0.020, [](ActionId) { return true; }, cost);
  EXPECT_NEAR(row.number("gap_to_opt"), dnn.reference_j / best->cost.energy_j - 1, 1e-6);
  EXPECT_NE(row["gap_to_opt"], row["gap_to_opt_all"]);
}

TEST(AttainableTest, TheOtherOraclesAreComparedOnRequest) {
  const std::string scenario =
      "name: oracles\ndevices: [{profile: mi8pro}]\ndnns: [mobilenet_v1]\n"
      "policies: [expected_reward, chance_constrained, random]\n"
      "phases: [{name: test, inferences: 100}]\n";
  EXPECT_EQ(Row(Runs(scenario_of(scenario)), "random")["agreement_expected_reward"], "");
  const Runs results(scenario_of(scenario + "compare_with_oracles: true\n"));
  EXPECT_EQ(Row(results, "expected_reward")["agreement_expected_reward"], "1");
  EXPECT_EQ(Row(results, "chance_constrained")["agreement_chance_constrained"], "1");
  EXPECT_LT(Row(results, "random").number("agreement_expected_reward"), 0.5);
}

TEST(AttainableTest, HeatIsReportedWhereItCaps) {
  // A CPU co-runner alone heats to 25 + 8 (0.9 + 0.9 x 5.5) = 71.8 degC, the trip is at 70.
  const auto throttled = [](std::string_view cpu) {
    const Runs results(
        scenario_of(fmt::format("name: heat\ndevices: [{{profile: mi8pro}}]\ndnns: [mobilenet_v1]\n"
                                "co_runner: {{steady: {{cpu: {}, memory: 0}}}}\npolicies: [cloud]\n"
                                "phases: [{{name: test, inferences: 200}}]\n",
                                cpu)));
    return Row(results, "cloud").number("throttled_ratio");
  };
  EXPECT_EQ(throttled("0.5"), 0);
  const double often = throttled("0.9");
  EXPECT_GT(often, 0.5);
  EXPECT_LT(often, 1) << "it starts cool";
}

}  // namespace
}  // namespace autoscale
