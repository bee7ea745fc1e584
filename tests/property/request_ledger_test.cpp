// What holds for the ledger of every request, whatever the scenario: stages sum to the latency,
// causes sum to the energy, nothing is negative, the baseline is charged as the accounting says.
#include <fmt/format.h>

#include <numeric>

#include "sim/run/runner.h"
#include "tests/support/simulation_testing.h"

namespace autoscale {
namespace {

constexpr std::string_view kDevices =
    "devices: [{profile: mi8pro, count: 2}, {profile: galaxy_s10e, count: 2}, "
    "{profile: moto_x_force, count: 2}]\n";

std::string scenario_text(std::string_view environment, std::string_view use_case,
                          std::string_view more) {
  return fmt::format(
      "name: ledger\nenvironment: {}\nuse_case: {}\n{}policies: [random]\n"
      "phases: [{{name: test, inferences: 12, order: random}}]\n{}\n",
      environment, use_case, kDevices, more);
}

/// Baseline energy that the accounting mode charges for the request's stages.
double baseline_j(const KeptRequest& r, AccountingMode mode, double baseline_w) {
  const double latency = r.latency_s();
  if (mode == AccountingMode::kWholePhone) return baseline_w * latency;
  if (mode == AccountingMode::kMarginal) return 0;
  return baseline_w * (latency - r.seconds(Stage::kDecision) - r.seconds(Stage::kCompute) -
                       r.seconds(Stage::kUpload) - r.seconds(Stage::kDownload));
}

void check_ledger(const KeptRequest& r, const Scenario& scenario) {
  const Duration stages =
      std::accumulate(r.ledger.stages.begin(), r.ledger.stages.end(), Duration::zero());
  EXPECT_EQ(stages, r.completion - r.arrival);
  for (const Duration stage : r.ledger.stages) EXPECT_GE(stage, Duration::zero());
  const double joules = std::accumulate(r.ledger.joules.begin(), r.ledger.joules.end(), 0.0);
  EXPECT_NEAR(joules, r.ledger.energy_j, 1e-12 * r.ledger.energy_j);
  for (const double cause : r.ledger.joules) EXPECT_GE(cause, 0);
  EXPECT_GE(r.ledger.server_j, 0);

  const DeviceType& type = scenario.system().types[r.type];
  const AccountingMode mode = scenario.config().accounting;
  const double baseline = baseline_j(r, mode, type.profile.baseline_w);
  const Site site = type.actions[r.executed].site;
  const double listening =
      mode == AccountingMode::kPaperEquations || site == Site::kPhone
          ? 0
          : type.radio[link_of(site)].listen_w * (r.latency_s() - r.seconds(Stage::kWait));
  const double slack = 1e-9 * (1 + baseline);
  EXPECT_GE(r.cause(Cause::kIdle), baseline - slack);
  EXPECT_LE(r.cause(Cause::kIdle), baseline + listening + slack);
}

void check_scenario(const std::string& text) {
  SCOPED_TRACE(text);
  const Scenario scenario = scenario_of(text);
  const Keeper kept = simulate(scenario, setup_of(scenario, "random"));
  ASSERT_FALSE(kept.requests.empty());
  for (const KeptRequest& r : kept.requests) {
    check_ledger(r, scenario);
    if (testing::Test::HasFailure()) {
      FAIL() << "device " << r.observation.phone << ", request " << r.observation.request;
    }
  }
}

TEST(RequestLedgerTest, SumsInEveryEnvironmentAndUseCase) {
  for (const auto environment : {"S1", "S2", "S3", "S4", "S5", "D1", "D2", "D3", "D4"}) {
    for (const auto use_case : {"non_streaming", "streaming", "translation"}) {
      check_scenario(scenario_text(environment, use_case, ""));
    }
  }
}

TEST(RequestLedgerTest, SumsUnderEveryAccountingWithTailsAndSharedAir) {
  constexpr std::string_view kShared =
      "links:\n"
      "  cloud: {technology: lte, phones_per_access_point: 6}\n"
      "  tablet: {technology: wifi_direct, phones_per_access_point: 3}\n"
      "servers: {tablet: {profile: galaxy_tab_s6, phones_each: 3}}\n"
      "cloud_signal: {ar1: {mean: -95 dBm, sd: 6 dB, time_constant: 3 s, period: 20 ms}}\n"
      "tablet_signal: {gaussian: {mean: -70 dBm, sd: 10 dB, period: 5 ms}}\n";
  for (const auto accounting : {"whole_phone", "marginal", "paper_equations"}) {
    for (const bool tails : {false, true}) {
      for (const auto use_case : {"non_streaming", "streaming"}) {
        check_scenario(
            scenario_text("D4", use_case,
                          fmt::format("{}accounting: {}\ntails: {}", kShared, accounting, tails)));
      }
    }
  }
}

constexpr std::string_view kHot =
    "name: hot\nenvironment: D2\ndevices: [{profile: mi8pro}]\ndnns: [inception_v3]\n"
    "arrivals: {closed_loop: {think: {constant: {value: 0 s}}}}\n"
    "policies: [edge_cpu_fp32]\nphases: [{name: test, inferences: 3000}]\n";

TEST(RequestLedgerTest, HeatCapsTheOperatingPointAndTheSumsHold) {
  const Scenario scenario = scenario_of(kHot);
  const Keeper kept = simulate(scenario, setup_of(scenario, "edge_cpu_fp32"));
  std::size_t capped = 0;
  for (const KeptRequest& r : kept.requests) {
    check_ledger(r, scenario);
    EXPECT_LE(r.executed, r.action);
    capped += r.executed < r.action;
  }
  EXPECT_GT(capped, 100U);
}

TEST(RequestLedgerTest, RunTotalsAreTheSumOfTheRequests) {
  const Scenario scenario = scenario_of(scenario_text("D3", "non_streaming", ""));
  const Keeper kept = simulate(scenario, setup_of(scenario, "random"), scenario.config().seed);
  double energy = 0;
  std::array<double, kCauses> causes{};
  for (const KeptRequest& r : kept.requests) {
    energy += r.ledger.energy_j;
    for (std::size_t i = 0; i < kCauses; ++i) causes[i] += r.ledger.joules[i];
  }
  const std::vector<RunResult> results = run_all(scenario, {});
  const Tally& total = results.front().metrics->total();
  ASSERT_EQ(results.front().policy().name, "random");
  EXPECT_EQ(total.finished, kept.requests.size());
  EXPECT_NEAR(total.energy_j, energy, 1e-9 * energy);
  for (std::size_t i = 0; i < kCauses; ++i) {
    EXPECT_NEAR(total.joules[i], causes[i], 1e-9 * energy);
  }
}

}  // namespace
}  // namespace autoscale
