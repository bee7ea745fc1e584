// When the connections of a simulated phone are cold: after idleness, each direction and each link
// for itself, and only where the scenario and the link say so.
#include <fmt/format.h>

#include "tests/support/simulation_testing.h"

namespace autoscale {
namespace {

std::vector<KeptRequest> requests_of(std::string_view more) {
  const Scenario scenario = scenario_of(fmt::format(
      "name: cold\nnoise: false\nthermal: false\ndevices: [{{profile: mi8pro}}]\n"
      "dnns: [mobilenet_v1]\npolicies: [random]\nphases: [{{name: test, inferences: 50}}]\n{}\n",
      more));
  return simulate(scenario, always("cloud_gpu_fp32")).requests;
}

/// Seconds of 150,528 bytes from warm: 108.79 Mbit/s at -55 dBm.
constexpr double kWarmS = 150528 * 8 / 108.79e6;

TEST(SlowStartWorldTest, PhotosAreColdAndACameraOnlyOnce) {
  for (const KeptRequest& r : requests_of("use_case: non_streaming")) {
    EXPECT_GT(r.seconds(Stage::kUpload), kWarmS + 0.010);
  }
  const auto frames = requests_of("use_case: streaming");
  EXPECT_GT(frames.front().seconds(Stage::kUpload), kWarmS + 0.010);
  for (std::size_t i = 1; i < frames.size(); ++i) {
    EXPECT_NEAR(frames[i].seconds(Stage::kUpload), kWarmS, 2e-9) << i;
  }
}

TEST(SlowStartWorldTest, WarmIfTheScenarioOrTheLinkSaysSo) {
  for (const auto how :
       {"slow_start: false",
        "overrides: {device_profiles/links/wifi: {slow_start.idle_reset: false}}"}) {
    for (const KeptRequest& r : requests_of(how)) {
      EXPECT_NEAR(r.seconds(Stage::kUpload), kWarmS, 2e-9) << how;
    }
  }
}

TEST(SlowStartWorldTest, TheRadioListensDuringThePauses) {
  const auto cold = requests_of("accounting: marginal"),
             warm = requests_of("accounting: marginal\nslow_start: false");
  for (std::size_t i = 0; i < cold.size(); ++i) {
    EXPECT_EQ(cold[i].cause(Cause::kRadioTx), warm[i].cause(Cause::kRadioTx));
    const double pause_s = cold[i].seconds(Stage::kUpload) - warm[i].seconds(Stage::kUpload);
    EXPECT_NEAR(cold[i].ledger.energy_j - warm[i].ledger.energy_j, 0.1 * pause_s, 1e-9);
  }
}

TEST(SlowStartWorldTest, TheWindowIsKeptUntilTheIdleTimeout) {
  const auto at = [](std::string_view think) {
    return requests_of(
        fmt::format("arrivals: {{closed_loop: {{think: {{constant: {{value: {}}}}}}}}}", think));
  };
  EXPECT_NEAR(at("150 ms").back().seconds(Stage::kUpload), kWarmS, 2e-9);
  EXPECT_GT(at("250 ms").back().seconds(Stage::kUpload), kWarmS + 0.010);
}

}  // namespace
}  // namespace autoscale
