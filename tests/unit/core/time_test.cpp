// Simulated time: rounding, limits, and what must not compile.
#include "sim/core/time.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <limits>

#include "tests/support/core_testing.h"

namespace autoscale {
namespace {

using namespace std::chrono_literals;

static_assert(Subtractable<Time, Time>);
static_assert(!Subtractable<Time, std::chrono::steady_clock::time_point>);

TEST(FromSeconds, KeepsWholeNanosecondsOfDecimalInputs) {
  static_assert(from_seconds(0.07) == 70ms);
  static_assert(from_seconds(1e-9) == 1ns);
  static_assert(from_seconds(3600) == 1h);
  for (int ms = 0; ms < 100'000; ++ms) {
    ASSERT_EQ(from_seconds(ms * 1e-3), std::chrono::milliseconds(ms));
    ASSERT_EQ(from_seconds(ms / 1e6), std::chrono::microseconds(ms));
  }
}

TEST(FromSeconds, RoundsUpAndKeepsZero) {
  EXPECT_EQ(from_seconds(0.0), 0ns);
  EXPECT_EQ(from_seconds(-0.0), 0ns);
  EXPECT_EQ(from_seconds(std::numeric_limits<double>::min()), 1ns);
  EXPECT_EQ(from_seconds(1.01e-9), 2ns);
  EXPECT_EQ(from_seconds(1.9e-9), 2ns);
}

TEST(FromSeconds, ReversesToSeconds) {
  for (std::int64_t ns = 1; ns < (std::int64_t{1} << 53); ns = ns * 3 + 1) {
    ASSERT_EQ(from_seconds(to_seconds(Duration{ns})), Duration{ns});
  }
}

TEST(ToSeconds, CountsFromTheStart) {
  EXPECT_EQ(to_seconds(1500ms), 1.5);
  EXPECT_EQ(to_seconds(kStart), 0.0);
  EXPECT_EQ(to_seconds(kStart + 2s), 2.0);
}

TEST(FromSecondsDeathTest, RejectsWhatIsNotADuration) {
  EXPECT_DEATH(from_seconds(-1e-12), "not a duration");
  EXPECT_DEATH(from_seconds(std::numeric_limits<double>::quiet_NaN()), "not a duration");
}

TEST(FromSeconds, SaysWhatIsBeyondSimulatedTime) {
  EXPECT_THROW(from_seconds(std::numeric_limits<double>::infinity()), TimeOverflow);
  EXPECT_LT(kStart + from_seconds(2.3e9), kNever);
  try {
    from_seconds(2.4e9);
    FAIL();
  } catch (const TimeOverflow& problem) {
    EXPECT_STREQ(problem.what(), "more than the 73 years of simulated time that are possible");
  }
}

TEST(AfterSeconds, EndsAtNever) {
  EXPECT_EQ(after_seconds(kStart + 2s, 1.5), kStart + 3500ms);
  EXPECT_EQ(after_seconds(kStart + 2s, 0), kStart + 2s);
  EXPECT_EQ(after_seconds(kStart, 2.4e9), kNever);
  EXPECT_EQ(after_seconds(kStart, std::numeric_limits<double>::infinity()), kNever);
  EXPECT_EQ(after_seconds(kStart + from_seconds(2e9), 2e9), kNever);
  EXPECT_EQ(after_seconds(kNever, 1), kNever);
}

TEST(AfterSecondsDeathTest, RejectsWhatIsNotADuration) {
  EXPECT_DEATH(after_seconds(kStart, -1), "not a duration");
  EXPECT_DEATH(after_seconds(kStart, std::numeric_limits<double>::quiet_NaN()), "not a duration");
}

}  // namespace
}  // namespace autoscale
