// A phone that is too hot as a phase begins is slowed down from its first request, which begins a
// nanosecond later, although heat is left alone while no time passes.
#include "tests/support/simulation_testing.h"

namespace autoscale {
namespace {

TEST(HotStartTest, APhoneAboveATripIsCappedFromItsFirstRequest) {
  const Scenario scenario = scenario_of(
      "name: hot\nnoise: false\ndevices: [{profile: mi8pro}]\ndnns: [mobilenet_v1]\n"
      "policies: [random]\narrivals: {closed_loop: {think: {constant: {value: 0 s}}}}\n"
      "overrides: {device_profiles/mi8pro: {\"thermal.trips.values\": [20, 210]}}\n"
      "phases: [{name: test, inferences: 2}]\n");
  const int steps = scenario.system().types[0].profile.thermal->steps_per_trip;
  for (const KeptRequest& request : simulate(scenario, always("phone_cpu_fp32")).requests) {
    EXPECT_TRUE(request.throttled);
    EXPECT_EQ(request.executed, request.action - steps);
  }
}

}  // namespace
}  // namespace autoscale
