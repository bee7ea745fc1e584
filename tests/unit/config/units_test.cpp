// Unit texts and decimal arithmetic.
#include "sim/config/units.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <random>

namespace autoscale::config {
namespace {

template <class T>
double parsed(std::string_view text) {
  const Parsed<T> result = parse_text<T>(text);
  EXPECT_TRUE(result.ok()) << result.error;
  if constexpr (std::is_same_v<T, Duration>) {
    return static_cast<double>(result.value.count());
  } else {
    return result.value.value();
  }
}

template <class T>
std::string unit_error_of(std::string_view text) {
  return parse_text<T>(text).error;
}

TEST(ConfigUnits, EveryUnit) {
  EXPECT_EQ(parsed<Duration>("7 ns"), 7);
  EXPECT_EQ(parsed<Duration>("7 us"), 7e3);
  EXPECT_EQ(parsed<Duration>("7 ms"), 7e6);
  EXPECT_EQ(parsed<Duration>("7 s"), 7e9);
  EXPECT_EQ(parsed<Duration>("7 min"), 420e9);
  EXPECT_EQ(parsed<Duration>("7 h"), 25200e9);
  EXPECT_EQ(parsed<Watts>("5.5 W"), 5.5);
  EXPECT_EQ(parsed<Watts>("7 mW"), 7e-3);
  EXPECT_EQ(parsed<Watts>("7 uW"), 7e-6);
  EXPECT_EQ(parsed<Joules>("7 J"), 7);
  EXPECT_EQ(parsed<Joules>("7 mJ"), 7e-3);
  EXPECT_EQ(parsed<Hertz>("7 Hz"), 7);
  EXPECT_EQ(parsed<Hertz>("7 kHz"), 7e3);
  EXPECT_EQ(parsed<Hertz>("7 MHz"), 7e6);
  EXPECT_EQ(parsed<Hertz>("2.8 GHz"), 2.8e9);
  EXPECT_EQ(parsed<Bits>("7 bit"), 7);
  EXPECT_EQ(parsed<Bits>("7 kbit"), 7e3);
  EXPECT_EQ(parsed<Bits>("7 Mbit"), 7e6);
  EXPECT_EQ(parsed<Bits>("7 Gbit"), 7e9);
  EXPECT_EQ(parsed<Bits>("150528 B"), 1204224);
  EXPECT_EQ(parsed<Bits>("7 kB"), 56e3);
  EXPECT_EQ(parsed<Bits>("7 MB"), 56e6);
  EXPECT_EQ(parsed<Bits>("7 GB"), 56e9);
  EXPECT_EQ(parsed<BitsPerSecond>("7 bit/s"), 7);
  EXPECT_EQ(parsed<BitsPerSecond>("7 kbit/s"), 7e3);
  EXPECT_EQ(parsed<BitsPerSecond>("7 Mbit/s"), 7e6);
  EXPECT_EQ(parsed<BitsPerSecond>("7 Gbit/s"), 7e9);
  EXPECT_EQ(parsed<Macs>("7 MAC"), 7);
  EXPECT_EQ(parsed<Macs>("7 kMAC"), 7e3);
  EXPECT_EQ(parsed<Macs>("568.741376 MMAC"), 568741376);
  EXPECT_EQ(parsed<Macs>("7 GMAC"), 7e9);
  EXPECT_EQ(parsed<Volts>("3.85 V"), 3.85);
  EXPECT_EQ(parsed<Volts>("7 mV"), 7e-3);
  EXPECT_EQ(parsed<AmpereHours>("3000 mAh"), 3);
  EXPECT_EQ(parsed<AmpereHours>("3 Ah"), 3);
  EXPECT_EQ(parsed<Kelvins>("5 K"), 5);
  EXPECT_EQ(parsed<KelvinsPerWatt>("8 K/W"), 8);
  EXPECT_EQ(parsed<PerSecond>("10000 /s"), 10000);
  EXPECT_EQ(parsed<WattsPerBitPerSecond>("77 mW/(Mbit/s)"), 77e-9);
  EXPECT_EQ(parsed<WattsPerBitPerSecond>("7 W/(Mbit/s)"), 7e-6);
  EXPECT_EQ(parsed<WattsPerBitPerSecond>("7 W/(bit/s)"), 7);
  EXPECT_EQ(parsed<Celsius>("25 degC"), 25);
  EXPECT_EQ(parsed<Dbm>("-80 dBm"), -80);
  EXPECT_EQ(parsed<Db>("-3.5 dB"), -3.5);
}

TEST(ConfigUnits, IsTheNearestDouble) {
  EXPECT_EQ(parsed<Hertz>("825.6 MHz"), 825600000);
  EXPECT_EQ(parsed<BitsPerSecond>("0.3 Mbit/s"), 300000);
  EXPECT_EQ(parsed<Watts>("1e-1 mW"), 1e-4);
  EXPECT_EQ(parsed<Watts>("1E+2 mW"), 0.1);
}

TEST(ConfigUnits, SpaceIsOptionalAndAtMostOne) {
  EXPECT_EQ(parsed<Watts>("5W"), 5);
  EXPECT_EQ(unit_error_of<Watts>("5  W"),
            "expected a power such as '5 W', got '5  W' (units: W, mW, uW)");
}

TEST(ConfigUnits, ZeroNeedsNoUnit) {
  EXPECT_EQ(parsed<Watts>("0"), 0);
  EXPECT_EQ(parsed<Duration>("0.0"), 0);
  EXPECT_EQ(parsed<Dbm>("-0"), 0);
}

TEST(ConfigUnits, WrongDimensionOrUnit) {
  EXPECT_EQ(unit_error_of<Watts>("5 ms"),
            "expected a power such as '5 W', got '5 ms' (units: W, mW, uW)");
  EXPECT_EQ(unit_error_of<Duration>("5 sec"),
            "expected a duration such as '5 ms', got '5 sec' (units: ns, us, ms, s, min, h)");
  EXPECT_EQ(
      unit_error_of<Dbm>("-80"),
      "expected a power level such as '-80 dBm', got '-80' (the unit is missing; units: dBm)");
  EXPECT_EQ(unit_error_of<Watts>("fast"), "expected a power such as '5 W', got 'fast'");
  EXPECT_EQ(unit_error_of<Watts>(""), "expected a power such as '5 W', got ''");
  EXPECT_EQ(unit_error_of<Watts>("nan W"), "expected a power such as '5 W', got 'nan W'");
  EXPECT_EQ(unit_error_of<Watts>("inf W"), "expected a power such as '5 W', got 'inf W'");
}

TEST(ConfigUnits, NumbersAreWrittenAsInJson) {
  for (const std::string bad : {"010", "1_000", ".5", "5.", "0x10", "+5", "1e", "--5", "1.e3"}) {
    const std::string text = bad + " W";
    EXPECT_NE(unit_error_of<Watts>(text), "") << text;
    EXPECT_FALSE(is_number(bad)) << bad;
  }
  EXPECT_EQ(
      unit_error_of<Watts>("010 W"),
      "expected a power such as '5 W', got '010 W' (a number is written like 12, 0.5 or 1e-3)");
  for (const std::string bad : {"1_000 W", ".5 W", "5. W", "0x10 W", "+5 W"}) {
    EXPECT_NE(unit_error_of<Watts>(bad).find("a number is written like"), std::string::npos) << bad;
  }
  for (const std::string good : {"0", "-0", "10", "0.5", "-1.25e-3", "1E5", "1e+5", "0e5"}) {
    EXPECT_TRUE(is_number(good)) << good;
  }
}

TEST(ConfigUnits, OutOfRange) {
  EXPECT_EQ(unit_error_of<Watts>("1e400 W"),
            "expected a power such as '5 W', got '1e400 W' (out of range)");
  EXPECT_EQ(unit_error_of<Bits>("1e308 B"),
            "expected an amount of data such as '150 kB', got '1e308 B' (out of range)");
  EXPECT_EQ(unit_error_of<Watts>("1e-400 W"),
            "expected a power such as '5 W', got '1e-400 W' (out of range)");
  EXPECT_EQ(unit_error_of<Watts>("1e99999999999999999999 W"),
            "expected a power such as '5 W', got '1e99999999999999999999 W' (out of range)");
  EXPECT_EQ(unit_error_of<Duration>("1e30 h"),
            "expected a duration such as '5 ms', got '1e30 h' (out of range)");
  EXPECT_EQ(unit_error_of<Duration>("9223372036854775808 ns"),
            "expected a duration such as '5 ms', got '9223372036854775808 ns' (too many digits)");
  EXPECT_EQ(unit_error_of<Duration>("2562048 h"),
            "expected a duration such as '5 ms', got '2562048 h' (out of range)");
}

TEST(ConfigUnits, DurationsAreExactAndRoundUp) {
  EXPECT_EQ(parsed<Duration>("33.333333 ms"), 33333333);
  EXPECT_EQ(parsed<Duration>("0.07 s"), 70000000);
  EXPECT_EQ(parsed<Duration>("0.1 min"), 6e9);
  EXPECT_EQ(parsed<Duration>("1.5 h"), 5400e9);
  EXPECT_EQ(parsed<Duration>("0.2 ns"), 1);
  EXPECT_EQ(parsed<Duration>("1e-50 s"), 1);
  EXPECT_EQ(parsed<Duration>("7.0000000001 ms"), 7000001);
  EXPECT_EQ(parsed<Duration>("-1.5 ns"), -1);
  EXPECT_EQ(parsed<Duration>("1e-99999999999 h"), 1);
  EXPECT_EQ(parse_text<Duration>("9223372036854775807 ns").value, Duration::max());
  EXPECT_EQ(parse_text<Duration>("9223372036.854775807 s").value, Duration::max());
}

TEST(ConfigUnits, WritesTheShortestText) {
  EXPECT_EQ(format_text(Duration{5'000'000}), "5 ms");
  EXPECT_EQ(format_text(Duration{33'333'333}), "33333333 ns");
  EXPECT_EQ(format_text(Duration{90'000'000'000}), "90 s");
  EXPECT_EQ(format_text(Duration{}), "0 s");
  EXPECT_EQ(format_text(Watts(0.9)), "0.9 W");
  EXPECT_EQ(format_text(Watts(0.005)), "5 mW");
  EXPECT_EQ(format_text(Hertz(825.6e6)), "825.6 MHz");
  EXPECT_EQ(format_text(Bits(1204224)), "150528 B");
  EXPECT_EQ(format_text(BitsPerSecond(10e6)), "10 Mbit/s");
  EXPECT_EQ(format_text(AmpereHours(3)), "3 Ah");
  EXPECT_EQ(format_text(WattsPerBitPerSecond(77e-9)), "77 mW/(Mbit/s)");
  EXPECT_EQ(format_text(Dbm(-80)), "-80 dBm");
  EXPECT_EQ(format_text(Watts(-0.0)), "-0 W");
  EXPECT_EQ(format_text(Watts(1e300)), "1e300 W");
  EXPECT_EQ(format_text(Watts(-1.25e-30)), "-1.25e-30 W");
}

template <class T>
void expect_round_trips(std::mt19937_64& random) {
  for (int i = 0; i < 5000; ++i) {
    double value = 0;
    do {
      const std::uint64_t bits = random();
      value = i % 2 == 0 ? std::bit_cast<double>(bits) : static_cast<double>(bits % 1000000) / 64;
    } while (!(std::abs(value) < 1e300 && std::abs(value) > 1e-290));
    const std::string text = format_text(T(value));
    const Parsed<T> back = parse_text<T>(text);
    ASSERT_TRUE(back.ok()) << text;
    ASSERT_EQ(back.value.value(), value) << text;
  }
}

TEST(ConfigUnits, WhatIsWrittenReadsBackExactly) {
  std::mt19937_64 random(1);
  expect_round_trips<Watts>(random);
  expect_round_trips<Bits>(random);
  expect_round_trips<WattsPerBitPerSecond>(random);
  expect_round_trips<Celsius>(random);
  for (int i = 0; i < 20000; ++i) {
    const Duration duration{static_cast<std::int64_t>(random()) >> (i % 64)};
    ASSERT_EQ(parse_text<Duration>(format_text(duration)).value, duration);
  }
  EXPECT_EQ(parse_text<Duration>(format_text(Duration::min())).value, Duration::min());
}

}  // namespace
}  // namespace autoscale::config
