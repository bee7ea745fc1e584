// No policy beats Opt on expected cost: in every environment, under every registered policy, what a
// decision is expected to cost never ranks before what Opt's would have been expected to cost at
// that moment.
//
// The ranking is that of the oracle, written out apart from sim/system/choice.h: an accurate target
// before one that is not, then one within the latency constraint before one that is late, then less
// energy or, among late ones, less latency. Comparing energies alone would be wrong: whoever misses
// a constraint may well need less. Opt chooses among whole networks on one target, so only such
// decisions are compared, plans of one segment among them; plans in several segments (NeuroSurgeon,
// MOSAIC) may beat it.
#include <fmt/format.h>

#include "sim/policy/cost_model.h"
#include "tests/support/judged_policy.h"
#include "tests/support/rank.h"

namespace autoscale {
namespace {

Rank rank_of(const PolicyContext& context, const Observation& o, ActionId action) {
  return rank_of(context.legality[o.dnn].actions[action].accurate,
                 context.oracle->cost(o, action, OracleForm::kExpected),
                 context.costs->constraints().qos_s);
}

class OptBoundTest : public testing::TestWithParam<std::string> {};

TEST_P(OptBoundTest, NoWholePlanRanksBeforeOpts) {
  for (const auto environment : {"S1", "S2", "S3", "S4", "S5", "D1", "D2", "D3", "D4"}) {
    const Scenario scenario = scenario_of(fmt::format(
        "name: bound\nenvironment: {}\ndevices: [{{profile: mi8pro}}, {{profile: galaxy_s10e}}, "
        "{{profile: moto_x_force}}]\nconstraints: {{accuracy: 65}}\npolicies: [{}]\n"
        "phases: [{{name: train, conditions: grid, inferences: 1, learn: true, explore: true, "
        "record: false}}, {{name: test, inferences: 20}}]\n",
        environment, GetParam()));
    std::size_t whole = 0, segments = 0;
    const auto judge = [&](const PolicyContext& context, const Observation& o,
                           const ExecutionPlan& plan) {
      if (plan.segments.size() > 1) {
        ++segments;
        return;
      }
      ++whole;
      const ActionId action = plan.segments.empty() ? plan.action : plan.segments[0].action;
      const OracleChoice opt = context.oracle->best(o, OracleForm::kExpected);
      EXPECT_FALSE(rank_of(context, o, action) < rank_of(context, o, opt.action))
          << environment << ": " << context.actions.name(action) << " beats "
          << context.actions.name(opt.action) << " for " << context.dnns[o.dnn].id << " on "
          << context.device_type;
    };
    simulate(scenario, judged(setup_of(scenario, GetParam()), judge));
    EXPECT_GE(whole + segments, 3U * 9 * 20);
    EXPECT_GT(whole, 0U);
  }
}

INSTANTIATE_TEST_SUITE_P(All, OptBoundTest, testing::ValuesIn(deciding_policies()),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace autoscale
