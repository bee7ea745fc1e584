// What compare and table export read again, with entries of the wrong kind: refused, not believed.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sim/config/diagnostics.h"
#include "sim/results/compare.h"
#include "sim/results/table_csv.h"
#include "tests/support/temporary_folder.h"

namespace autoscale {
namespace {

constexpr const char* kRuns =
    "run,scenario,environment,use_case,device,dnn,policy,seed,energy_mean_mj\n"
    "1,s,S1,u,all,all,cloud,1,5\n2,s,S1,u,all,all,edge,1,6\n";

/// Rows of a comparison with the cloud in a folder with this manifest.
std::size_t compared(const std::string& manifest) {
  const TemporaryFolder folder;
  folder.write("runs.csv", kRuns);
  folder.write("manifest.json", manifest);
  return compare_runs({folder.path(), {{"policy", "cloud"}}, {"energy_mean_mj"}}).rows.size();
}

TEST(DamagedFilesTest, ManifestsOfAnotherShapeAreRefused) {
  EXPECT_EQ(compared(R"({"sweep": {"parameters": []}, "baseline": {}})"), 1U);
  EXPECT_EQ(compared("no JSON"), 1U);
  for (const char* manifest :
       {R"({"sweep": []})", R"({"sweep": 1, "baseline": {}})", R"({"sweep": {}, "baseline": {}})",
        R"({"sweep": {"parameters": []}})", R"({"sweep": {"parameters": []}, "baseline": []})",
        R"({"sweep": {"parameters": []}, "baseline": {"policy": 1}})",
        R"({"sweep": {"parameters": [1]}, "baseline": {}})",
        R"({"sweep": {"parameters": [{"column": 1}]}, "baseline": {}})"}) {
    EXPECT_THROW(compared(manifest), config::ConfigError) << manifest;
  }
}

TEST(DamagedFilesTest, ATableWithSomethingElseThanNumbersIsNone) {
  const TemporaryFolder folder;
  const auto file = [&](const std::string& values) {
    return folder.write("saved.json",
                        R"({"states": ["a"], "actions": ["x", "y"], "values": )" + values + "}");
  };
  std::string csv;
  write_table_csv(read_saved_table(file("[1, 2]")), [&](const std::string& line) { csv += line; });
  EXPECT_EQ(csv, "table,state,x,yvalues,a,1,2");
  for (const char* values : {"[1, \"2\"]", "[1, null]", "[1, []]"}) {
    EXPECT_THROW(read_saved_table(file(values)), config::ConfigError) << values;
  }
}

}  // namespace
}  // namespace autoscale
