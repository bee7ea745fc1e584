// The states after a transfer, by hand.
#include "sim/models/radio_tail.h"

#include <gtest/gtest.h>

namespace autoscale {
namespace {

/// 0.1 s at 3 W, 10 s at 0.5 W, 5 s at 0.03 W from which a promotion leads back.
RadioTail three_states() {
  RadioTail tail;
  tail.add({0.1, 3, {}});
  tail.add({10, 0.5, {}});
  tail.add({5, 0.03, {0.34, 0.6}});
  return tail;
}

TEST(RadioTailTest, ItsEnergyIsThatOfTheStatesPassed) {
  const RadioTail tail = three_states();
  EXPECT_DOUBLE_EQ(tail.time_s(), 15.1);
  EXPECT_EQ(tail.energy_j(0), 0);
  EXPECT_DOUBLE_EQ(tail.energy_j(0.04), 0.12);
  EXPECT_DOUBLE_EQ(tail.energy_j(0.1), 0.3);
  EXPECT_DOUBLE_EQ(tail.energy_j(2.1), 0.3 + 1);
  EXPECT_DOUBLE_EQ(tail.energy_j(10.1), 0.3 + 5);
  EXPECT_DOUBLE_EQ(tail.energy_j(13.1), 0.3 + 5 + 0.09);
  EXPECT_DOUBLE_EQ(tail.energy_j(tail.time_s()), 0.3 + 5 + 0.15);
}

TEST(RadioTailTest, AStateLastsUpToItsEnd) {
  const RadioTail tail = three_states();
  EXPECT_EQ(tail.state_after(0)->power_w, 3);
  EXPECT_EQ(tail.state_after(0.0999)->power_w, 3);
  EXPECT_EQ(tail.state_after(0.1)->power_w, 0.5);
  EXPECT_EQ(tail.state_after(10)->promotion.time_s, 0);
  EXPECT_EQ(tail.state_after(10.2)->promotion.time_s, 0.34);
  EXPECT_EQ(tail.state_after(10.2)->promotion.power_w, 0.6);
  EXPECT_EQ(tail.state_after(15.2), nullptr) << "idle";
}

TEST(RadioTailTest, OneStateIsPowerTimesTime) {
  RadioTail tail;
  tail.add({10.1, 0.39, {}});
  for (const double seconds : {0.0, 0.1, 1.0 / 3, 7.7, 10.1}) {
    EXPECT_EQ(tail.energy_j(seconds), 0.39 * seconds) << "to the bit";
  }
}

TEST(RadioTailTest, WithoutStatesTheRadioIsIdle) {
  const RadioTail tail;
  EXPECT_EQ(tail.time_s(), 0);
  EXPECT_EQ(tail.energy_j(0), 0);
  EXPECT_EQ(tail.state_after(0), nullptr);
}

TEST(RadioTailTest, PowersScaleTogether) {
  RadioTail tail = three_states();
  tail.scale_power(2);
  EXPECT_DOUBLE_EQ(tail.energy_j(15.1), 2 * three_states().energy_j(15.1));
  EXPECT_DOUBLE_EQ(tail.time_s(), 15.1);
}

}  // namespace
}  // namespace autoscale
