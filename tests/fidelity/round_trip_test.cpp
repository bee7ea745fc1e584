// Round trips against their laws: log-normal whether they come together or not, and an AR(1)
// process in time where they do.
#include "tests/fidelity/statistics.h"
#include "tests/support/simulation_testing.h"

namespace autoscale {
namespace {

/// Logarithms of the round trips of a camera that always sends to the cloud, in order.
std::vector<double> log_round_trips(std::string_view correlation) {
  const Scenario scenario =
      scenario_of(std::string("name: rtt\nuse_case: streaming\ndevices: [{profile: mi8pro}]\n"
                              "dnns: [mobilenet_v1]\npolicies: [random]\n"
                              "arrivals: {periodic: {period: 1 s}}\n"
                              "phases: [{name: test, inferences: 20000}]\n") +
                  std::string(correlation));
  std::vector<double> logs;
  for (const KeptRequest& r : simulate(scenario, always("cloud_gpu_fp32")).requests) {
    logs.push_back(std::log(r.seconds(Stage::kNetwork)));
  }
  return logs;
}

std::string correlated(std::string_view time) {
  return "overrides: {device_profiles/links/wifi: {rtt.correlation_time: {value: " +
         std::string(time) + ", assumed: test}}}\n";
}

double mean_of(const std::vector<double>& x) {
  double sum = 0;
  for (const double v : x) sum += v;
  return sum / static_cast<double>(x.size());
}

double correlation(const std::vector<double>& x, std::size_t lag) {
  const double mean = mean_of(x);
  double covariance = 0, variance = 0;
  for (std::size_t i = 0; i < x.size(); ++i) variance += (x[i] - mean) * (x[i] - mean);
  for (std::size_t i = lag; i < x.size(); ++i) covariance += (x[i] - mean) * (x[i - lag] - mean);
  return covariance / variance;
}

TEST(RoundTripTest, MedianAndNinetiethPercentileAreTheLinks) {
  for (const std::string& how : {std::string(), correlated("4 s")}) {
    std::vector<double> logs = log_round_trips(how);
    std::sort(logs.begin(), logs.end());
    const double tolerance = how.empty() ? 0.03 : 0.08;  // fewer independent samples
    EXPECT_NEAR(logs[logs.size() / 2], std::log(0.005), tolerance);
    EXPECT_NEAR(logs[logs.size() * 9 / 10], std::log(0.020), tolerance);
  }
}

TEST(RoundTripTest, WithoutACorrelationTimeTheyAreIndependent) {
  const std::vector<double> logs = log_round_trips("");
  for (const std::size_t lag : {1U, 2U, 5U}) EXPECT_NEAR(correlation(logs, lag), 0, 0.03);
}

TEST(RoundTripTest, WithOneTheyDecayExponentially) {
  const std::vector<double> logs = log_round_trips(correlated("4 s"));
  for (const std::size_t lag : {1U, 2U, 4U, 8U}) {
    EXPECT_NEAR(correlation(logs, lag), std::exp(-static_cast<double>(lag) / 4), 0.06) << lag;
  }
}

TEST(RoundTripTest, EveryPolicyMeetsTheSame) {
  const Scenario scenario = scenario_of(
      "name: rtt\ndevices: [{profile: mi8pro}]\ndnns: [mobilenet_v1]\npolicies: [random]\n"
      "noise: true\nphases: [{name: test, inferences: 200}]\n" +
      correlated("30 s"));
  const auto a = simulate(scenario, always("cloud_gpu_fp32")).requests;
  const auto b = simulate(scenario, always("cloud_cpu_fp32")).requests;
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].ledger.stages[Stage::kNetwork], b[i].ledger.stages[Stage::kNetwork]);
  }
}

}  // namespace
}  // namespace autoscale
