// The skin's limit and the floor of sim/models/thermal.h against closed forms, and over hours.
#include <gtest/gtest.h>

#include <random>

#include "sim/models/thermal.h"

namespace autoscale {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr double kBudget_w = 4.5;
constexpr double kTau_s = 50;
constexpr double kHysteresis = 0.05;
constexpr double kInfinite = std::numeric_limits<double>::infinity();

ThermalNode phone(int most_points = 9) {
  ThermalNode node;
  node.resistance_k_per_w = 8;
  node.time_constant_s = 20;
  node.trips_c = {300};
  node.hysteresis_k = 5;
  node.steps_per_trip = 3;
  node.skin = SkinLimit{.budget_w = kBudget_w,
                        .time_constant_s = kTau_s,
                        .hysteresis = kHysteresis,
                        .period = seconds(5),
                        .most_points = most_points};
  return node;
}

ThermalNode phone_with_floor() {
  ThermalNode node = phone();
  node.skin.reset();
  node.floor_trip = FloorTrip{.trip_c = 78, .recovery_c = 60};
  return node;
}

/// Seconds until the filter reaches `level_w` from 0 at `power_w`.
double first_reached_s(double level_w, double power_w) {
  return kTau_s * std::log(power_w / (power_w - level_w));
}

TEST(SkinTest, FiltersThePowerOfTheDevice) {
  const ThermalNode node = phone();
  ThermalState state;
  state.advance(node, kStart + seconds(20), 3.0);
  EXPECT_NEAR(state.skin.warmth_w, 3 * (1 - std::exp(-20 / kTau_s)), 1e-12);
  state.advance(node, kStart + seconds(50), 0.0);
  EXPECT_NEAR(state.skin.warmth_w, 3 * (1 - std::exp(-20 / kTau_s)) * std::exp(-30 / kTau_s),
              1e-12);
}

TEST(SkinTest, TakesAPointWhenTheFilterReachesTheBudgetAndOnePerPeriodAfter) {
  const ThermalNode node = phone();
  const double reached_s = first_reached_s(kBudget_w, 9);
  ThermalState state;
  EXPECT_NEAR(state.next_change_s(node, 9), reached_s, 2e-9);
  state.advance(node, kStart + from_seconds(reached_s - 1e-6), 9);
  EXPECT_FALSE(state.throttled());
  state.advance(node, kStart + from_seconds(reached_s + 1e-6), 9);
  EXPECT_EQ(state.cap(node, 22), 21);
  EXPECT_NEAR(state.next_change_s(node, 9), 5, 2e-6);
  state.advance(node, kStart + from_seconds(reached_s + 15.1), 9);
  EXPECT_EQ(state.cap(node, 22), 18);
  EXPECT_EQ(state.cap(node, 2), 0);
}

TEST(SkinTest, TakesNoMoreThanThereIsAndDoesNotWindUp) {
  const ThermalNode node = phone(3);
  ThermalState state;
  state.advance(node, kStart + seconds(36000), 9);
  EXPECT_EQ(state.skin.points_taken, 3);
  EXPECT_EQ(state.next_change_s(node, 9), kInfinite);
  // Idle, it gives all back: the first below the hysteresis, the others a period after another.
  const double cool_s = kTau_s * std::log(9 / (kBudget_w * (1 - kHysteresis)));
  EXPECT_NEAR(state.next_change_s(node, 0), cool_s, 2e-9);
  state.advance(node, kStart + seconds(36000) + from_seconds(cool_s + 10.1), 0);
  EXPECT_FALSE(state.throttled());
}

TEST(SkinTest, HoldsWhatBearsTheBudget) {
  const ThermalNode node = phone();
  ThermalState state;
  state.advance(node, kStart + from_seconds(first_reached_s(kBudget_w, 9) + 1), 9);
  ASSERT_EQ(state.skin.points_taken, 1);
  // In the band below the budget nothing changes, however long it lasts.
  for (const double power_w : {kBudget_w, kBudget_w * 0.97, kBudget_w * (1 - kHysteresis)}) {
    EXPECT_EQ(state.next_change_s(node, power_w), kInfinite) << power_w;
  }
  state.advance(node, state.updated + seconds(7200), kBudget_w * 0.97);
  EXPECT_EQ(state.skin.points_taken, 1);
  // Too warm, but cooling by itself: a look at the temperature alone would take more points.
  ThermalState hot = state;
  hot.skin.warmth_w = 2 * kBudget_w;
  hot.advance(node, hot.updated + seconds(30), 0.9 * kBudget_w);
  EXPECT_EQ(hot.skin.points_taken, 1);
}

TEST(SkinTest, WhatLastsNoTimeChangesNothing) {
  const ThermalNode node = phone();
  ThermalState state;
  state.skin.warmth_w = 5;
  state.advance(node, kStart, 100.0);
  EXPECT_FALSE(state.throttled());
  EXPECT_GT(state.next_change_s(node, 100.0), 0);
}

TEST(SkinTest, HeatFromOutsideLowersTheBudgetByAsMuch) {
  const ThermalNode node = phone();
  ThermalState in_the_sun;
  in_the_sun.skin.outside_w = 1.5;
  EXPECT_EQ(in_the_sun.next_change_s(node, 3.0), kInfinite);
  EXPECT_NEAR(in_the_sun.next_change_s(node, 4.0), first_reached_s(kBudget_w, 5.5), 2e-9);
}

TEST(SkinTest, OneLookIsAsGoodAsMany) {
  const ThermalNode node = phone();
  std::mt19937 draw(1);
  std::uniform_real_distribution<double> power(0, 12), length_s(0.5, 40);
  ThermalState rare, often;
  for (int phase = 0; phase < 2000; ++phase) {
    const double power_w = power(draw);
    // A prime number of milliseconds per look, so that looks and changes do not meet.
    const Time end = rare.updated + milliseconds(static_cast<int>(length_s(draw) * 1000));
    while (often.updated + milliseconds(97) < end) {
      often.advance(node, often.updated + milliseconds(97), power_w);
    }
    often.advance(node, end, power_w);
    rare.advance(node, end, power_w);
    ASSERT_EQ(rare.skin.points_taken, often.skin.points_taken) << phase;
    ASSERT_NEAR(rare.skin.warmth_w, often.skin.warmth_w, 1e-9) << phase;
    ASSERT_LE(std::chrono::abs(rare.skin.free - often.skin.free), nanoseconds(1000)) << phase;
  }
}

/// Power with `taken` of 10 points taken from a processor that draws 9 W in full.
double drawn_w(int taken, int points) {
  return 0.8 + 8.2 * std::pow(1 - taken / static_cast<double>(points), 2);
}

TEST(SkinTest, HoldsTheMeanPowerOfAnHourAtTheBudget) {
  for (const int points : {2, 3, 10, 23}) {
    const ThermalNode node = phone(points - 1);
    ThermalState state;
    double energy_j = 0, worst_w = 0;
    const Time end = kStart + seconds(3600);
    while (state.updated < end) {
      const double power_w = drawn_w(state.skin.points_taken, points);
      const Time at = std::min(end, state.next_change(node, power_w));
      energy_j += power_w * to_seconds(at - state.updated);
      state.advance(node, at, power_w);
      worst_w = std::max(worst_w, state.skin.warmth_w);
    }
    // What a period at full power adds to the filter; and the heat that the skin took up once.
    const double overshoot_w = 9 * (1 - std::exp(-5 / kTau_s));
    const double stored_w = kBudget_w * kTau_s / 3600;
    const double mean_w = energy_j / 3600;
    EXPECT_LE(mean_w, kBudget_w + overshoot_w + stored_w) << points;
    EXPECT_GE(mean_w, kBudget_w * (1 - kHysteresis) - overshoot_w) << points;
    EXPECT_NEAR(mean_w, kBudget_w, 0.06 * kBudget_w) << points;
    // Falling by one point per period may take ten periods; the filter never gets near 9 W.
    EXPECT_LE(worst_w, points <= 3 ? kBudget_w + overshoot_w : 6.0) << points;
  }
}

TEST(SkinTest, WaitingForChangesAlwaysGetsOn) {
  std::mt19937 draw(2);
  std::uniform_real_distribution<double> power(0, 12);
  ThermalNode node = phone();
  node.floor_trip = FloorTrip{.trip_c = 78, .recovery_c = 60};
  node.trips_c = {55, 70};
  node.hysteresis_k = 0;
  ThermalState state;
  for (int phase = 0; phase < 20000; ++phase) {
    // Some powers end near a level, where the wait is longest and rounding matters most.
    double power_w = power(draw);
    if (phase % 4 == 0) power_w = kBudget_w * (1 + 1e-12 * power_w);
    if (phase % 4 == 1) power_w = (70 - node.ambient_c) / 8 * (1 + 1e-14 * (power_w - 6));
    int changes = 0;
    while (state.next_change_s(node, power_w) < kInfinite) {
      const Time at = state.next_change(node, power_w);
      ASSERT_GT(at, state.updated);
      state.advance(node, at, power_w);
      ASSERT_LE(++changes, 40) << phase << ", " << power_w << " W";
    }
  }
}

TEST(FloorTripTest, FallsToTheLowestPointAndRecovers) {
  const ThermalNode node = phone_with_floor();
  const double power_w = 8;  // towards 89 C
  const double trip_s = 20 * std::log(64.0 / 11.0);
  ThermalState state;
  EXPECT_NEAR(state.next_change_s(node, power_w), trip_s, 2e-9);
  state.advance(node, kStart + from_seconds(trip_s - 1e-3), power_w);
  EXPECT_EQ(state.cap(node, 22), 22);
  state.advance(node, kStart + from_seconds(trip_s + 1e-3), power_w);
  EXPECT_EQ(state.cap(node, 22), 0);
  EXPECT_TRUE(state.throttled());
  EXPECT_EQ(state.next_change_s(node, power_w), kInfinite);
  // 1 W cools towards 33 C; 60 C are reached after tau ln((T - 33) / 27).
  const double recovery_s = 20 * std::log((state.temperature_c - 33) / 27);
  EXPECT_NEAR(state.next_change_s(node, 1), recovery_s, 2e-9);
  state.advance(node, state.updated + from_seconds(recovery_s - 1e-3), 1);
  EXPECT_TRUE(state.floored);
  state.advance(node, state.updated + milliseconds(2), 1);
  EXPECT_FALSE(state.floored);
  EXPECT_EQ(state.cap(node, 22), 22);
}

TEST(FloorTripTest, ADeviceWithoutEitherKeepsItsCaps) {
  ThermalNode node = phone();
  node.skin.reset();
  EXPECT_FALSE(node.limits_work_in_flight());
  ThermalState state;
  state.advance(node, kStart + seconds(36000), 30);
  EXPECT_EQ(state.skin.warmth_w, 0);
  EXPECT_EQ(state.cap(node, 22), 22);
  // Trips count as changes as well: 300 C are passed on the way to 345 C.
  EXPECT_EQ(state.next_change_s(node, 30), kInfinite);
  EXPECT_NEAR(state.next_change_s(node, 40), 20 * std::log1p(35.0 / 45), 1e-6);
}

}  // namespace
}  // namespace autoscale
