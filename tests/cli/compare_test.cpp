// What compare says when the baseline is missing; and no table of a sweep, compare's among them, has
// two columns of one name.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "sim/config/csv.h"
#include "tests/support/program_testing.h"

namespace autoscale {
namespace {

using Words = std::vector<std::string>;

TEST(Compare, SaysHowToNameTheBaselineThatItNeeds) {
  const TemporaryFolder folder;
  const auto refused = [&folder](const Words& policies, const Words& more) {
    std::string list;
    for (const std::string& policy : policies) list += (list.empty() ? "" : ", ") + policy;
    EXPECT_EQ(run_program({"run", "scenarios/quickstart.yaml", "--set", "phases[0].inferences=1",
                           "--set", "relative_metrics=false", "--set", "policies=[" + list + "]",
                           "--out", folder / "run"})
                  .code,
              0);
    Words words = {"compare", folder / "run"};
    words.insert(words.end(), more.begin(), more.end());
    const ProgramResult result = run_program(words);
    EXPECT_EQ(result.code, 2) << result.out;
    return result.err;
  };
  const std::string option = "; --baseline POLICY or --baseline COLUMN=VALUE names another\n";
  EXPECT_TRUE(refused({"cloud", "edge_best"}, {})
                  .ends_with("baseline: no policy 'edge_cpu_fp32' here (legal: cloud, edge_best)" +
                             option));
  EXPECT_TRUE(refused({"cloud"}, {"--baseline", "cloud"})
                  .ends_with("baseline: nothing else here has a partner in it" + option));
  EXPECT_TRUE(refused({"cloud"}, {"--baseline", "phone=mi8pro"})
                  .ends_with("baseline: no column 'phone' (legal: scenario, environment, use_case, "
                             "device, dnn, policy)" +
                             option));
}

/// The parameters of a sweep are named so that no file has two columns of one name.
TEST(SweptColumns, NoFileHasTwoColumnsOfOneName) {
  const TemporaryFolder folder;
  const std::string file = folder / "clash.yaml";
  write_all(file, "name: clash\nscenarios: [" AUTOSCALE_SOURCE_DIR
                  "/scenarios/quickstart.yaml]\n"
                  "set: {policies: [edge_best, cloud], phases: [{name: test, inferences: 5}]}\n"
                  "grid:\n  - {path: cloud_signal.gaussian.mean, values: [-85 dBm, -60 dBm]}\n"
                  "zip: [{path: cloud_signal.gaussian.sd, values: [2 dB]}]\n"
                  "baseline: {cloud_signal.gaussian.mean: -60}\nreplications: 2\n");
  const ProgramResult result = run_program({"sweep", file, "--out", folder / "swept"});
  ASSERT_EQ(result.code, 0) << result.err;
  const ProgramResult compared = run_program({"compare", folder / "swept", "--csv"});
  EXPECT_EQ(compared.code, 0) << compared.err;
  for (const std::string& table :
       {read_all(folder / "swept/runs.csv"), read_all(folder / "swept/summary.csv"),
        read_all(folder / "swept/failures.csv"), compared.out}) {
    std::vector<std::string> columns;
    config::split_csv_line(table.substr(0, table.find('\n')), columns);
    EXPECT_EQ(std::set<std::string>(columns.begin(), columns.end()).size(), columns.size())
        << table;
    EXPECT_EQ(std::count(columns.begin(), columns.end(), "cloud_signal.gaussian.mean"), 1);
  }
}

}  // namespace
}  // namespace autoscale
