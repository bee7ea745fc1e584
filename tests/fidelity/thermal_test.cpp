// The RC thermal node against its closed form, and its trips.
#include "sim/models/thermal.h"

#include <gtest/gtest.h>

namespace autoscale {
namespace {

using std::chrono::seconds;

ThermalNode make_node() {
  ThermalNode node;
  node.resistance_k_per_w = 8;
  node.time_constant_s = 60;
  node.ambient_c = 25;
  node.trips_c = {70, 80};
  node.hysteresis_k = 5;
  node.steps_per_trip = 3;
  return node;
}

TEST(ThermalTest, HeatsExponentially) {
  const ThermalNode node = make_node();
  ThermalState state;
  state.advance(node, kStart + seconds(60), 5.0);
  EXPECT_NEAR(state.temperature_c, 25 + 40 * (1 - std::exp(-1.0)), 1e-12);
  state.advance(node, kStart + seconds(120), 5.0);
  EXPECT_NEAR(state.temperature_c, 25 + 40 * (1 - std::exp(-2.0)), 1e-12);
  state.advance(node, kStart + seconds(6000), 5.0);
  EXPECT_NEAR(state.temperature_c, node.steady_c(5.0), 1e-9);
  EXPECT_EQ(node.steady_c(5.0), 65);
}

TEST(ThermalTest, CoolsExponentially) {
  const ThermalNode node = make_node();
  ThermalState state;
  state.temperature_c = 75;
  state.advance(node, kStart + seconds(30), 0.0);
  EXPECT_NEAR(state.temperature_c, 25 + 50 * std::exp(-0.5), 1e-12);
}

TEST(ThermalTest, ObeysItsDifferentialEquation) {
  const ThermalNode node = make_node();
  const double dt = 1e-4;
  for (const double start_c : {20.0, 25.0, 50.0, 90.0}) {
    for (const double power_w : {0.0, 2.0, 5.0}) {
      const double slope = (node.after(start_c, power_w, dt) - start_c) / dt;
      const double expected = (25 + 8 * power_w - start_c) / 60;
      EXPECT_NEAR(slope, expected, 1e-5) << start_c << " C, " << power_w << " W";
    }
  }
}

TEST(ThermalTest, HowOftenSomebodyLooksDoesNotMatter) {
  const ThermalNode node = make_node();
  ThermalState once, often;
  once.advance(node, kStart + seconds(90), 3.5);
  for (int i = 1; i <= 9000; ++i) {
    often.advance(node, kStart + std::chrono::milliseconds(10 * i), 3.5);
  }
  EXPECT_NEAR(once.temperature_c, often.temperature_c, 1e-10);
  EXPECT_NEAR(node.after(node.after(40, 3, 45), 3, 45), node.after(40, 3, 90), 1e-12);
}

TEST(ThermalTest, NoTimeChangesNothing) {
  const ThermalNode node = make_node();
  ThermalState state;
  state.temperature_c = 51;
  state.advance(node, kStart, 100.0);
  EXPECT_EQ(state.temperature_c, 51);
}

TEST(ThermalTest, TripsCapWithHysteresis) {
  const ThermalNode node = make_node();
  ThermalState state;
  const auto trips_at = [&](double temperature_c) {
    state.temperature_c = temperature_c;
    state.settle(node);
    return state.trips;
  };
  EXPECT_EQ(trips_at(69.9), 0);
  EXPECT_EQ(state.cap(node, 22), 22);
  EXPECT_EQ(trips_at(70.0), 1);
  EXPECT_EQ(state.cap(node, 22), 19);
  EXPECT_EQ(trips_at(65.0), 1);
  EXPECT_EQ(trips_at(64.9), 0);
  EXPECT_EQ(trips_at(85.0), 2);
  EXPECT_EQ(state.cap(node, 22), 16);
  EXPECT_EQ(state.cap(node, 4), 0);
  EXPECT_EQ(trips_at(75.0), 2);
  EXPECT_EQ(trips_at(74.9), 1);
  EXPECT_EQ(trips_at(90.0), 2);
  EXPECT_EQ(trips_at(25.0), 0);
}

TEST(ThermalTest, TimeToTheFirstTrip) {
  // 8 W drive the node towards 89 C; it reaches 70 C after tau ln((89 - 25) / (89 - 70)).
  const ThermalNode node = make_node();
  const double trip_s = 60 * std::log(64.0 / 19.0);
  ThermalState state;
  state.advance(node, kStart + from_seconds(trip_s - 1e-3), 8.0);
  EXPECT_EQ(state.trips, 0);
  state.advance(node, kStart + from_seconds(trip_s + 1e-3), 8.0);
  EXPECT_EQ(state.trips, 1);
}

}  // namespace
}  // namespace autoscale
