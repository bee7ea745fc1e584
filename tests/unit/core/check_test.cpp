// Checks: silent while they hold, and a full report when they fail.
#include "sim/core/check.h"

#include <gtest/gtest.h>

#include <string>

namespace autoscale {
namespace {

TEST(Check, EvaluatesItsMessageOnlyOnFailure) {
  int evaluated = 0;
  AUTOSCALE_CHECK(true, "{}", ++evaluated);
  EXPECT_EQ(evaluated, 0);
}

TEST(Check, IsOneStatement) {
  if (true)
    AUTOSCALE_CHECK(true, "the else below must bind to the if above");
  else
    FAIL();
}

TEST(CheckDeathTest, ReportsConditionPlaceAndMessage) {
  EXPECT_DEATH(AUTOSCALE_CHECK(1 + 1 == 3, "one of {} and {}", 7, "eight"),
               "check_test.cpp:[0-9]+: check failed: 1 \\+ 1 == 3\n  one of 7 and eight\n");
}

TEST(CheckDeathTest, ReportsContextsInnermostFirst) {
  const auto outer = [] { return std::string("replay: autoscale run --seed 7"); };
  const int time = 12;
  const auto inner = [&] { return fmt::format("t = {} ns", time); };
  const CheckContext outer_context(outer);
  const CheckContext inner_context(inner);
  EXPECT_DEATH(AUTOSCALE_CHECK(false, "message"),
               "message\n  t = 12 ns\n  replay: autoscale run --seed 7\n");
}

TEST(CheckDeathTest, ForgetsContextsThatHaveEnded) {
  const auto describe = [] { return std::string("stale"); };
  { const CheckContext context(describe); }
  EXPECT_DEATH(AUTOSCALE_CHECK(false, "message"), "message\n$");
}

TEST(CheckDeathTest, SurvivesAContextThatFailsACheck) {
  const auto outer = [] { return std::string("outer line"); };
  const auto broken = []() -> std::string {
    AUTOSCALE_CHECK(false, "broken context");
    return "";
  };
  const CheckContext outer_context(outer);
  const CheckContext broken_context(broken);
  EXPECT_DEATH(AUTOSCALE_CHECK(false, "message"), "message\n.*broken context\n  outer line\n$");
}

}  // namespace
}  // namespace autoscale
