// `breakdown: true` of a sweep: the rows that its scenario run alone would have, and the same over
// shards.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "tests/support/program_testing.h"

namespace autoscale {
namespace {

/// A table without its first `skipped` columns, line by line.
std::vector<std::string> without_first(const std::string& table, int skipped) {
  std::vector<std::string> lines;
  std::istringstream stream(table);
  for (std::string line; std::getline(stream, line);) {
    for (int i = 0; i < skipped; ++i) line.erase(0, line.find(',') + 1);
    lines.push_back(line);
  }
  return lines;
}

/// The breakdown of a sweep is that of its scenario run alone, behind the swept columns.
TEST(SweepBreakdown, IsWrittenIfAskedFor) {
  const TemporaryFolder folder;
  const std::string file = folder / "one.yaml";
  const auto sweep = [&](const std::string& out, const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {"sweep", file, "--out", folder / out};
    words.insert(words.end(), more.begin(), more.end());
    return run_program(words);
  };
  const std::string scenario = "scenarios: [" AUTOSCALE_SOURCE_DIR
                               "/scenarios/quickstart.yaml]\n"
                               "set: {phases: [{name: test, inferences: 20}],"
                               " policies: [edge_best, cloud]}\n";
  const std::string points = "grid: [{path: constraints.accuracy, values: [70]}]\n";
  write_all(file, "name: one\n" + scenario + points);
  ASSERT_EQ(sweep("plain").code, 0);
  EXPECT_FALSE(std::filesystem::exists(folder / "plain/breakdown.csv"));
  write_all(file, "name: one\nbreakdown: true\nreplications: 2\n" + scenario + points);
  ASSERT_EQ(sweep("whole").code, 0);
  ASSERT_EQ(sweep("part1", {"--shard", "1/2"}).code, 0);
  ASSERT_EQ(sweep("part2", {"--shard", "2/2"}).code, 0);
  ASSERT_EQ(
      run_program({"merge", folder / "part1", folder / "part2", "--out", folder / "merged"}).code,
      0);
  const std::string whole = read_all(folder / "whole/breakdown.csv");
  EXPECT_EQ(whole, read_all(folder / "merged/breakdown.csv"));
  ASSERT_EQ(
      run_program({"run", "scenarios/quickstart.yaml", "--replications", "2", "--set",
                   "phases=[{name: test, inferences: 20}]", "--set", "policies=[edge_best, cloud]",
                   "--set", "constraints.accuracy=70", "--out", folder / "run"})
          .code,
      0);
  std::vector<std::string> swept = without_first(whole, 2),
                           alone = without_first(read_all(folder / "run/breakdown.csv"), 1);
  EXPECT_EQ(alone.size(), 9u);            // a header; 2 replications, 2 policies and 2 references
  std::sort(swept.begin(), swept.end());  // a sweep goes by replication, then by policy
  std::sort(alone.begin(), alone.end());
  EXPECT_EQ(swept, alone);
  EXPECT_TRUE(contains(read_all(folder / "whole/columns.csv"), "\nbreakdown.csv,accuracy,"));
}

}  // namespace
}  // namespace autoscale
