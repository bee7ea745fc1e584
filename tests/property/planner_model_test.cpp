// The erring cost model of planners: its factors have the spread that the scenario asks for, and
// what has no error is the truth.
#include <gtest/gtest.h>

#include <cmath>

#include "sim/policy/cost_model.h"
#include "sim/system/model_error.h"
#include "tests/support/simulation_testing.h"

namespace autoscale {
namespace {

constexpr std::uint32_t kOwners = 4000;

/// Standard deviation of the logarithm of what `factor_of` finds in the models of many owners, and
/// its mean.
template <class FactorOf>
std::pair<double, double> spread(const ModelError& error, FactorOf&& factor_of) {
  const Scenario scenario = scenario_of(
      "name: s\ndevices: [{profile: mi8pro}]\npolicies: [cloud]\n"
      "phases: [{name: test, inferences: 1}]\n");
  const DeviceType& type = scenario.system().types.front();
  double sum = 0, squares = 0;
  for (std::uint32_t owner = 0; owner < kOwners; ++owner) {
    const MistakenModel model = mistaken_model(type, error, RandomField(1), owner);
    const double x = std::log(factor_of(type, model));
    sum += x;
    squares += x * x;
  }
  const double mean = sum / kOwners;
  return {std::sqrt(squares / kOwners - mean * mean), mean};
}

void expect_spread(std::pair<double, double> found, double sigma) {
  EXPECT_NEAR(found.first, sigma, 4 * sigma / std::sqrt(2.0 * kOwners));
  EXPECT_NEAR(found.second, 0, 4 * sigma / std::sqrt(double{kOwners}));
}

TEST(PlannerModel, FactorsHaveTheSpreadThatIsAskedFor) {
  const auto cpu_time = [](const DeviceType& type, const MistakenModel& m) {
    return m.dnns[0].actions[0].work.compute_s / type.dnns[0].actions[0].work.compute_s;
  };
  const auto cpu_power = [](const DeviceType& type, const MistakenModel& m) {
    return m.dnns[0].actions[0].busy_w / type.dnns[0].actions[0].busy_w;
  };
  const auto idle = [](const DeviceType& type, const MistakenModel& m) {
    return m.dnns[0].request.idle.busy_w / type.dnns[0].request.idle.busy_w;
  };
  const auto memory = [](const DeviceType& type, const MistakenModel& m) {
    return m.dnns[0].request.contention.memory / type.dnns[0].request.contention.memory;
  };
  expect_spread(spread({.latency = 0.3}, cpu_time), 0.3);
  expect_spread(spread({.power = 0.2}, cpu_power), 0.2);
  expect_spread(spread({.power = 0.2}, idle), 0.2);
  expect_spread(spread({.contention = 0.4}, memory), 0.4);
  expect_spread(spread({.link_rate = 0.3}, [](const auto&, const auto& m) { return m.rate[0]; }),
                0.3);
  expect_spread(spread({.rtt = 0.5}, [](const auto&, const auto& m) { return m.rtt[1]; }), 0.5);
}

TEST(PlannerModel, WhatHasNoErrorIsTheTruth) {
  const auto cpu_time = [](const DeviceType& type, const MistakenModel& m) {
    return m.dnns[0].actions[0].work.compute_s / type.dnns[0].actions[0].work.compute_s;
  };
  EXPECT_EQ(spread({.power = 1, .link_rate = 1, .rtt = 1, .contention = 1}, cpu_time).first, 0);
}

}  // namespace
}  // namespace autoscale
