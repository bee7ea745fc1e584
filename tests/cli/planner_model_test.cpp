// planner_model of a scenario: an error of 0 gives the same bytes as none, and oracles never err.
#include "tests/support/program_testing.h"

namespace autoscale {
namespace {

std::string breakdown(const std::string& policy, const std::string& planner_model) {
  const TemporaryFolder folder;
  std::vector<std::string> words = {"run",      "scenarios/quickstart.yaml",
                                    "--policy", policy,
                                    "--set",    "phases=[{name: test, inferences: 50}]",
                                    "--set",    "relative_metrics=false",
                                    "--set",    "dnns=[mobilenet_v1, resnet_50_v1]",
                                    "--out",    folder / "run"};
  if (!planner_model.empty())
    words.insert(words.end(), {"--set", "planner_model=" + planner_model});
  const ProgramResult result = run_program(words);
  EXPECT_EQ(result.code, 0) << result.err;
  return read_all(folder / "run/breakdown.csv");
}

TEST(PlannerModel, AnErrorOfZeroGivesTheSameBytes) {
  for (const char* policy : {"lyapunov", "greedy_energy", "fastest", "edge_best", "neurosurgeon",
                             "mosaic", "cloud", "connected_edge"}) {
    EXPECT_EQ(breakdown(policy, "{error: {latency: 0, rtt: 0}}"), breakdown(policy, "")) << policy;
  }
}

TEST(PlannerModel, OraclesDoNotErr) {
  for (const char* policy : {"opt", "best_per_state"}) {
    EXPECT_EQ(breakdown(policy, "{error: {latency: 2, power: 2}}"), breakdown(policy, ""))
        << policy;
  }
  EXPECT_NE(breakdown("greedy_energy", "{error: {latency: 2, power: 2}}"),
            breakdown("greedy_energy", ""));
}

}  // namespace
}  // namespace autoscale
