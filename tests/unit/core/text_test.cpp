// Numbers as text.
#include "sim/core/text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>

#include "sim/core/random_field.h"

namespace autoscale {
namespace {

TEST(FormatNumber, IsShort) {
  EXPECT_EQ(format_number(0.1), "0.1");
  EXPECT_EQ(format_number(0.0), "0");
  EXPECT_EQ(format_number(-0.0), "-0");
  EXPECT_EQ(format_number(1250.0), "1250");
  EXPECT_EQ(format_number(1e-9), "1e-09");
  EXPECT_EQ(format_number(1e300), "1e+300");
  EXPECT_EQ(format_number(std::numeric_limits<double>::infinity()), "inf");
  EXPECT_EQ(format_number(-std::numeric_limits<double>::min()), "-2.2250738585072014e-308");
}

TEST(FormatNumber, ReadsBackExactly) {
  Draw draw = RandomField(1).at(Stream::kWorkload, 0, 0);
  for (int i = 0; i < 100'000; ++i) {
    const int exponent = static_cast<int>(draw.below(600)) - 300;
    const double value = std::ldexp(draw.normal(), exponent);
    ASSERT_EQ(std::strtod(format_number(value).c_str(), nullptr), value);
  }
}

}  // namespace
}  // namespace autoscale
