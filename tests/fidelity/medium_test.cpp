// The shared radio channel against processor sharing theory.
#include "sim/models/medium.h"

#include <gtest/gtest.h>

#include "sim/core/random_field.h"
#include "tests/fidelity/statistics.h"

namespace autoscale {
namespace {

using std::chrono::milliseconds;

constexpr double kAirS = 0.010;

/// Times from start to end of Poisson transfers with mean air time kAirS that load the medium by
/// `load`. A transfer's number is its device.
BatchMeans simulate_sojourns(double load, bool constant, std::uint64_t seed) {
  constexpr std::uint32_t kTransfers = 4'000'000;
  const RandomField random(seed);
  Medium medium;
  std::vector<Time> started;
  BatchMeans sojourns(kTransfers / 100);
  Time arrival = kStart;
  for (std::uint32_t k = 0; k < kTransfers; ++k) {
    Draw draw = random.at(Stream::kArrivals, 0, k);
    arrival += from_seconds(draw.exponential(kAirS / load));
    while (medium.active() > 0 && medium.next_finish() <= arrival) {
      const Time end = medium.next_finish();
      medium.advance(end);
      sojourns.add(to_seconds(end - started[medium.front()]));
      medium.pop();
    }
    medium.advance(arrival);
    medium.join(k, constant ? kAirS : draw.exponential(kAirS));
    started.push_back(arrival);
  }
  return sojourns;
}

/// Ends the first transfer and returns when that was.
Time finish_one(Medium& medium) {
  const Time end = medium.next_finish();
  medium.advance(end);
  medium.pop();
  return end;
}

void expect_time(Time actual, Duration expected) {
  EXPECT_NEAR(to_seconds(actual), to_seconds(expected), 2e-9);
}

TEST(MediumTest, MeanSojournDependsOnlyOnTheLoad) {
  for (const bool constant : {false, true}) {
    SCOPED_TRACE(constant ? "M/D/1-PS" : "M/M/1-PS");
    constexpr double kLoad = 0.5;
    expect_mean(simulate_sojourns(kLoad, constant, constant ? 2 : 1), kAirS / (1 - kLoad));
  }
}

TEST(MediumTest, OneTransferHasAllAirTime) {
  Medium medium;
  medium.advance(kStart + milliseconds(7));
  medium.join(3, 0.25);
  EXPECT_EQ(medium.front(), 3);
  EXPECT_EQ(medium.next_finish(), kStart + milliseconds(257));
}

TEST(MediumTest, EqualTransfersEndTogether) {
  for (const int n : {1, 2, 3, 7, 100}) {
    Medium medium;
    medium.advance(kStart);
    for (int i = n; i-- > 0;) medium.join(static_cast<std::uint32_t>(i), 0.1);
    for (int i = 0; i < n; ++i) {
      EXPECT_EQ(medium.front(), static_cast<std::uint32_t>(i)) << "ties by device";
      expect_time(finish_one(medium), n * milliseconds(100));
    }
    EXPECT_EQ(medium.active(), 0);
  }
}

TEST(MediumTest, SharesOnlyWhileOthersAreThere) {
  Medium medium;
  medium.advance(kStart);
  medium.join(0, 1.0);
  medium.advance(kStart + milliseconds(500));  // 0.5 s of device 0's air time is left
  medium.join(1, 1.0);
  medium.advance(kStart + milliseconds(700));  // 0.4 s and 0.9 s are left
  medium.join(2, 0.1);
  EXPECT_EQ(medium.front(), 2);
  expect_time(finish_one(medium), milliseconds(1000));  // 0.3 s and 0.8 s are left
  EXPECT_EQ(medium.front(), 0);
  expect_time(finish_one(medium), milliseconds(1600));  // 0.5 s is left
  expect_time(finish_one(medium), milliseconds(2100));  // the sum of all air times, without a gap
}

TEST(MediumTest, OrderOfJoiningDoesNotMatter) {
  const auto ends = [](std::vector<std::uint32_t> order) {
    Medium medium;
    medium.advance(kStart);
    for (const std::uint32_t i : order) medium.join(i, 0.1 * (1 + (i * 7) % 5));
    std::vector<std::pair<std::uint32_t, Time>> result;
    while (medium.active() > 0) {
      const std::uint32_t device = medium.front();
      result.emplace_back(device, finish_one(medium));
    }
    return result;
  };
  EXPECT_EQ(ends({0, 1, 2, 3, 4, 5, 6}), ends({6, 2, 4, 0, 5, 1, 3}));
}

TEST(MediumTest, ReworkChangesWhatIsLeft) {
  Medium medium;
  medium.advance(kStart);
  medium.join(0, 1.0);
  medium.join(1, 2.0);
  medium.advance(kStart + milliseconds(1000));  // 0.5 s and 1.5 s are left
  medium.rework(0, 2.0);                        // the rate fell to a quarter
  EXPECT_EQ(medium.front(), 1);
  expect_time(finish_one(medium), milliseconds(4000));  // 0.5 s of device 0 is left
  expect_time(finish_one(medium), milliseconds(4500));
}

TEST(MediumTest, AdvancingInStepsIsAdvancingAtOnce) {
  const auto end = [](int steps) {
    Medium medium;
    medium.advance(kStart);
    for (std::uint32_t i = 0; i < 3; ++i) medium.join(i, 1 + i);
    for (int i = 1; i <= steps; ++i) medium.advance(kStart + i * milliseconds(2000) / steps);
    return medium.next_finish();
  };
  EXPECT_NEAR(to_seconds(end(1) - end(997)), 0, 1e-8);
}

TEST(MediumTest, NothingToSendTakesNoTime) {
  Medium medium;
  medium.advance(kStart + milliseconds(5));
  medium.join(0, 0.0);
  EXPECT_EQ(medium.next_finish(), kStart + milliseconds(5));
}

TEST(MediumDeathTest, ReworkOfAnUnknownTransferIsABug) {
  Medium medium;
  EXPECT_DEATH(medium.rework(4, 1.0), "phone 4 has no transfer");
}

}  // namespace
}  // namespace autoscale
