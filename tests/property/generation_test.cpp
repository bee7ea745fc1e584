// Generative requests in the world: against predict(), against hand calculations, against the tables
// that the rates come from.
#include <fmt/format.h>

#include "sim/policy/cost_model.h"
#include "tests/support/judged_policy.h"
#include "tests/support/rank.h"
#include "tests/support/simulation_testing.h"

namespace autoscale {
namespace {

constexpr std::string_view kToday =
    "devices: [{profile: galaxy_s25}]\n"
    "servers: {cloud: {profile: h100, background: 7}, tablet: {profile: laptop_rtx4050}}\n"
    "dnns: [llama_3_2_1b, llama_3_2_3b, qwen2_5_1_5b]\nuse_case: chat\n"
    "constraints: {accuracy: 40}\n";

Scenario talk(std::string_view lengths, std::string_view more,
              std::string_view policies = "random") {
  return scenario_of(
      fmt::format("name: talk\n{}tokens: {{drawn: {{{}, origin: {{assumed: test}}}}}}\n"
                  "policies: [{}]\n{}\n",
                  kToday, lengths, policies, more));
}

constexpr std::string_view kConstant =
    "prompt: {constant: {value: 300}}, output: {constant: {value: 80}}";
constexpr std::string_view kDrawn =
    "prompt: {log_normal: {median: 150, p90: 600, limit: 2000}}, "
    "output: {log_normal: {median: 60, p90: 300, limit: 1000}}";
constexpr std::string_view kCalm =
    "noise: false\nthermal: false\n"
    "arrivals: {closed_loop: {think: {constant: {value: 1 s}}}}\n"
    "phases: [{name: test, inferences: 90}]\n";

/// A request's times are rounded up to whole nanoseconds, a few times over.
void expect_as_predicted(const KeptRequest& r, const Cost& cost) {
  for (std::size_t s = 0; s < kStages; ++s) {
    EXPECT_NEAR(to_seconds(r.ledger.stages[s]), cost.seconds[s], 1e-8) << kStageNames[s];
  }
  for (std::size_t c = 0; c < kCauses; ++c) {
    EXPECT_NEAR(r.ledger.joules[c], cost.joules[c], 1e-6) << kCauseNames[c];
  }
  EXPECT_NEAR(to_seconds(r.ttft), cost.ttft_s, 1e-8);
  EXPECT_NEAR(r.tpot_s, cost.tpot_s, 1e-8);
  EXPECT_NEAR(r.verdict.latency_s, cost.latency_s, 1e-8);
  EXPECT_NEAR(r.ledger.server_j, cost.server_j, 1e-6 * (1 + cost.server_j));
  EXPECT_NEAR(r.ledger.counted_j, cost.energy_j, 1e-6 * cost.energy_j);
  double sum = 0;
  for (const Duration stage : r.ledger.stages) sum += to_seconds(stage);
  EXPECT_NEAR(sum, r.latency_s(), 1e-12);
}

TEST(GenerationWorldTest, EqualsThePredictionWhenNothingVaries) {
  for (const auto more :
       {"environment: S1", "environment: S2\naccounting: marginal",
        "environment: S4\naccounting: paper_equations\nlinks: {cloud: {technology: lte}}",
        "environment: S5\nobjective: {system: {server_carbon: 0.5}}"}) {
    SCOPED_TRACE(more);
    const Scenario scenario = talk(kConstant, fmt::format("{}{}", kCalm, more));
    const Keeper kept = simulate(scenario, every_action_in_turn());
    ASSERT_EQ(kept.requests.size(), 3U * 90);
    bool remote = false, local = false;
    for (const KeptRequest& r : kept.requests) {
      const DeviceType& type = scenario.system().types[r.type];
      const DnnOnType& dnn = type.dnns[r.observation.dnn];
      Conditions now = CostModel(scenario.system(), type).observed(r.observation);
      expect_as_predicted(r, predict(dnn.request, dnn.actions[r.executed], now));
      (type.actions[r.executed].site == Site::kPhone ? local : remote) = true;
      ASSERT_FALSE(HasFailure()) << type.actions.name(r.executed);
    }
    EXPECT_TRUE(local && remote);
  }
}

/// With drawn lengths the clairvoyant oracle knows what a request will come to.
TEST(GenerationWorldTest, TheClairvoyantOracleKnowsTheLengths) {
  const Scenario scenario = talk(kDrawn,
                                 "noise: true\nthermal: false\nenvironment: S1\n"
                                 "arrivals: {closed_loop: {think: {constant: {value: 1 s}}}}\n"
                                 "phases: [{name: test, inferences: 90}]\n");
  std::vector<Cost> foreseen;
  PolicyUnderTest policy = setup_of([&](const PolicyContext& c, const Observation& o) {
    const std::vector<ActionId>& legal = c.legality[o.dnn].legal;
    const ActionId action = legal[o.request % legal.size()];
    foreseen.push_back(c.oracle->cost(o, action, OracleForm::kClairvoyant));
    return action;
  });
  policy.info.needs_oracle = true;
  const Keeper kept = simulate(scenario, policy);
  ASSERT_EQ(kept.requests.size(), foreseen.size());
  double shortest = 1e9, longest = 0;
  for (std::size_t i = 0; i < foreseen.size(); ++i) {
    expect_as_predicted(kept.requests[i], foreseen[i]);
    ASSERT_FALSE(HasFailure()) << i;
    shortest = std::min(shortest, kept.requests[i].tokens.output);
    longest = std::max(longest, kept.requests[i].tokens.output);
  }
  EXPECT_LT(shortest, 0.2 * longest);
}

/// 128 tokens at 3453 per second, then 53.6 per second: the Neural Processing Unit's published rates.
TEST(GenerationWorldTest, TimeToFirstTokenByHand) {
  const Scenario scenario = talk("prompt: {constant: {value: 128}}, output: {constant: {value: 2}}",
                                 fmt::format("{}environment: S1", kCalm));
  const Keeper kept = simulate(scenario, always("phone_dsp_int4"));
  const KeptRequest& r = kept.requests.front();
  EXPECT_NEAR(to_seconds(r.ttft), 128 / 3453.0, 1e-8);
  EXPECT_NEAR(r.tpot_s, 1 / 53.6, 0.01 / 53.6);  // measured after one token less
}

/// In a batch of eight, seven of them other users', a token costs what the table says.
TEST(GenerationWorldTest, ATokenOfTheServerCostsWhatTheTableSays) {
  const Scenario scenario = talk(kConstant, fmt::format("{}environment: S1", kCalm));
  const Keeper kept = simulate(scenario, always("cloud_gpu_fp16"));
  const KeptRequest& r = kept.requests.front();
  const double prefill_s = r.seconds(Stage::kService);
  EXPECT_NEAR(r.tpot_s, 7.3e-3, 1e-9);
  EXPECT_NEAR(r.ledger.server_j, 486.0 / 8 * (prefill_s + 79 * 7.3e-3), 1e-5);
}

/// Two phones at once: both sequences are in the batch, so the pace is that of nine.
TEST(GenerationWorldTest, PhonesShareABatch) {
  const Scenario scenario = scenario_of(fmt::format(
      "name: two\ndevices: [{{profile: galaxy_s25, count: 2}}]\nuse_case: chat\n"
      "servers: {{cloud: {{profile: h100, background: 7}}, tablet: {{profile: laptop_rtx4050}}}}\n"
      "dnns: [llama_3_2_3b]\npolicies: [random]\n"
      "tokens: {{drawn: {{prompt: {{constant: {{value: 1}}}}, output: {{constant: {{value: "
      "1001}}}}, origin: {{assumed: test}}}}}}\n{}environment: S1\n",
      kCalm));
  const Keeper kept = simulate(scenario, always("cloud_gpu_fp16"));
  // Both arrive at the start; a prompt of one token is read in an instant.
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_NEAR(kept.requests[i].tpot_s, (7.3 + 1.6 / 24) * 1e-3, 1e-6);
    EXPECT_NEAR(kept.requests[i].ledger.server_j,
                (486 + 74.0 / 24) / 9 * 1000 * (7.3 + 1.6 / 24) * 1e-3, 0.1);
  }
}

/// Heat slows a long answer down while it is being made, and holds the power at the skin's budget.
TEST(GenerationWorldTest, TheSkinSlowsAnAnswerInFlight) {
  const Scenario scenario = scenario_of(
      "name: hot\ndevices: [{profile: iphone_17_pro}]\nuse_case: chat\nenvironment: S1\n"
      "servers: {cloud: {profile: h100}, tablet: {profile: laptop_rtx4050}}\n"
      "dnns: [llama_3_2_3b]\npolicies: [random]\nnoise: false\n"
      "tokens: {drawn: {prompt: {constant: {value: 100}}, output: {constant: {value: 4000}}, "
      "origin: {assumed: test}}}\n"
      "arrivals: {closed_loop: {think: {constant: {value: 1 ms}}}}\n"
      "phases: [{name: test, inferences: 20}]\n");
  const Keeper kept = simulate(scenario, always("phone_gpu_int4"));
  const DeviceProfile& phone = scenario.system().types[0].profile;
  ASSERT_TRUE(phone.thermal && phone.thermal->skin);
  const KeptRequest& last = kept.requests.back();
  const DeviceType& type = scenario.system().types[0];
  const Conditions calm = CostModel(scenario.system(), type).observed(last.observation);
  const double alone_s =
      predict(type.dnns[0].request, type.dnns[0].actions[last.action], calm).tpot_s;
  const double hot_s = last.tpot_s;
  EXPECT_GT(hot_s, 1.2 * alone_s);
  double joules = 0, seconds = 0;
  for (std::size_t i = 10; i < kept.requests.size(); ++i) {
    joules += kept.requests[i].ledger.energy_j;
    seconds += kept.requests[i].latency_s();
  }
  EXPECT_LT(joules / seconds, 1.06 * phone.thermal->skin->budget_w);
  EXPECT_GT(joules / seconds, 0.8 * phone.thermal->skin->budget_w);
}

/// The objective decides whose joules Opt saves.
TEST(GenerationWorldTest, ASystemObjectiveCountsTheServer) {
  const auto sites = [](std::string_view objective) {
    const Scenario scenario =
        talk(kConstant, fmt::format("{}environment: S1\nobjective: {}\n", kCalm, objective), "opt");
    std::array<std::size_t, 3> count{};
    const Keeper kept = simulate(scenario, setup_of(scenario, "opt"));
    for (const KeptRequest& r : kept.requests) {
      const Target& target = scenario.system().types[0].actions[r.executed];
      ++count[static_cast<std::size_t>(target.site)];
    }
    return count;
  };
  const auto cloud = static_cast<std::size_t>(Site::kCloud);
  EXPECT_GT(sites("phone")[cloud], 0U);
  EXPECT_EQ(sites("{system: {server_carbon: 1000}}")[cloud], 0U);
  EXPECT_EQ(sites("{system: {server_carbon: 0}}"), sites("phone"));
}

/// The default servers answer no language model.
TEST(GenerationWorldTest, WithoutAServerForItAModelStaysOnThePhone) {
  for (const std::string policy : {"neurosurgeon", "mosaic", "edge_best", "residual", "opt"}) {
    const Scenario scenario = scenario_of(fmt::format(
        "name: alone\ndevices: [{{profile: galaxy_s25}}]\nuse_case: chat\npolicies: [{}]\n"
        "constraints: {{accuracy: 40}}\nphases: [{{name: test, inferences: 20}}]\n",
        policy));
    const Keeper kept = simulate(scenario, setup_of(scenario, policy));
    ASSERT_EQ(kept.requests.size(), 20U);
    for (const KeptRequest& r : kept.requests) {
      EXPECT_EQ(scenario.system().types[0].actions[r.executed].site, Site::kPhone) << policy;
    }
  }
}

class ChatPolicyTest : public testing::TestWithParam<std::string> {};

/// Every policy runs on language models unchanged; no plan on one target ranks before Opt's.
TEST_P(ChatPolicyTest, RunsAndIsNotBeforeOpt) {
  const Scenario scenario =
      talk(kDrawn,
           "environment: D2\ntails: true\n"
           "phases: [{name: train, conditions: grid, inferences: 1, learn: true, explore: true, "
           "record: false}, {name: test, inferences: 30, learn: true}]\n",
           GetParam());
  std::size_t judged_plans = 0;
  const auto judge = [&](const PolicyContext& c, const Observation& o, const ExecutionPlan& plan) {
    ASSERT_LE(plan.segments.size(), 1U);  // a token needs the whole network
    const ActionId action = plan.segments.empty() ? plan.action : plan.segments[0].action;
    const auto rank = [&](ActionId a) {
      return rank_of(c.legality[o.dnn].actions[a].accurate,
                     c.oracle->cost(o, a, OracleForm::kExpected), c.costs->constraints().qos_s);
    };
    ++judged_plans;
    EXPECT_FALSE(rank(action) < rank(c.oracle->best(o, OracleForm::kExpected).action));
  };
  const Keeper kept = simulate(scenario, judged(setup_of(scenario, GetParam()), judge));
  ASSERT_EQ(kept.requests.size(), 3U * 30);
  EXPECT_GE(judged_plans, kept.requests.size());
  for (const KeptRequest& r : kept.requests) {
    EXPECT_TRUE(std::isfinite(r.verdict.reward) && r.ledger.energy_j > 0);
  }
}

INSTANTIATE_TEST_SUITE_P(All, ChatPolicyTest, testing::ValuesIn(deciding_policies()),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace autoscale
