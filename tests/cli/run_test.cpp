// `autoscale run`: options, result folders, failures that leave nothing half-written.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "sim/core/output_file.h"
#include "sim/results/results.h"
#include "sim/run/memory.h"
#include "tests/support/program_testing.h"

namespace autoscale {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

/// Quickstart, made short.
Words run(const Words& more) {
  Words words = {"run",   "scenarios/quickstart.yaml", "--set", "phases[0].inferences=1",
                 "--set", "phases[1].inferences=5"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

void expect_refused(const Words& arguments, const std::string& message, int code = 2) {
  const ProgramResult result = run_program(arguments);
  EXPECT_EQ(result.code, code) << testing::PrintToString(arguments) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_NE(result.err.find(message), std::string::npos) << result.err;
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::string first_line(const fs::path& file) {
  const std::string text = read_all(file);
  return text.substr(0, text.find('\n'));
}

/// One policy twice, on changed data.
constexpr const char* kLabelled = R"(
name: labelled
dnns: [mobilenet_v1, inception_v1]
devices: [{profile: mi8pro}]
policies:
  - autoscale
  - {autoscale: {learning_rate: 0.1}, label: slow}
phases:
  - {name: train, conditions: grid, inferences: 3, learn: true, explore: true, record: false}
  - {name: test, inferences: 50}
overrides:
  device_profiles/mi8pro: {baseline_power.value: 0.4 W, "processors[0].overhead.value": 1 ms}
  scenarios/environments/S1: {co_runner: {steady: {cpu: 0.25, memory: 0.5}}}
save_tables: true
replications: 2
)";

// ------------------------------------------------------------------------------- what is asked for

TEST(Run, PoliciesOfTheCommandLineReplaceTheList) {
  const ProgramResult result =
      run_program(run({"--policy", "cloud", "--set", "relative_metrics=false"}));
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_NE(result.out.find("cloud-r0"), std::string::npos);
  EXPECT_EQ(result.out.find("autoscale-r0"), std::string::npos);
  expect_refused(run({"--policy", "opt", "--policy", "opt"}),
                 "--policy opt: error: is given twice\n");
  expect_refused(run({"--policy", "autoscal"}),
                 "unknown policy 'autoscal' (did you mean 'autoscale'?)");
  expect_refused(run({"--policy", ""}), "unknown policy ''");
}

TEST(Run, PoliciesAreChosenByTheirLabel) {
  const TemporaryFolder folder;
  write_all(folder / "labelled.yaml", kLabelled);
  const ProgramResult result = run_program(
      {"run", folder / "labelled.yaml", "--policy", "slow", "--set", "save_tables=false"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_NE(result.out.find("slow-r0"), std::string::npos);
  EXPECT_EQ(result.out.find("autoscale-r0"), std::string::npos);
}

TEST(Run, OverridesOfTheCommandLine) {
  const auto set = [](const std::string& overrides) {
    return run({"--policy", "edge_cpu_fp32", "--set", "overrides=" + overrides});
  };
  const std::string saving = "{device_profiles/mi8pro: {baseline_power.value: 0.4 W}}";
  EXPECT_EQ(run_program(set(saving)).code, 0);
  EXPECT_NE(run_program(set(saving)).out, run_program(set("{}")).out);
  expect_refused(set("{device_profiles/mi8pro: {baseline_power.value: 4}}"),
                 "baseline_power.value: 4}}: error: baseline_power.value: expected a power");
  expect_refused(set("{device_profiles/mi9: {}}"),
                 "the data has no file 'device_profiles/mi9.yaml'");
}

TEST(Run, AssignmentsThatPointNowhere) {
  expect_refused(run({"--set", "nonsense"}), "expected PATH=VALUE such as devices[0].count=5");
  expect_refused(run({"--set", "sed=2"}),
                 "--set sed=2: error: sed: unknown key (did you mean 'seed'?)\n");
  expect_refused(run({"--set", "phases[9].inferences=3"}), "[9]: the list has 2 items");
  expect_refused(run({"--set", "phases.x=3"}), "expected a map, found a list");
  expect_refused(run({"--set", "name[0]=3"}), "expected a list, found");
  expect_refused(run({"--set", "seed="}), "expected one value after '=', got 0");
  expect_refused(run({"--set", "=3"}), "expected a path such as devices[0].count, got ''");
  expect_refused(run({"--set", "devices=[{profile: mi8pro"}),
                 "--set devices=[{profile: mi8pro: error: ");
}

TEST(Run, CountsOfNothing) {
  expect_refused(run({"--set", "devices[0].count=0"}), "must be between 1 and 10000000, got '0'");
  expect_refused(run({"--set", "devices=[]"}), "devices: must not be empty");
  expect_refused(run({"--set", "phases[1].inferences=0"}),
                 "must be between 1 and 1000000000, got '0'");
  expect_refused(run({"--set", "phases=[]"}), "phases: must not be empty");
  expect_refused(run({"--set", "policies=[]"}), "policies: must not be empty");
  expect_refused(run({"--set", "phases[1].record=false"}), "none is recorded");
}

TEST(Run, CountsBeyondAllMeasure) {
  expect_refused(run({"--set", "phases[0].inferences=1000000000"}),
                 "at most 4294967295 are possible");
  expect_refused(run({"--set", "phases[0].inferences=5000000000"}), "expected a whole number");
  expect_refused(
      run({"--set", "devices[0].count=10000000", "--set", "phases[1].inferences=100000"}),
      "GB of memory, and this machine has");
  expect_refused(run({"--set", "learners=per_device", "--set", "devices[0].count=10000000"}),
                 "GB of memory, and this machine has");
  expect_refused(run({"--set", "servers.tablet={phones_each: 1, workers: {cpu: 1000000000}}",
                      "--set", "devices[0].count=1000"}),
                 "GB of memory, and this machine has");
  expect_refused(run({"--set", "arrivals={closed_loop: {think: {exponential: {mean: 600000 h}}}}"}),
                 "years of simulated time; at most 73 are possible");
  expect_refused(run({"--set", "decision_time=600000 h"}), "years of simulated time");
  expect_refused(run({"--set", "phases[0].pause=1000000 h"}), "years of simulated time");
  expect_refused(run({"--seed", "18446744073709551615", "--replications", "2"}), "exceed 2^64 - 1");
}

TEST(Run, ProcessesThatWouldNeverEnd) {
  expect_refused(
      run({"--set",
           "cloud_signal={ar1: {mean: -70 dBm, sd: 1 dB, time_constant: 1 s, period: 1 ns}}"}),
      "must be at least 1 ms, got '1 ns'");
  expect_refused(run({"--set", "co_runner={switching: {period: 1 ns, apps: [none]}}"}),
                 "must be between 1 ms and 86400 s, got '1 ns'");
}

TEST(Run, EverythingThatMayBeZero) {
  const ProgramResult result =
      run_program(run({"--set", "arrivals={renewal: {interval: {constant: {value: 0 s}}}}", "--set",
                       "decision_time=0 s", "--seed", "0", "--set", "constraints.accuracy=0"}));
  EXPECT_EQ(result.code, 0) << result.err;
}

TEST(Run, AMissingScenario) {
  expect_refused({"run", "nosuch.yaml"},
                 "nosuch.yaml:1:1: error: cannot read 'nosuch.yaml': No such file or directory\n");
  expect_refused({"run", std::string(5000, 'x')}, "File name too long");
  expect_refused({"run", "/"}, "it is a directory");
  EXPECT_EQ(run_program(run({"--set", "name=x"})).code, 0);
}

// --------------------------------------------------------------------------------- result folders

TEST(Results, EveryColumnIsInTheDictionary) {
  const TemporaryFolder folder;
  const std::string out = folder / "a/b";
  ASSERT_EQ(run_program(run({"--out", out, "--requests", "--timeline", "--jobs", "3"})).code, 0);
  EXPECT_EQ(names_in(out), (Words{"breakdown.csv", "columns.csv", "learning.csv", "manifest.json",
                                  "requests.csv", "runs.csv", "timeline.json", "timing.csv"}));
  std::map<std::string, std::string> headers;
  std::istringstream dictionary(read_all(out + "/columns.csv"));
  std::string row;
  std::getline(dictionary, row);
  EXPECT_EQ(row, "file,column,unit,meaning");
  while (std::getline(dictionary, row)) {
    const auto comma = row.find(',');
    std::string& header = headers[row.substr(0, comma)];
    header +=
        (header.empty() ? "" : ",") + row.substr(comma + 1, row.find(',', comma + 1) - comma - 1);
  }
  EXPECT_EQ(headers.size(), 5U);
  for (const auto& [file, header] : headers)
    EXPECT_EQ(first_line(out + "/" + file), header) << file;
}

TEST(Results, AnEarlierRunIsReplacedAsAWhole) {
  const TemporaryFolder folder;
  const std::string out = folder / "out";
  write_all(folder / "keep.txt", "mine");
  ASSERT_EQ(run_program(run({"--out", out, "--requests", "--timeline"})).code, 0);
  write_all(out + "/notes.txt", "mine");
  ASSERT_EQ(run_program(run({"--out", out, "--seed", "7"})).code, 0);
  EXPECT_EQ(names_in(out), (Words{"breakdown.csv", "columns.csv", "learning.csv", "manifest.json",
                                  "notes.txt", "runs.csv", "timing.csv"}));
}

TEST(Results, AFileInPlaceOfTheFolder) {
  const TemporaryFolder folder;
  write_all(folder / "file", "mine");
  expect_refused(run({"--out", folder / "file"}), "/file: Not a directory", 4);
  expect_refused(run({"--out", folder / "file/deeper"}), "Not a directory", 4);
  EXPECT_EQ(read_all(folder / "file"), "mine");
  expect_refused(run({"--out", ""}), "--out: needs a folder");
  fs::create_symlink(folder / "nowhere", folder / "dangling");
  EXPECT_EQ(run_program(run({"--out", folder / "dangling"})).code, 4);
}

TEST(Results, AnUnwritableFolder) {
  expect_refused(run({"--out", "/proc/autoscale"}), "/proc/autoscale: ", 4);
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  const TemporaryFolder folder;
  fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec);
  expect_refused(run({"--out", folder.path().string()}), "Permission denied", 4);
  fs::permissions(folder.path(), fs::perms::owner_all);
}

/// A folder stands where a file is to be written: at the end, or while runs are under way.
TEST(Results, AFailureLeavesNothingHalfWritten) {
  for (const std::string obstacle :
       {"runs.csv", "runs.csv.partial", "requests.csv", "requests.csv.partial", "requests.1.part",
        "timeline.2.part.partial", "manifest.json.partial"}) {
    const TemporaryFolder folder;
    fs::create_directories(folder / obstacle + "/x");
    expect_refused(
        run({"--out", folder.path().string(), "--requests", "--timeline", "--jobs", "2"}),
        "Is a directory", 4);
    for (const std::string& name : names_in(folder.path())) {
      if (name == obstacle) continue;
      EXPECT_TRUE(name.ends_with(".csv") || name.ends_with(".json")) << obstacle << " " << name;
      EXPECT_NE(name, "runs.csv") << obstacle;
    }
  }
}

TEST(Results, AFolderThatVanishes) {
  const Catalog catalog(AUTOSCALE_SOURCE_DIR);
  const Scenario scenario = Scenario::load(
      catalog, std::filesystem::path(AUTOSCALE_SOURCE_DIR) / "scenarios/quickstart.yaml",
      {.assignments = {"phases[0].inferences=1", "phases[1].inferences=1"}, .policies = {"cloud"}});
  const std::vector<RunResult> results = run_all(scenario, {});
  fs::path gone;
  {
    const TemporaryFolder folder;
    gone = folder.path();
  }
  EXPECT_THROW(write_results(gone, scenario, results, {}, {}), IoError);
  EXPECT_FALSE(fs::exists(gone));
}

TEST(Results, TheScenarioOfTheManifestGivesThemAgain) {
  const TemporaryFolder folder;
  write_all(folder / "labelled.yaml", kLabelled);
  ASSERT_EQ(run_program({"run", folder / "labelled.yaml", "--out", folder / "once"}).code, 0);
  const auto manifest = nlohmann::ordered_json::parse(read_all(folder / "once/manifest.json"));
  write_all(folder / "resolved.yaml", manifest["scenario"].dump());
  ASSERT_EQ(run_program({"run", folder / "resolved.yaml", "--out", folder / "again"}).code, 0);
  const auto runs = read_all(folder / "once/runs.csv");
  EXPECT_NE(runs.find("\nslow-r1,"), std::string::npos) << runs;
  EXPECT_EQ(runs, read_all(folder / "again/runs.csv"));
  EXPECT_EQ(read_all(folder / "once/learning.csv"), read_all(folder / "again/learning.csv"));
  EXPECT_EQ(names_in(folder / "once/tables"),
            (Words{"autoscale-r0-mi8pro.json", "autoscale-r1-mi8pro.json", "slow-r0-mi8pro.json",
                   "slow-r1-mi8pro.json"}));
}

// ---------------------------------------------------------------------------------- saved tables

TEST(Tables, AreSavedAndLoaded) {
  const TemporaryFolder folder;
  const std::string out = folder / "out";
  ASSERT_EQ(run_program(run({"--set", "save_tables=true", "--out", out})).code, 0);
  const std::string table = out + "/tables/autoscale-r0-mi8pro.json";
  ASSERT_TRUE(fs::exists(table));
  EXPECT_EQ(run_program(run({"--set", "load_tables={mi8pro: " + table + "}"})).code, 0);
  expect_refused(run({"--set", "load_tables={moto_x_force: " + table + "}"}),
                 "no device 'moto_x_force' in this scenario (legal: mi8pro)");
  expect_refused(run({"--set", "devices=[{profile: moto_x_force}]", "--set",
                      "load_tables={moto_x_force: " + table + "}"}),
                 "does not fit policy 'autoscale': the table's 'actions'");
}

TEST(Tables, WrongFilesAreRefused) {
  const TemporaryFolder folder;
  const std::string file = folder / "table.json";
  for (const std::string content : {"", "{", "\xff\xfe", "policy: autoscale"}) {
    write_all(file, content);
    expect_refused(run({"--set", "load_tables={mi8pro: " + file + "}"}), "is not a saved table");
  }
  for (const std::string content : {"{}", "[]", "3", "null", "\"text\"", "{\"policy\": 3}"}) {
    write_all(file, content);
    expect_refused(run({"--set", "load_tables={mi8pro: " + file + "}"}),
                   "does not fit policy 'autoscale'");
  }
  expect_refused(run({"--set", "load_tables={mi8pro: " + folder.path().string() + "}"}),
                 "is not a saved table");
  expect_refused(run({"--set", "load_tables={mi8pro: /dev/zero}"}), "is not a saved table");
  expect_refused(run({"--requests"}), "need --out DIR");
  expect_refused(run({"--set", "save_tables=true"}), "need --out DIR");
}

/// The right keys with the wrong values.
TEST(Tables, BrokenValuesAreRefused) {
  const TemporaryFolder folder;
  const std::string out = folder / "out";
  ASSERT_EQ(run_program(run({"--set", "save_tables=true", "--out", out})).code, 0);
  const auto table =
      nlohmann::ordered_json::parse(read_all(out + "/tables/autoscale-r0-mi8pro.json"));
  const std::string file = folder / "table.json";
  for (const nlohmann::ordered_json& values :
       {nlohmann::ordered_json("text"), nlohmann::ordered_json::array(),
        nlohmann::ordered_json(std::vector<std::string>(table["values"].size(), "x"))}) {
    auto broken = table;
    broken["values"] = values;
    write_all(file, broken.dump());
    expect_refused(run({"--set", "load_tables={mi8pro: " + file + "}"}),
                   "does not fit policy 'autoscale'");
  }
  auto broken = table;
  broken.erase("values");
  write_all(file, broken.dump());
  expect_refused(run({"--set", "load_tables={mi8pro: " + file + "}"}),
                 "does not fit policy 'autoscale'");
}

TEST(Memory, TheEstimateGrowsWithWhatIsAskedFor) {
  const Catalog catalog(AUTOSCALE_SOURCE_DIR);
  const auto needed = [&catalog](std::vector<std::string> assignments, std::size_t jobs) {
    const auto file = std::filesystem::path(AUTOSCALE_SOURCE_DIR) / "scenarios/quickstart.yaml";
    return memory_needed(Scenario::load(catalog, file, {.assignments = std::move(assignments)}),
                         jobs);
  };
  const double one = needed({}, 1);
  EXPECT_LT(one, 10e6);
  EXPECT_GT(needed({}, 2), one);
  EXPECT_GT(needed({"devices[0].count=1000"}, 1), 100 * one);
  EXPECT_GT(needed({"phases[1].inferences=1000000"}, 1), 100 * one);
  EXPECT_GT(needed({"replications=1000"}, 1), 2 * one);
}

}  // namespace
}  // namespace autoscale
