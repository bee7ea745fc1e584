// Quantities: arithmetic, and the mistakes that must not compile.
#include "sim/core/quantity.h"

#include <gtest/gtest.h>

#include <chrono>
#include <concepts>

#include "tests/support/core_testing.h"

namespace autoscale {
namespace {

using namespace std::chrono_literals;

template <class A, class B>
concept Addable = requires(A a, B b) {
  a + b;
};
template <class A, class B>
concept Multipliable = requires(A a, B b) {
  a* b;
};
template <class A, class B>
concept Divisible = requires(A a, B b) {
  a / b;
};
template <class A, class B>
concept Comparable = requires(A a, B b) {
  a < b;
};

static_assert(Addable<Watts, Watts>);
static_assert(!Addable<Watts, Joules>);
static_assert(!Addable<Watts, double>);
static_assert(!Subtractable<Bits, Macs>);
static_assert(!Multipliable<Watts, Watts>);
static_assert(!Multipliable<Volts, Watts>);
static_assert(!Divisible<Bits, BitsPerSecond>, "transfer_time() is the way");
static_assert(!Divisible<Joules, Watts>);
static_assert(!Comparable<Watts, Joules>);
static_assert(!Comparable<Watts, double>);
static_assert(!std::convertible_to<double, Watts>);
static_assert(!std::convertible_to<Watts, double>);
static_assert(!std::constructible_from<Watts, Joules>);

static_assert(!Addable<Celsius, Celsius>);
static_assert(Addable<Celsius, Kelvins>);
static_assert(std::same_as<decltype(Celsius() - Celsius()), Kelvins>);
static_assert(std::same_as<decltype(Celsius() - Kelvins()), Celsius>);
static_assert(!Multipliable<Celsius, double>);
static_assert(!Addable<Dbm, Dbm>);
static_assert(std::same_as<decltype(Dbm() - Dbm()), Db>);
static_assert(!Addable<Dbm, Kelvins>);
static_assert(!Comparable<Dbm, Db>);

static_assert(sizeof(Watts) == sizeof(double));
static_assert(sizeof(Celsius) == sizeof(double));

TEST(Quantity, IsAVectorSpace) {
  EXPECT_EQ(Watts().value(), 0.0);
  EXPECT_EQ(Watts(3) + Watts(1), Watts(4));
  EXPECT_EQ(Watts(3) - Watts(1), Watts(2));
  EXPECT_EQ(-Watts(3), Watts(-3));
  EXPECT_EQ(Watts(3) * 2, Watts(6));
  EXPECT_EQ(2 * Watts(3), Watts(6));
  EXPECT_EQ(Watts(3) / 2, Watts(1.5));
  EXPECT_EQ(Watts(3) / Watts(2), 1.5);
  EXPECT_LT(Watts(2), Watts(3));

  Joules sum;
  sum += Joules(5);
  sum -= Joules(2);
  EXPECT_EQ(sum, Joules(3));
}

TEST(Reading, HasDifferencesOnly) {
  EXPECT_EQ(Celsius(25) - Celsius(20), Kelvins(5));
  EXPECT_EQ(Celsius(25) + Kelvins(5), Celsius(30));
  EXPECT_EQ(Celsius(25) - Kelvins(5), Celsius(20));
  EXPECT_EQ(Dbm(-70) - Dbm(-80), Db(10));
  EXPECT_EQ(Dbm(-70) - Db(3), Dbm(-73));
  EXPECT_LT(Dbm(-80), Dbm(-70));
}

TEST(Products, FollowPhysics) {
  EXPECT_EQ(Watts(2) * 1500ms, Joules(3));
  EXPECT_EQ(Joules(3) / 1500ms, Watts(2));
  EXPECT_EQ(WattsPerBitPerSecond(2e-7) * BitsPerSecond(1e7), Watts(2));
  EXPECT_EQ(KelvinsPerWatt(8) * Watts(3), Kelvins(24));
  EXPECT_EQ(Volts(3.8) * AmpereHours(3), Joules(3.8 * 3 * 3600));
}

TEST(TransferTime, RoundsUp) {
  static_assert(transfer_time(Bits(12'000), BitsPerSecond(1e6)) == 12ms);
  EXPECT_EQ(transfer_time(Bits(0), BitsPerSecond(1e6)), 0ns);
  EXPECT_EQ(transfer_time(Bits(1), BitsPerSecond(3e9)), 1ns);
  EXPECT_EQ(transfer_time(Bits(4), BitsPerSecond(3e9)), 2ns);
}

TEST(TransferTimeDeathTest, NeedsARate) {
  EXPECT_DEATH(transfer_time(Bits(0), BitsPerSecond(0)), "never ends");
  EXPECT_DEATH(transfer_time(Bits(1), BitsPerSecond(-1)), "never ends");
  EXPECT_DEATH(transfer_time(Bits(-1), BitsPerSecond(1)), "not a duration");
}

}  // namespace
}  // namespace autoscale
