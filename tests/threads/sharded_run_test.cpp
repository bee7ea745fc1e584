// A run over several threads: the bytes of one world for any number of shards, what shards cannot do,
// and their errors.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "sim/results/run_folder.h"
#include "sim/run/runner.h"
#include "sim/world/sharded_world.h"
#include "tests/support/simulation_testing.h"

namespace autoscale {
namespace {

namespace fs = std::filesystem;

/// Learners of the phones' own, tablets of two phones, three phases, one of them not recorded.
constexpr std::string_view kLearning = R"(
name: learning
environment: D4
dnns: [mobilenet_v1, inception_v1, resnet_50_v1]
devices: [{profile: mi8pro, count: 5}, {profile: galaxy_s10e, count: 3}, {profile: moto_x_force, count: 3}]
servers: {cloud: {workers: {cpu: 11, gpu: 11}}, tablet: {phones_each: 2}}
cloud_signal: {ar1: {mean: -70 dBm, sd: 8 dB, time_constant: 2 s, period: 50 ms}}
policies: [autoscale, residual, cloud]
planner_model: {error: {latency: 0.3, power: 0.2, link_rate: 0.3, rtt: 0.5, contention: 0.3}}
learners: per_device
phases:
  - {name: train, conditions: grid, within_bin: uniform, inferences: 1, learn: true, explore: true, record: false}
  - {name: test, inferences: 30, order: random, learn: true}
  - {name: again, inferences: 20, pause: 3 s}
)";

/// Phones in step with one another, whose times fall together and apart again with their co-runners.
constexpr std::string_view kInStep = R"(
name: in_step
environment: D2
dnns: [mobilenet_v1, resnet_50_v1]
devices: [{profile: mi8pro, count: 5}, {profile: galaxy_s10e, count: 7}, {profile: moto_x_force}]
servers: {cloud: {workers: {cpu: 13, gpu: 13}}}
arrivals: {renewal: {interval: {constant: {value: 200 ms}}}}
noise: false
thermal: false
policies: [edge_best, cloud, random, connected_edge]
phases:
  - {name: varying, inferences: 60, order: random}
  - {name: calm, environment: S1, inferences: 30}
  - {name: again, inferences: 30, order: round_robin}
)";

/// Frames that a busy phone drops.
constexpr std::string_view kFrames = R"(
name: frames
environment: D2
use_case: streaming
devices: [{profile: mi8pro, count: 3}, {profile: galaxy_s10e, count: 3}, {profile: moto_x_force}]
servers: {cloud: {workers: {cpu: 7, gpu: 7}}}
policies: [edge_best, edge_cpu_fp32, cloud]
phases: [{name: test, inferences: 60}]
)";

std::string frozen_scenario() {
  std::string policies;
  for (const std::string& name : deciding_policies()) policies += name + ", ";
  return fmt::format(R"(
name: frozen
environment: D3
dnns: [mobilenet_v1, resnet_50_v1]
devices: [{{profile: mi8pro, count: 3}}, {{profile: moto_x_force, count: 2}}]
servers: {{cloud: {{workers: {{cpu: 5, gpu: 5}}}}}}
policies: [{}]
save_tables: true
phases: [{{name: test, inferences: 8, order: random, explore: true}}]
)",
                     policies);
}

/// 0 shards: as many as there are free jobs.
RunOptions over(std::size_t shards, std::size_t jobs = 1) {
  RunOptions options;
  options.jobs = jobs;
  options.shards = shards;
  return options;
}

/// The files of a scenario's run by relative path, without the wall-clock times.
std::map<std::string, std::string> files_of_run(const Scenario& scenario, RunOptions options) {
  const TemporaryFolder folder;
  options.requests = options.timeline = true;
  run_into_folder(folder.path(), scenario, options, {});
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder.path())) {
    const std::string name = fs::relative(entry.path(), folder.path()).string();
    if (entry.is_regular_file() && name != "timing.csv") files[name] = read_all(entry.path());
  }
  EXPECT_GE(files.size(), 6U);
  return files;
}

void expect_same_bytes(std::string_view yaml, std::initializer_list<std::size_t> counts) {
  const Scenario scenario = scenario_of(yaml);
  const auto one = files_of_run(scenario, over(1));
  for (const std::size_t shards : counts) {
    const auto files = files_of_run(scenario, over(shards, 2));
    ASSERT_EQ(files.size(), one.size());
    for (const auto& [name, content] : one) {
      EXPECT_TRUE(files.at(name) == content) << name << ", " << shards << " shards";
    }
  }
}

TEST(ShardedRunTest, GivesTheBytesOfOneWorld) {
  expect_same_bytes(kLearning, {2, 3, 7, 50});
  expect_same_bytes(kFrames, {2, 3, 7});
}

TEST(ShardedRunTest, GivesTheBytesOfOneWorldForPhonesInStep) {
  expect_same_bytes(kInStep, {2, 13});
}

TEST(ShardedRunTest, GivesTheBytesOfOneWorldForEveryPolicyThatDoesNotLearnNow) {
  expect_same_bytes(frozen_scenario(), {3});
}

using Order = std::vector<std::pair<Time, std::uint32_t>>;

Order order_of(const Keeper& keeper) {
  Order order;
  for (const KeptRequest& r : keeper.requests)
    order.emplace_back(r.completion, r.observation.phone);
  return order;
}

/// Runs all phases over shards.
void simulate_in_shards(const Scenario& scenario, const PolicyUnderTest& setup, std::size_t shards,
                        Observer& observer) {
  ShardedWorld world(scenario.system(), 1, setup, observer, shards);
  for (const PhasePlan& phase : scenario.phases(0)) world.run(phase);
}

// What makes the test before worth something: simultaneous completions, and not by phone number.
TEST(ShardedRunTest, KeepsTheOrderOfSimultaneousCompletions) {
  const Scenario scenario = scenario_of(kInStep);
  const PolicyUnderTest setup = setup_of(scenario, "edge_best");
  const Order one = order_of(simulate(scenario, setup));
  const auto reversed = [](const auto& a, const auto& b) {
    return a.first == b.first && a.second > b.second;
  };
  std::size_t count = 0;
  for (std::size_t i = 1; i < one.size(); ++i) count += reversed(one[i - 1], one[i]);
  EXPECT_GT(count, 100U);
  for (const std::size_t shards : {2, 3, 13}) {
    Keeper keeper;
    simulate_in_shards(scenario, setup, shards, keeper);
    EXPECT_TRUE(order_of(keeper) == one) << shards;
  }
}

TEST(ShardedRunTest, TakesFreeJobsForShardsWithoutChangingABit) {
  const Scenario scenario = scenario_of(kFrames);
  EXPECT_TRUE(files_of_run(scenario, over(1)) == files_of_run(scenario, over(0, 16)));
}

TEST(ShardedRunTest, ReportsProgressToTheEnd) {
  const Scenario scenario = scenario_of(R"(
name: long
dnns: [mobilenet_v1]
devices: [{profile: mi8pro, count: 5}]
servers: {cloud: {workers: {cpu: 5, gpu: 5}}}
policies: [edge_best]
relative_metrics: false
compare_with_opt: false
phases: [{name: test, inferences: 40000}]
)");
  std::vector<double> shares;
  RunOptions options = over(3);
  options.progress = [&shares](const RunProgress& p) { shares.push_back(p.share); };
  run_all(scenario, options);
  EXPECT_EQ(shares.size(), 4U);  // three times 65,536 requests and the end
  EXPECT_TRUE(std::is_sorted(shares.begin(), shares.end()));
  EXPECT_EQ(shares.back(), 1);
}

// 4,096 steps are what a shard keeps: an arrival and an answer for each of 2,048 requests.
TEST(ShardedRunTest, APhaseMayEndWithAFullBuffer) {
  const Scenario scenario = scenario_of(R"(
name: full
dnns: [mobilenet_v1]
devices: [{profile: mi8pro, count: 2}]
servers: {cloud: {workers: {cpu: 2, gpu: 2}}}
arrivals: {renewal: {interval: {constant: {value: 1 s}}}}
policies: [edge_best]
relative_metrics: false
phases: [{name: test, inferences: 2048}]
)");
  const auto runs = run_all(scenario, over(2));
  EXPECT_EQ(runs[0].timing.events, 2 * 4096U);
  EXPECT_TRUE(files_of_run(scenario, over(1)) == files_of_run(scenario, over(2)));
}

TEST(ShardedRunTest, PassesOnWhatAPolicyDoesWrong) {
  const Scenario scenario = scenario_of(kInStep);
  const PolicyUnderTest wrong = setup_of([](const PolicyContext& c, const Observation& o) {
    return o.phone == 9 && o.request == 7 ? ActionId{9999} : c.legality[o.dnn].legal.front();
  });
  Keeper keeper;
  try {
    simulate_in_shards(scenario, wrong, 3, keeper);
    FAIL() << "no PolicyError";
  } catch (const PolicyError& error) {
    EXPECT_NE(std::string(error.what()).find("on device 9 (request 7"), std::string::npos)
        << error.what();
  }
}

/// What run_all says to two shards of kInStep with other lines in place of some of its own.
std::string refusal(const std::map<std::string, std::string>& lines) {
  std::string yaml(kInStep);
  for (const auto& [key, line] : lines) {
    const std::size_t at = yaml.find("\n" + key + ":");
    if (at != std::string::npos) {
      std::size_t end = at;
      do end = yaml.find('\n', end + 1);
      while (yaml[end + 1] == ' ');
      yaml.erase(at, end - at);
    }
    yaml += line + "\n";
  }
  const Scenario scenario = scenario_of(yaml);
  EXPECT_NO_THROW(run_all(scenario, over(0, 16)));  // not asked for, so in one world
  try {
    run_all(scenario, over(2));
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST(ShardedRunTest, RefusesPhonesThatMeetAndSaysWhere) {
  EXPECT_EQ(refusal({}), "");
  const std::string begin =
      "in_step: run edge_best-r0 cannot be split into shards, because its "
      "phones meet: ";
  EXPECT_EQ(refusal({{"links", "links: {cloud: {phones_per_access_point: 4}}"}}),
            begin + "links.cloud.phones_per_access_point: 4 phones share the air");
  EXPECT_EQ(refusal({{"servers", "servers: {cloud: {workers: {cpu: 13, gpu: 12}}}"}}),
            begin + "servers.cloud.workers: 12 of its gpu, for which 13 phones queue");
  EXPECT_EQ(refusal({{"servers", "servers: {cloud: {workers: {gpu: 13}, processors: [gpu]}}"}}),
            "");
  EXPECT_EQ(
      refusal({{"servers",
                "servers: {cloud: {workers: {cpu: 13, gpu: 13}}, tablet: {phones_each: 0}}"}}),
      begin + "servers.tablet.workers: 1 of its cpu, for which 13 phones queue");
  EXPECT_EQ(refusal({{"policies", "policies: [autoscale]"},
                     {"phases", "phases: [{name: study, inferences: 5, learn: true}]"}}),
            "in_step: run autoscale-r0 cannot be split into shards, because its phones meet: "
            "learners: per_type, and autoscale learns in phase 'study' from all phones of a type");
}

TEST(ShardedRunTest, RefusesBatches) {
  const Scenario chat = scenario_of(R"(
name: talk
use_case: chat
devices: [{profile: galaxy_s25, count: 2}]
servers: {cloud: {profile: h100}, tablet: {profile: laptop_rtx4050}}
policies: [cloud]
relative_metrics: false
phases: [{name: test, inferences: 2}]
)");
  try {
    run_all(chat, over(2));
    FAIL() << "not refused";
  } catch (const std::invalid_argument& error) {
    EXPECT_NE(std::string(error.what()).find("in batches"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace autoscale
