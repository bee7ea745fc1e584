// A policy that breaks its contract ends the run with a PolicyError that says who, which request
// and when, and the program with exit code 3.
#include <gtest/gtest.h>

#include "policies/base/fixed_policy.h"
#include "sim/run/runner.h"
#include "tests/support/program_testing.h"

namespace autoscale {
namespace {

/// Answers with an action that no phone has, from its third request on.
class IllegalPolicy final : public Policy {
 public:
  using Config = NoParameters;
  static constexpr PolicyInfo kInfo{
      .family = "test", .summary = "returns an illegal action", .source = ""};
  IllegalPolicy(const Config&, const PolicyContext& context)
      : legal_(context.legality[0].legal.front()) {}

  ExecutionPlan decide(const Observation& observation) override {
    return {observation.request < 2 ? legal_ : ActionId{9999}};
  }

 private:
  ActionId legal_;
};
const RegisterPolicy<IllegalPolicy> registered_illegal_for_test{"illegal_for_test"};

TEST(PolicyErrors, NamePolicyRequestAndTime) {
  const Catalog catalog(AUTOSCALE_SOURCE_DIR);
  const Scenario scenario = Scenario::load(
      catalog, std::filesystem::path(AUTOSCALE_SOURCE_DIR) / "scenarios/quickstart.yaml",
      {.assignments = {"relative_metrics=false", "phases=[{name: test, inferences: 5}]",
                       "arrivals={renewal: {interval: {constant: {value: 1 s}}}}"},
       .policies = {"illegal_for_test"}});
  try {
    run_all(scenario, {});
    FAIL() << "no PolicyError";
  } catch (const PolicyError& error) {
    EXPECT_STREQ(error.what(),
                 "policy 'illegal_for_test': illegal action 9999 for mobilenet_v1 on device 0 "
                 "(request 2, at 3 s)");
  }
}

/// Connected Edge on a tablet whose only processor cannot run the DNN.
TEST(PolicyErrors, ExitWithThree) {
  const TemporaryFolder folder;
  write_all(folder / "tablet.yaml", kTabletWithoutCpu);
  const ProgramResult result = run_program(
      {"run", "scenarios/quickstart.yaml", "--policy", "connected_edge", "--set",
       "dnns=[mobilebert]", "--set", "servers.tablet={profile: " + (folder / "tablet.yaml") + "}",
       "--out", folder / "out", "--requests"});
  EXPECT_EQ(result.code, 3) << result.err;
  EXPECT_EQ(result.err, "connected_edge: no legal action for mobilebert on mi8pro\n");
  EXPECT_TRUE(std::filesystem::is_empty(folder / "out"));
}

}  // namespace
}  // namespace autoscale
