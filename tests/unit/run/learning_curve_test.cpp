// Where the points of a learning curve lie.
#include "sim/run/runner.h"
#include "tests/support/simulation_testing.h"

namespace autoscale {
namespace {

TEST(LearningCurveTest, HasAPointAtEveryNumberOfTwoDigitsFromAThousandOn) {
  const Scenario scenario = scenario_of(
      "name: curve\ndevices: [{profile: mi8pro}]\ndnns: [mobilenet_v1]\npolicies: [autoscale]\n"
      "relative_metrics: false\nphases: [{name: train, inferences: 12999, learn: true}]\n");
  std::vector<std::uint64_t> expected;
  for (std::uint64_t n = 100; n < 10000; n += 100) expected.push_back(n);
  for (const std::uint64_t n : {10000, 11000, 12000}) expected.push_back(n);
  const std::vector<RunResult> results = run_all(scenario, {});
  ASSERT_EQ(results.size(), 1U);
  std::vector<std::uint64_t> points;
  for (const LearningPoint& point : results[0].learning) points.push_back(point.learned);
  EXPECT_EQ(points, expected);
}

}  // namespace
}  // namespace autoscale
