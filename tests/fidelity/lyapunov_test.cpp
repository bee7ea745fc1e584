// The Lyapunov policy against the theory of drift plus penalty: misses keep to the rate, and a
// larger weight of energy buys less energy. On warm connections, where the cloud needs the least.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "tests/support/simulation_testing.h"

namespace autoscale {
namespace {

constexpr double kRate = 0.1;
constexpr std::uint32_t kWarmUp = 500;  // requests per DNN before the ones that count
constexpr std::uint32_t kCounted = 2000;

/// The counted requests of a policy in a world given by keys of a scenario.
Keeper run(std::string_view world, const std::string& policy, std::string_view parameters) {
  const Scenario scenario = scenario_of(
      fmt::format("name: lyapunov\nslow_start: false\n{}policies: [{{{}: {}}}]\nphases:\n"
                  "  - {{name: all, order: round_robin, inferences: {}, learn: true}}\n",
                  world, policy, parameters, kWarmUp + kCounted));
  const auto dnns = static_cast<std::uint32_t>(scenario.system().dnns.size());
  Keeper kept = simulate(scenario, setup_of(scenario, policy));
  std::erase_if(kept.requests,
                [&](const KeptRequest& r) { return r.observation.request < kWarmUp * dnns; });
  return kept;
}

Keeper lyapunov(std::string_view world, double weight) {
  return run(world, "lyapunov",
             fmt::format("{{violation_rate: {}, energy_weight: {}}}", kRate, weight));
}

double misses(const Keeper& kept) {
  return static_cast<double>(
      std::count_if(kept.requests.begin(), kept.requests.end(),
                    [](const KeptRequest& r) { return !r.verdict.qos_met; }));
}

double energy_j(const Keeper& kept) {
  double sum = 0;
  for (const KeptRequest& r : kept.requests) sum += r.ledger.energy_j;
  return sum;
}

// ResNet-50 within 20 ms: without noise the cloud, 26.5 ms, always misses, the DSP, 17.2 ms, never.
// The cloud needs less energy, so the whole budget of misses is spent, and no more: the queue stays
// within one miss of the length at which the DSP overtakes, so that the misses differ from
// rate x requests by at most the 1 + rate that it can move by.
TEST(LyapunovFidelityTest, SpendsTheBudgetOfMissesAndNoMore) {
  for (const double weight : {0.1, 1.0, 100.0}) {
    const Keeper kept = lyapunov(
        "devices: [{profile: mi8pro}]\ndnns: [resnet_50_v1]\nnoise: false\n"
        "constraints: {latency: 20 ms}\n",
        weight);
    EXPECT_NEAR(misses(kept), kRate * kCounted, 1 + kRate) << weight;
  }
}

/// A DNN on a phone that misses more than the rate at least energy and less when fastest.
struct Feasible {
  const char* phone;
  const char* dnn;
  const char* environment;
  int latency_ms;
};

TEST(LyapunovFidelityTest, KeepsToTheRateWhereThatCanBeDone) {
  for (const Feasible& c : {Feasible{"mi8pro", "resnet_50_v1", "S4", 25},
                            {"mi8pro", "resnet_50_v1", "D2", 25},
                            {"galaxy_s10e", "ssd_mobilenet_v2", "S2", 30},
                            {"galaxy_s10e", "ssd_mobilenet_v2", "D2", 30},
                            {"galaxy_s10e", "ssd_mobilenet_v1", "D3", 25},
                            {"galaxy_s10e", "mobilenet_v2", "S3", 20}}) {
    const std::string world = fmt::format(
        "devices: [{{profile: {}}}]\ndnns: [{}]\nenvironment: {}\n"
        "constraints: {{latency: {} ms}}\n",
        c.phone, c.dnn, c.environment, c.latency_ms);
    SCOPED_TRACE(world);
    const Keeper fast = run(world, "fastest", "{}"), kept = lyapunov(world, 1);
    ASSERT_GT(misses(run(world, "greedy_energy", "{}")), 2 * kRate * kCounted);
    ASSERT_LT(misses(fast), kRate * kCounted / 2);
    EXPECT_LE(misses(kept), kRate * kCounted + 2);  // two may wait in the queue
    EXPECT_LT(energy_j(kept), energy_j(fast));
  }
}

TEST(LyapunovFidelityTest, ALargerWeightOfEnergyNeedsLess) {
  for (const char* environment : {"D2", "D4"}) {
    const std::string world = fmt::format(
        "devices: [{{profile: mi8pro}}, {{profile: galaxy_s10e}}, {{profile: moto_x_force}}]\n"
        "environment: {}\nconstraints: {{latency: 30 ms}}\n",
        environment);
    double before = std::numeric_limits<double>::infinity();
    for (const double weight : {0.0, 0.01, 0.1, 1.0, 10.0, 100.0}) {
      const double now = energy_j(lyapunov(world, weight));
      EXPECT_LT(now, before) << environment << ' ' << weight;
      before = now;
    }
  }
}

}  // namespace
}  // namespace autoscale
