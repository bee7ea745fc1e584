// Saved tables as CSV: to CSV and back is the same table, in any order of rows and columns, and
// every mistake in a CSV is reported with its line.
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "tests/support/program_testing.h"

namespace autoscale {
namespace {

/// All policies that save a number per state and action, after a short training.
const std::vector<std::string>& table_policies() {
  static const std::vector<std::string> names = {
      "autoscale",      "sarsa", "expected_sarsa", "double_q",       "q_lambda",
      "quantile_q",     "ucb",   "constrained_q",  "epsilon_greedy", "best_per_state",
      "offline_optimal"};
  return names;
}

/// A folder with the saved tables of all of them.
class TableCsvTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryFolder;
    std::vector<std::string> arguments = {"run",   "scenarios/quickstart.yaml",
                                          "--set", "save_tables=true",
                                          "--set", "phases[0].inferences=20",
                                          "--set", "phases[1].inferences=1",
                                          "--out", *folder_ / "out"};
    for (const std::string& name : table_policies()) {
      arguments.insert(arguments.end(), {"--policy", name});
    }
    const ProgramResult result = run_program(arguments);
    ASSERT_EQ(result.code, 0) << result.err;
  }
  static void TearDownTestSuite() { delete folder_; }

  static std::string table(const std::string& policy) {
    return *folder_ / ("out/tables/" + policy + "-r0-mi8pro.json");
  }

  static std::vector<std::string> exported(const std::string& policy) {
    const ProgramResult result = run_program({"table", "export", table(policy)});
    EXPECT_EQ(result.code, 0) << result.err;
    std::istringstream stream(result.out);
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
  }

  static ProgramResult imported(const std::vector<std::string>& lines, const std::string& policy) {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    write_all(csv(), text);
    return run_program({"table", "import", csv(), "--like", table(policy)});
  }
  static std::string csv() { return *folder_ / "table.csv"; }

  static void expect_error(const std::vector<std::string>& lines, const std::string& message) {
    const ProgramResult result = imported(lines, "ucb");
    EXPECT_EQ(result.code, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_NE(result.err.find(message), std::string::npos) << result.err;
  }

  static TemporaryFolder* folder_;
};
TemporaryFolder* TableCsvTest::folder_ = nullptr;

TEST_F(TableCsvTest, ThereAndBackIsTheSameTable) {
  for (const std::string& policy : table_policies()) {
    const ProgramResult back = imported(exported(policy), policy);
    ASSERT_EQ(back.code, 0) << policy << back.err;
    EXPECT_TRUE(back.out == read_all(table(policy))) << policy;
  }
}

TEST_F(TableCsvTest, NamesStatesAndActions) {
  const std::vector<std::string> lines = exported("ucb");
  ASSERT_EQ(lines.size(), 1U + 2 * 3072);
  EXPECT_EQ(lines[0].substr(0, 48), "table,state,phone_cpu_fp32@0,phone_cpu_fp32@1,ph");
  EXPECT_EQ(lines[2].substr(0, lines[2].find(',', 8)),
            "values,conv<30 fc<10 rc<10 mac<1e9 cpu=0 memory=0 cloud_signal=regular "
            "tablet_signal=weak");
  EXPECT_EQ(exported("offline_optimal")[1].substr(0, 20), "values,mobilenet_v1,");
  const std::string first = exported("quantile_q")[1];
  EXPECT_EQ(first.substr(0, 24), "values,mobilenet_v1 cpu<") << first.substr(0, 100);
}

TEST_F(TableCsvTest, RowsMayStandInAnyOrder) {
  std::vector<std::string> lines = exported("ucb");
  const std::string straight = imported(lines, "ucb").out;
  std::reverse(lines.begin() + 1, lines.end());
  EXPECT_TRUE(imported(lines, "ucb").out == straight);
}

TEST_F(TableCsvTest, MistakesAreReportedWithTheirLine) {
  const std::vector<std::string> good = exported("ucb");
  const auto changed = [&](std::size_t line, const std::string& from, const std::string& to) {
    std::vector<std::string> lines = good;
    lines[line].replace(lines[line].find(from), from.size(), to);
    return lines;
  };
  expect_error(changed(0, "phone_cpu_fp32@1,", "phone_cpu_fp32@99,"),
               csv() + ":1:1: error: no action 'phone_cpu_fp32@99'");
  expect_error(changed(0, "phone_cpu_fp32@1,", "phone_cpu_fp32@99,"),
               csv() + ":1:1: error: no column 'phone_cpu_fp32@1'");
  expect_error(changed(3, "cpu=0", "cpu=none"), csv() + ":4:1: error: no state 'conv<30");
  expect_error(changed(3, "values", "means"), csv() + ":4:1: error: no table 'means'");
  expect_error(changed(3, "memory=0", "memory<25%"), "error: this state appears twice");
  expect_error(changed(2, "weak,", "weak,x"), csv() + ":3:1: error: column 'phone_cpu_fp32@0': 'x");
  expect_error(changed(1 + 3072, "regular,", "regular,0.5"), "is not a count");
  std::vector<std::string> lines = good;
  lines.erase(lines.begin() + 5);
  expect_error(lines, csv() + ":1:1: error: table 'values' has no row of state 'conv<30");
}

TEST_F(TableCsvTest, ACsvIsNoSavedTableAndTheOtherWayRound) {
  write_all(csv(), "table,state\n");
  for (const std::string& file : {csv(), std::string("scenarios"), *folder_ / "none.json"}) {
    const ProgramResult result = run_program({"table", "export", file});
    EXPECT_EQ(result.code, 2) << file;
    EXPECT_EQ(result.out, "");
    EXPECT_NE(result.err.find("not a saved table"), std::string::npos) << result.err;
  }
  EXPECT_EQ(run_program({"table", "import", *folder_ / "none.csv", "--like", table("ucb")}).code,
            2);
}

/// What comes back from a CSV decides as the table did: a run that starts from either is the same.
TEST_F(TableCsvTest, ARunMayStartFromIt) {
  for (const std::string policy : {"autoscale", "double_q", "quantile_q"}) {
    write_all(*folder_ / "back.json", imported(exported(policy), policy).out);
    std::string requests[2];
    int i = 0;
    for (const std::string& start : {table(policy), *folder_ / "back.json"}) {
      const ProgramResult result = run_program(
          {"run", "scenarios/quickstart.yaml", "--policy", policy, "--set",
           "phases=[{name: test, inferences: 200}]", "--set", "load_tables={mi8pro: " + start + "}",
           "--out", *folder_ / "again", "--requests"});
      ASSERT_EQ(result.code, 0) << result.err;
      requests[i++] = read_all(*folder_ / "again/requests.csv");
    }
    EXPECT_TRUE(requests[0] == requests[1]) << policy;
  }
}

}  // namespace
}  // namespace autoscale
