// Plans in segments: a whole network as one segment is the whole network, segments add up, the
// event-driven world agrees with predict_plan(), and wrong plans are refused.
#include <fmt/format.h>

#include "sim/policy/cost_model.h"
#include "tests/support/simulation_testing.h"

namespace autoscale {
namespace {

/// Everything holds still: what happens is what is predicted.
Scenario still(std::string_view more) {
  return scenario_of(
      fmt::format("name: segments\nnoise: false\nthermal: false\npolicies: [random]\n"
                  "devices: [{{profile: mi8pro}}, {{profile: moto_x_force}}]\n"
                  "dnns: [inception_v1, mobilenet_v3_large, resnet_50_v1, mobilebert]\n"
                  "arrivals: {{closed_loop: {{think: {{constant: {{value: 20 s}}}}}}}}\n"
                  "servers: {{cloud: {{profile: cloud_server, workers: {{cpu: 2, gpu: 2}}}}}}\n"
                  "phases: [{{name: test, inferences: 40}}]\n{}\n",
                  more));
}

/// One to four segments at random cuts on random legal targets.
std::vector<Segment> random_plan(const PlanContext& context, const std::vector<ActionId>& legal,
                                 Draw& draw) {
  const std::uint16_t blocks = context.cuts.blocks();
  std::vector<Segment> plan;
  std::uint16_t next = 0;
  const std::uint32_t segments = 1 + draw.below(4);
  while (next < blocks) {
    const bool rest = plan.size() + 1 == segments;
    const auto length = static_cast<std::uint16_t>(1 + draw.below(blocks - next));
    const auto last = static_cast<std::uint16_t>(rest ? blocks : next + length);
    plan.push_back({next, last, legal[draw.below(static_cast<std::uint32_t>(legal.size()))]});
    next = last;
  }
  return plan;
}

class PiecesPolicy final : public Policy {
 public:
  using Function = std::function<std::vector<Segment>(const Observation&)>;
  explicit PiecesPolicy(Function function) : function_(std::move(function)) {}
  ExecutionPlan decide(const Observation& o) override {
    plan_ = function_(o);
    return {0, plan_};
  }

 private:
  Function function_;
  std::vector<Segment> plan_;
};

PolicyUnderTest in_pieces(PiecesPolicy::Function function) {
  PolicyUnderTest setup;
  setup.name = "segments";
  setup.make = [function = std::move(function)](const PolicyContext&) {
    return std::make_unique<PiecesPolicy>(function);
  };
  return setup;
}

/// The plan that random_plan() gives for a request of a phone.
std::vector<Segment> plan_of(const SystemModel& system, std::size_t type, const Observation& o) {
  Draw draw = RandomField(5).at(Stream::kPolicy, o.phone, o.request);
  const DeviceType& t = system.types[type];
  return random_plan(system.plan_context(t, o.dnn), t.dnns[o.dnn].legal, draw);
}

Conditions conditions_of(const Scenario& scenario, const DeviceType& type, const Observation& o) {
  Conditions now = CostModel(scenario.system(), type).observed(o);
  for (std::size_t l = 0; l < kLinks; ++l) {
    if (!scenario.system().tails) continue;
    const LinkTechnology& technology = scenario.system().links[l].technology;
    now.promotion_s[l] = technology.promotion.time_s;
    now.promotion_w[l] = technology.promotion.power_w;
    now.tail_s[l] = technology.tail.time_s();
  }
  return now;
}

TEST(SegmentsTest, TheWorldAgreesWithThePrediction) {
  for (const auto more : {"environment: S1", "environment: S2\naccounting: marginal",
                          "environment: S3\naccounting: paper_equations", "environment: S4",
                          "environment: S1\ntails: true\nlinks: {cloud: {technology: lte}}"}) {
    SCOPED_TRACE(more);
    const Scenario scenario = still(more);
    const SystemModel& system = scenario.system();
    const Keeper kept = simulate(
        scenario, in_pieces([&](const Observation& o) { return plan_of(system, o.phone, o); }));
    ASSERT_EQ(kept.requests.size(), 2U * 4 * 40);
    for (const KeptRequest& r : kept.requests) {
      const DeviceType& type = system.types[r.type];
      const auto plan = plan_of(system, r.type, r.observation);
      const Cost cost = predict_plan(system.plan_context(type, r.observation.dnn), plan,
                                     conditions_of(scenario, type, r.observation));
      const double steps = static_cast<double>(plan.size());  // times are whole nanoseconds
      for (std::size_t s = 0; s < kStages; ++s) {
        EXPECT_NEAR(to_seconds(r.ledger.stages[s]), cost.seconds[s], 2.1e-9 * steps)
            << kStageNames[s];
      }
      for (std::size_t c = 0; c < kCauses; ++c) {
        EXPECT_NEAR(r.ledger.joules[c], cost.joules[c], 5e-8 * steps) << kCauseNames[c];
      }
      EXPECT_NEAR(r.ledger.server_j, cost.server_j, 1e-6 * cost.server_j);
      ASSERT_FALSE(HasFailure()) << plan_name(type.actions, plan);
    }
  }
}

TEST(SegmentsTest, OnePieceIsTheWholeNetwork) {
  const Scenario scenario = still("environment: S2");
  const SystemModel& system = scenario.system();
  for (const DeviceType& type : system.types) {
    const Conditions now = nominal_conditions(system, type);
    for (std::uint16_t d = 0; d < type.dnns.size(); ++d) {
      const PlanContext context = system.plan_context(type, d);
      for (const ActionId a : type.dnns[d].legal) {
        const Segment whole{0, context.cuts.blocks(), a};
        const Cost in_one = predict_plan(context, {&whole, 1}, now);
        const Cost cost = predict(context.request, context.models[a], now);
        EXPECT_DOUBLE_EQ(in_one.latency_s, cost.latency_s) << type.actions.name(a);
        EXPECT_DOUBLE_EQ(in_one.energy_j, cost.energy_j) << type.actions.name(a);
      }
    }
  }
}

TEST(SegmentsTest, CuttingOnOneProcessorCostsOneMoreOverhead) {
  const Scenario scenario = still("environment: S1");
  const SystemModel& system = scenario.system();
  const DeviceType& type = system.types[0];
  const Conditions now = nominal_conditions(system, type);
  for (std::uint16_t d = 0; d < type.dnns.size(); ++d) {
    const PlanContext context = system.plan_context(type, d);
    const ActionId top = 22;  // phone_cpu_fp32@22
    const double whole = predict(context.request, context.models[top], now).latency_s;
    for (std::uint16_t cut = 1; cut < context.cuts.blocks(); ++cut) {
      const Segment plan[] = {{0, cut, top}, {cut, context.cuts.blocks(), top}};
      const double overhead = context.models[top].work.overhead_s;
      EXPECT_NEAR(predict_plan(context, plan, now).latency_s, whole + overhead, 1e-12);
    }
  }
}

/// By hand: the tensor after the cut goes up in 32-bit floats, the DNN's own answer comes down.
TEST(SegmentsTest, ATensorIsSentAtTheSizeOfItsMaker) {
  const Scenario scenario = still("environment: S1");
  const SystemModel& system = scenario.system();
  const DeviceType& type = system.types[0];
  const PlanContext context = system.plan_context(type, 0);
  const auto find = [&](const std::string& name) {
    for (std::size_t a = 0; a < type.actions.size(); ++a) {
      if (type.actions.name(static_cast<ActionId>(a)) == name) return static_cast<ActionId>(a);
    }
    throw std::invalid_argument(name);
  };
  const ActionId cloud = find("cloud_gpu_fp32@0"), fp32 = find("phone_cpu_fp32@22"),
                 int8 = find("phone_cpu_int8@22");
  const std::uint16_t cut = 3, blocks = context.cuts.blocks();
  const double elements = system.dnns[0].blocks[cut - 1].out_elements;
  const Segment from_fp32[] = {{0, cut, fp32}, {cut, blocks, cloud}};
  const Segment from_int8[] = {{0, cut, int8}, {cut, blocks, cloud}};
  const Segment back[] = {{0, cut, cloud}, {cut, blocks, fp32}};
  EXPECT_DOUBLE_EQ(segment_model(context, from_fp32, 1).up_bits, 32 * elements);
  EXPECT_DOUBLE_EQ(segment_model(context, from_int8, 1).up_bits, 8 * elements);
  EXPECT_DOUBLE_EQ(segment_model(context, from_fp32, 1).down_bits, context.request.down_bits);
  EXPECT_DOUBLE_EQ(segment_model(context, back, 0).up_bits, context.request.up_bits);
  EXPECT_DOUBLE_EQ(segment_model(context, back, 0).down_bits, 32 * elements);
  EXPECT_EQ(main_action(context, from_fp32), context.cuts.compute[cut] >= 0.5 ? fp32 : cloud);
}

TEST(SegmentsTest, WrongPlansAreRefused) {
  const Scenario scenario = still("environment: S1");
  const PlanContext context = scenario.system().plan_context(scenario.system().types[1], 3);
  const std::uint16_t blocks = context.cuts.blocks();
  const ActionId cpu = 0;
  const Segment gap[] = {{0, 2, cpu}, {3, blocks, cpu}};
  const Segment empty_piece[] = {{0, 0, cpu}, {0, blocks, cpu}};
  const Segment early_end[] = {{0, 2, cpu}};
  const Segment too_long[] = {{0, static_cast<std::uint16_t>(blocks + 1), cpu}};
  const Segment unknown[] = {{0, blocks, 1000}};
  EXPECT_EQ(plan_problem(context, gap),
            "a segment of blocks 3 to " + std::to_string(blocks) + " where block 2 is next");
  EXPECT_NE(plan_problem(context, empty_piece), "");
  EXPECT_NE(plan_problem(context, early_end), "");
  EXPECT_NE(plan_problem(context, too_long), "");
  EXPECT_EQ(plan_problem(context, unknown), "illegal action 1000");
  EXPECT_THROW(simulate(scenario, in_pieces([](const Observation&) {
                          return std::vector<Segment>{{0, 1, 0}};
                        })),
               PolicyError);
}

}  // namespace
}  // namespace autoscale
