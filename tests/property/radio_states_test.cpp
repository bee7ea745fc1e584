// A radio with several states after a transfer, in the event-driven world: every request of a
// stream costs what predict() says of the state it found, and together they pay for all passed.
#include <fmt/format.h>

#include <algorithm>

#include "tests/support/simulation_testing.h"

namespace autoscale {
namespace {

/// The NR links on the LTE radio of a phone that has no other.
Scenario stream(std::string_view technology) {
  return scenario_of(fmt::format(
      "name: states\nnoise: false\nthermal: false\ntails: true\ndevices: [{{profile: mi8pro}}]\n"
      "dnns: [mobilenet_v1]\npolicies: [random]\nlinks: {{cloud: {{technology: {0}}}}}\n"
      "overrides: {{device_profiles/links/{0}: {{name: lte}}}}\n"
      "arrivals: {{renewal: {{interval: {{exponential: {{mean: 9 s}}}}}}}}\n"
      "phases: [{{name: test, inferences: 400}}]\n",
      technology));
}

class RadioStates : public testing::TestWithParam<const char*> {};

TEST_P(RadioStates, ARequestCostsWhatTheStateItFindsSays) {
  const Scenario scenario = stream(GetParam());
  const SystemModel& system = scenario.system();
  const DeviceType& type = system.types[0];
  const LinkTechnology& link = system.links[kCloudLink].technology;
  std::array<int, 4> promoted{};  // by how: none, from a state, from idle, at first
  double idle_s = 1e9;
  Time last{};
  for (const KeptRequest& r : simulate(scenario, always("cloud_gpu_fp32")).requests) {
    const bool first = last == Time{};
    if (!first) idle_s = to_seconds(r.observation.now - last);
    last = r.completion;
    const Promotion promotion = link.promotion_after(idle_s);
    Conditions now = nominal_conditions(system, type);
    now.promotion_s[kCloudLink] = promotion.time_s;
    now.promotion_w[kCloudLink] = promotion.power_w;
    now.tail_s[kCloudLink] = std::min(idle_s, link.tail.time_s());
    now.cold[kCloudLink] = link.slow_start.cold_after(idle_s + promotion.time_s);
    now.waited_s = r.seconds(Stage::kWait);
    const DnnOnType& dnn = type.dnns[0];
    const Cost cost = predict(dnn.request, dnn.actions[r.executed], now);
    EXPECT_NEAR(r.seconds(Stage::kPromotion), cost.seconds[Stage::kPromotion], 2e-9);
    EXPECT_NEAR(r.cause(Cause::kRadioTail), cost.joules[Cause::kRadioTail], 5e-8);
    EXPECT_NEAR(r.ledger.energy_j, cost.energy_j, 1e-6 * cost.energy_j);
    ++promoted[first ? 3 : promotion.time_s == 0 ? 0 : idle_s < link.tail.time_s() ? 1 : 2];
    ASSERT_FALSE(HasFailure()) << "after " << idle_s << " s";
  }
  EXPECT_EQ(promoted[3], 1);
  EXPECT_GT(promoted[0], 100);
  EXPECT_GT(promoted[2], 20);
  EXPECT_EQ(promoted[1] > 10, std::string_view(GetParam()) == "nr_low")
      << "RRC inactive is a state of standalone networks";
}

TEST_P(RadioStates, TheStreamPaysForEveryStatePassed) {
  const Scenario scenario = stream(GetParam());
  const LinkTechnology& link = scenario.system().links[kCloudLink].technology;
  double charged = 0, expected = link.tail.energy_j(link.tail.time_s());
  Time last{};
  for (const KeptRequest& r : simulate(scenario, always("cloud_gpu_fp32")).requests) {
    charged += r.cause(Cause::kRadioTail);
    // The same by steps of a millisecond at the middle of each.
    const double idle_s = last == Time{} ? 0 : to_seconds(r.observation.now - last);
    last = r.completion;
    for (double at = 0.0005; at < idle_s; at += 0.001) {
      const RadioState* state = link.tail.state_after(at);
      if (state) expected += 0.001 * state->power_w;
    }
    const double promotion_s = r.seconds(Stage::kPromotion);
    if (promotion_s > 0) {
      const bool idle = promotion_s > 0.99 * link.promotion.time_s;
      expected += promotion_s * (idle ? link.promotion : link.promotion_after(12)).power_w;
    }
  }
  EXPECT_NEAR(charged, expected, 1e-3 * expected);
}

INSTANTIATE_TEST_SUITE_P(All, RadioStates, testing::Values("nr_low", "nr_mmwave"));

}  // namespace
}  // namespace autoscale
