// Memory of a sweep does not grow with the number of its runs.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "tests/support/program_testing.h"

namespace autoscale {
namespace {

/// The most memory that any program run so far has had, bytes.
double most_memory() {
  rusage usage{};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  return 1024.0 * static_cast<double>(usage.ru_maxrss);
}

/// Sweeps steps x 10 points with four policies each.
void sweep(const TemporaryFolder& folder, int steps) {
  const std::string name = std::to_string(steps);
  write_all(
      folder / (name + ".yaml"),
      "name: memory\nscenarios: [" AUTOSCALE_SOURCE_DIR
      "/scenarios/quickstart.yaml]\n"
      "set: {phases: [{name: test, inferences: 5}], policies: [edge_best, cloud]}\n"
      "grid:\n"
      "  - {path: constraints.accuracy, range: {from: 40, to: 60, steps: " +
          name +
          "}}\n"
          "  - {path: cloud_signal.constant.level, range: {from: -90 dBm, to: -50 dBm, steps: "
          "10}}\n");
  ASSERT_EQ(
      run_program({"sweep", folder / (name + ".yaml"), "--jobs", "2", "--out", folder / name}).code,
      0);
}

TEST(SweepMemory, IsTheSameForTenTimesTheRuns) {
  const TemporaryFolder folder;
  sweep(folder, 25);  // 1,000 runs
  const double few = most_memory();
  sweep(folder, 250);  // 10,000 runs
  // Per world 8 bytes and per point 8 bytes are kept: 36 kB more. The rest is the allocator's.
  EXPECT_LT(most_memory() - few, 1e6);
}

}  // namespace
}  // namespace autoscale
