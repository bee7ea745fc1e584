// What must not matter: the number of threads, which policies run beside one another, which policy
// meets the world, phones that share nothing.
#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <map>
#include <set>

#include "tests/support/simulation_testing.h"

namespace autoscale {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kScenario = R"(
name: reproducible
environment: D4
devices: [{profile: mi8pro, count: 2}, {profile: galaxy_s10e}, {profile: moto_x_force}]
dnns: [mobilenet_v1, inception_v1, resnet_50_v1]
links: {cloud: {technology: wifi, phones_per_access_point: 4}}
cloud_signal: {ar1: {mean: -70 dBm, sd: 8 dB, time_constant: 2 s, period: 50 ms}}
policies: [autoscale, cloud, random]
save_tables: true
phases:
  - {name: train, conditions: grid, within_bin: uniform, inferences: 3, learn: true, explore: true, record: false}
  - {name: test, inferences: 60, order: random}
replications: 2
)";

/// Runs the program into `out` and fails the test if that fails.
void run_program(const fs::path& scenario, const fs::path& out, const std::string& options) {
  const std::string command = fmt::format(
      "AUTOSCALE_DATA='{}' '{}' run '{}' --requests --timeline --out '{}' {} > /dev/null",
      source_root().string(), AUTOSCALE_PROGRAM, scenario.string(), out.string(), options);
  const int status = std::system(command.c_str());
  ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << command;
}

/// Files of a result folder by relative path, without the wall-clock times.
std::map<std::string, std::string> contents(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = fs::relative(entry.path(), folder).string();
    if (entry.is_regular_file() && name != "timing.csv") files[name] = read_all(entry.path());
  }
  return files;
}

/// The lines of a CSV file that begin with the run's id.
std::string rows_of(const fs::path& file, const std::string& run) {
  std::ifstream stream(file);
  std::string rows;
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with(run + ",")) rows += line + "\n";
  }
  EXPECT_FALSE(rows.empty()) << file << " has no rows of " << run;
  return rows;
}

TEST(ReproducibilityTest, SameFilesForAnyNumberOfJobsAndOtherFilesForAnotherSeed) {
  const TemporaryFolder directory;
  const fs::path scenario = directory.write("scenario.yaml", kScenario);
  for (const int jobs : {1, 2, 8}) {
    run_program(scenario, directory.path() / std::to_string(jobs), fmt::format("--jobs {}", jobs));
  }
  const auto one = contents(directory.path() / "1");
  EXPECT_GE(one.size(), 7U);
  EXPECT_TRUE(one == contents(directory.path() / "2"));
  EXPECT_TRUE(one == contents(directory.path() / "8"));
  run_program(scenario, directory.path() / "seed", "--seed 2");
  const auto other = contents(directory.path() / "seed");
  for (const auto name : {"runs.csv", "breakdown.csv", "requests.csv", "learning.csv"}) {
    EXPECT_NE(one.at(name), other.at(name)) << name;
  }
}

TEST(ReproducibilityTest, AnotherPolicyBesideThemLeavesTheRowsOfTheOthers) {
  const TemporaryFolder directory;
  const fs::path scenario = directory.write("scenario.yaml", kScenario);
  const fs::path few = directory.path() / "few", more = directory.path() / "more";
  run_program(scenario, few, "--policy autoscale --policy cloud");
  run_program(scenario, more,
              "--policy connected_edge --policy autoscale --policy random --policy cloud");
  for (const auto run :
       {"autoscale-r0", "autoscale-r1", "cloud-r0", "opt-r1", "edge_cpu_fp32-r0"}) {
    for (const auto file : {"requests.csv", "runs.csv", "breakdown.csv"}) {
      EXPECT_EQ(rows_of(few / file, run), rows_of(more / file, run)) << file << ", " << run;
    }
  }
  EXPECT_EQ(rows_of(few / "learning.csv", "autoscale-r0"),
            rows_of(more / "learning.csv", "autoscale-r0"));
}

constexpr std::string_view kVarying = R"(
name: varying
environment: D4
devices: [{profile: mi8pro}, {profile: galaxy_s10e}, {profile: moto_x_force}]
cloud_signal: {gaussian: {mean: -70 dBm, sd: 10 dB, period: 500 ms}}
tablet_signal: {ar1: {mean: -70 dBm, sd: 8 dB, time_constant: 20 s, period: 5 s}}
policies: [edge_cpu_fp32, edge_best, cloud, connected_edge, opt, random, autoscale]
learners: per_device
)";
constexpr std::string_view kOnePhase =
    "phases: [{name: test, inferences: 100, learn: true, explore: true}]\n";
constexpr std::string_view kTwoPhases =
    "phases: [{name: train, conditions: grid, inferences: 5, learn: true, explore: true, "
    "record: false}, {name: test, inferences: 100}]\n";

using ByRequest = std::map<std::pair<std::uint32_t, std::uint32_t>, KeptRequest>;

ByRequest by_request(const Scenario& scenario, const std::string& policy, std::uint64_t seed = 1) {
  ByRequest requests;
  for (KeptRequest& r : simulate(scenario, setup_of(scenario, policy), seed).requests) {
    requests.emplace(std::pair{r.observation.phone, r.observation.request}, std::move(r));
  }
  return requests;
}

/// Every policy meets the arrivals of the first; at equal instants also the same conditions.
void expect_same_world(const Scenario& scenario) {
  const ByRequest reference = by_request(scenario, "edge_cpu_fp32");
  for (const ComparedPolicy& use : scenario.policies()) {
    SCOPED_TRACE(use.name);
    const ByRequest requests = by_request(scenario, use.name);
    ASSERT_EQ(requests.size(), reference.size());
    std::size_t at_once = 0;
    for (const auto& [id, r] : requests) {
      const KeptRequest& other = reference.at(id);
      ASSERT_EQ(r.since_phase_start, other.since_phase_start)
          << "device " << id.first << ", request " << id.second;
      ASSERT_EQ(r.observation.dnn, other.observation.dnn);
      const Duration waited = r.ledger.stages[0], other_waited = other.ledger.stages[0];
      if (waited != other_waited) continue;  // one of them had to wait
      ++at_once;
      ASSERT_EQ(r.observation.signal_dbm, other.observation.signal_dbm);
      ASSERT_EQ(r.observation.load, other.observation.load);
    }
    EXPECT_GT(at_once, requests.size() * 9 / 10);
  }
}

TEST(ReproducibilityTest, EveryPolicyMeetsTheSameArrivalsAndConditions) {
  expect_same_world(scenario_of(fmt::format("{}{}", kVarying, kOnePhase)));
}

TEST(ReproducibilityTest, EveryPolicyMeetsTheSameArrivalsAfterTraining) {
  expect_same_world(scenario_of(fmt::format("{}{}", kVarying, kTwoPhases)));
}

TEST(ReproducibilityTest, EveryPolicySeesTheSameCameraFrames) {
  const Scenario scenario =
      scenario_of(fmt::format("{}{}use_case: streaming\n", kVarying, kOnePhase));
  const ByRequest local = by_request(scenario, "edge_cpu_fp32");
  const ByRequest cloud = by_request(scenario, "cloud");
  std::size_t both = 0;
  for (const auto& [id, r] : local) {
    const auto other = cloud.find(id);  // dropped frames are missing
    if (other == cloud.end()) continue;
    ++both;
    EXPECT_EQ(r.arrival, other->second.arrival);
    EXPECT_EQ(r.observation.signal_dbm, other->second.observation.signal_dbm);
  }
  EXPECT_GT(both, 100U);
}

/// What a phone's rows show.
auto row(const KeptRequest& r) {
  return std::tuple(r.since_phase_start, r.completion - r.arrival, r.action, r.executed,
                    r.ledger.stages, r.ledger.joules, r.ledger.server_j, r.verdict.reward,
                    r.observation.signal_dbm);
}

void expect_last_phone_changes_nothing(std::string_view phases) {
  constexpr std::string_view kLast = ", {profile: moto_x_force}";
  const std::string with =
      fmt::format("{}servers: {{cloud: {{workers: {{cpu: 3, gpu: 3}}}}}}\n{}", kVarying, phases);
  std::string without = with;
  without.erase(without.find(kLast), kLast.size());
  const Scenario three = scenario_of(with), two = scenario_of(without);
  for (const auto policy : {"random", "cloud", "connected_edge", "opt", "autoscale"}) {
    for (const std::uint64_t seed : {1, 4}) {
      SCOPED_TRACE(fmt::format("{}, seed {}", policy, seed));
      const ByRequest requests = by_request(three, policy, seed);
      for (const auto& [id, r] : by_request(two, policy, seed)) {
        ASSERT_EQ(row(r), row(requests.at(id)))
            << "device " << id.first << ", request " << id.second;
      }
    }
  }
}

TEST(ReproducibilityTest, APhoneThatSharesNothingChangesNothing) {
  expect_last_phone_changes_nothing(kOnePhase);
}

TEST(ReproducibilityTest, APhoneThatSharesNothingChangesNothingAfterTraining) {
  expect_last_phone_changes_nothing(kTwoPhases);
}

}  // namespace
}  // namespace autoscale
