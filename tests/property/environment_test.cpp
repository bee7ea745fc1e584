// A stepped world is the world that the runner runs: the same decisions under the same seed give
// the same ledger, whatever was stepped before.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "sim/run/one_run.h"
#include "sim/run/stepped_scenario.h"
#include "sim/world/stepped_world.h"
#include "tests/support/simulation_testing.h"

namespace autoscale {
namespace {

constexpr std::string_view kOnePhone = R"(
name: one
environment: D3
use_case: non_streaming
devices: [{profile: mi8pro}]
policies: [random]
tails: true
relative_metrics: false
compare_with_opt: false
phases:
  - {name: first, inferences: 7, order: random}
  - {name: grid, conditions: grid, inferences: 1, learn: true, record: false}
  - {name: last, inferences: 30, order: round_robin}
)";

/// Phones that share access points, tablets and a cloud of few workers.
constexpr std::string_view kFleet = R"(
name: fleet
environment: D2
use_case: streaming
devices: [{profile: mi8pro, count: 6}, {profile: moto_x_force, count: 5}]
links:
  cloud: {technology: wifi, phones_per_access_point: 4}
  tablet: {technology: wifi_direct, phones_per_access_point: 3}
servers: {tablet: {phones_each: 4}}
policies: [random]
relative_metrics: false
compare_with_opt: false
phases: [{name: all_of_it, inferences: 60, order: random}]
)";

/// What must be equal of a finished request.
struct Row {
  std::uint32_t device, request;
  ActionId action, executed;
  PerStage<Duration> stages;
  PerCause<double> joules;
  double energy_j, reward, temperature_c;
  std::array<double, kLinks> signal_dbm;

  bool operator==(const Row&) const = default;
};

/// Of a RequestRecord or a FinishedRequest.
template <class Request>
Row row_of(const Request& r) {
  return {r.observation.phone, r.observation.request,   r.action,          r.executed,
          r.ledger.stages,     r.ledger.joules,         r.ledger.energy_j, r.verdict.reward,
          r.temperature_c,     r.observation.signal_dbm};
}

class RowKeeper final : public Observer {
 public:
  void on_request(const RequestRecord& record) override { rows.push_back(row_of(record)); }
  void on_dropped(std::uint32_t device, std::uint16_t, std::uint16_t, std::uint32_t n) override {
    dropped[device] += n;
  }
  void on_learned(std::uint16_t, double, const OracleComparison&) override {}

  std::vector<Row> rows;
  std::map<std::uint32_t, std::uint32_t> dropped;
};

/// A run by World::run.
RowKeeper run_whole(const Scenario& scenario, std::uint64_t seed) {
  RowKeeper keeper;
  World world(scenario.system(), seed, policy_under_test(scenario, scenario.policies()[0]), keeper);
  for (const PhasePlan& phase : scenario.phases(0)) world.run(phase);
  return keeper;
}

/// An episode whose steered phone decides as its rows of a run say, until `stop` steps are done.
/// Returns the rows of all phones.
std::vector<Row> replay(SteppedWorld& environment, std::uint64_t seed, const std::vector<Row>& rows,
                        std::uint32_t device, std::size_t stop = ~std::size_t{0}) {
  std::vector<Row> seen;
  environment.reset(seed);
  const auto keep = [&] {
    for (const FinishedRequest& r : environment.finished()) seen.push_back(row_of(r));
  };
  keep();
  for (const Row& row : rows) {
    if (row.device != device) continue;
    if (environment.over() || stop-- == 0) break;
    EXPECT_EQ(environment.observation().request, row.request);
    environment.step({row.action});
    keep();
  }
  return seen;
}

SteppedWorld steered(const Scenario& scenario, SteppedScenarioOptions options) {
  options.deliberates = false;
  return SteppedWorld(scenario.system(), stepped_world_setup(scenario, options));
}

TEST(EnvironmentTest, ReplayedDecisionsGiveTheSameLedger) {
  const Scenario scenario = scenario_of(kOnePhone);
  const RowKeeper run = run_whole(scenario, 3);
  SteppedWorld environment = steered(scenario, {});
  EXPECT_EQ(replay(environment, 3, run.rows, 0), run.rows);
  EXPECT_TRUE(environment.over());
  EXPECT_EQ(environment.steps(), environment.length());
}

TEST(EnvironmentTest, OnePhoneOfAFleetIsSteeredAndTheOthersDoAsInARun) {
  const Scenario scenario = scenario_of(kFleet);
  const RowKeeper run = run_whole(scenario, 5);
  ASSERT_FALSE(run.dropped.empty());
  for (const std::uint32_t device : {0U, 4U, 10U}) {
    SteppedScenarioOptions options;
    options.device = device;
    SteppedWorld environment = steered(scenario, options);
    EXPECT_EQ(replay(environment, 5, run.rows, device), run.rows) << device;
    EXPECT_TRUE(environment.over());
  }
}

TEST(EnvironmentTest, AResetLeavesNothingOfWhatWentBefore) {
  const Scenario scenario = scenario_of(kFleet);
  const RowKeeper run = run_whole(scenario, 5);
  SteppedWorld environment = steered(scenario, {});
  for (const std::size_t steps : {0U, 1U, 17U}) {
    replay(environment, 99, run.rows, 0, 0);
    for (std::size_t i = 0; i < steps; ++i) environment.step({environment.dnn().legal.back()});
    EXPECT_EQ(replay(environment, 5, run.rows, 0), run.rows) << steps;
  }
}

TEST(EnvironmentTest, PhasesThatAreNotTakenChangeNothing) {
  const Scenario scenario = scenario_of(kOnePhone);
  const RowKeeper run = run_whole(scenario, 3);
  SteppedScenarioOptions options;
  options.phase = "last";
  SteppedWorld environment = steered(scenario, options);
  std::vector<Row> last;
  const std::uint32_t first = scenario.phases(0)[0].length() + scenario.phases(0)[1].length();
  for (const Row& row : run.rows) {
    if (row.request >= first) last.push_back(row);
  }
  EXPECT_EQ(replay(environment, 3, last, 0), last);
  EXPECT_TRUE(environment.over());
  options.phase = "all";
  EXPECT_EQ(steered(scenario, options).length(), 7U * 9 + 64 * 9 + 30 * 9);
}

TEST(EnvironmentTest, AnIllegalDecisionIsRefusedAndStillDue) {
  const Scenario scenario = scenario_of(kOnePhone);
  const RowKeeper run = run_whole(scenario, 3);
  SteppedWorld environment = steered(scenario, {});
  environment.reset(3);
  EXPECT_THROW(environment.step({60000}), PolicyError);
  EXPECT_EQ(environment.steps(), 0U);
  environment.step({run.rows[0].action});
  EXPECT_EQ(row_of(environment.outcome()), run.rows[0]);
}

TEST(EnvironmentTest, NothingIsDueBeforeAResetAndAfterTheEnd) {
  const Scenario scenario = scenario_of(kOnePhone);
  SteppedScenarioOptions options;
  options.length = 2;
  SteppedWorld environment = steered(scenario, options);
  EXPECT_THROW(environment.step({0}), std::logic_error);
  EXPECT_THROW(environment.best(OracleForm::kExpected), std::logic_error);
  environment.reset(1);
  environment.step({0});
  EXPECT_FALSE(environment.over());
  environment.step({0});
  EXPECT_TRUE(environment.over());
  EXPECT_THROW(environment.step({0}), std::logic_error);
  environment.reset(1);
  EXPECT_FALSE(environment.over());
}

TEST(EnvironmentTest, DecisionsTakeTheirTimeWhenAsked) {
  const Scenario scenario = scenario_of(kOnePhone);
  for (const bool deliberates : {false, true}) {
    SteppedScenarioOptions options;
    options.deliberates = deliberates;
    SteppedWorld environment(scenario.system(), stepped_world_setup(scenario, options));
    environment.reset(1);
    environment.step({0});
    const Duration spent = environment.outcome().ledger.stages[Stage::kDecision];
    EXPECT_EQ(spent, deliberates ? from_seconds(scenario.system().decision_s) : Duration::zero());
  }
}

TEST(EnvironmentTest, CountsTheDroppedFramesOfItsPhone) {
  const Scenario scenario = scenario_of(kFleet);
  const RowKeeper run = run_whole(scenario, 5);
  SteppedScenarioOptions options;
  options.device = 7;
  SteppedWorld environment = steered(scenario, options);
  environment.reset(5);
  std::uint32_t dropped = environment.dropped();
  for (const Row& row : run.rows) {
    if (row.device != 7) continue;
    environment.step({row.action});
    dropped += environment.dropped();
  }
  EXPECT_TRUE(environment.over());
  EXPECT_EQ(dropped, run.dropped.at(7));
}

/// Takes the first legal action; notes whom it decided for and was told of.
class Noting final : public Policy {
 public:
  Noting(const PolicyContext& context, std::set<std::uint32_t>& decided,
         std::set<std::uint32_t>& told)
      : dnns_(context.legality), decided_(decided), told_(told) {}
  ExecutionPlan decide(const Observation& o) override {
    decided_.insert(o.phone);
    return {dnns_[o.dnn].legal.front()};
  }
  void learn(const Outcome& outcome) override { told_.insert(outcome.observation.phone); }

 private:
  std::span<const DnnOnType> dnns_;
  std::set<std::uint32_t>& decided_;
  std::set<std::uint32_t>& told_;
};

TEST(EnvironmentTest, ThePolicyOfTheOthersHearsNothingOfTheSteeredPhone) {
  const Scenario scenario = scenario_of(kFleet);
  std::set<std::uint32_t> decided, told;
  SteppedWorldSetup setup = stepped_world_setup(scenario, {});
  setup.phases[0].plan.learn = true;
  setup.steering.phone = 2;
  setup.others.info.learns = true;
  setup.others.make = [&](const PolicyContext& context) {
    return std::make_unique<Noting>(context, decided, told);
  };
  SteppedWorld environment(scenario.system(), setup);
  environment.reset(1);
  while (!environment.over()) environment.step({environment.dnn().legal.front()});
  const std::set<std::uint32_t> others = {0, 1, 3, 4, 5, 6, 7, 8, 9, 10};
  EXPECT_EQ(decided, others);
  EXPECT_EQ(told, others);
}

TEST(EnvironmentTest, SeedsThatFollowDiffer) {
  std::uint64_t seed = 1;
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(seed = following_seed(seed));
  EXPECT_EQ(seen.size(), 1000U);
  EXPECT_EQ(following_seed(1), following_seed(1));
}

TEST(EnvironmentTest, MistakesAreTold) {
  const Scenario scenario = scenario_of(kOnePhone);
  SteppedScenarioOptions options;
  options.device = 1;
  EXPECT_THROW(stepped_world_setup(scenario, options), std::invalid_argument);
  options = {};
  options.phase = "lst";
  EXPECT_THROW(stepped_world_setup(scenario, options), std::invalid_argument);
  options = {};
  options.length = 1000000;
  EXPECT_THROW(stepped_world_setup(scenario, options), std::invalid_argument);
}

}  // namespace
}  // namespace autoscale
