// MOSAIC against exhaustive search on a short chain, NeuroSurgeon's cut against brute force with a
// regression of its own, and both in the simulated world.
#include <fmt/format.h>

#include <Eigen/Core>
#include <map>

#include "sim/policy/cost_model.h"
#include "tests/support/simulation_testing.h"

namespace autoscale {
namespace {

namespace fs = std::filesystem;

/// The shipped data with MobileNet v1 cut down to its first blocks.
class ShortChain {
 public:
  explicit ShortChain(int blocks) {
    for (const char* folder : {"device_profiles", "workloads", "scenarios"}) {
      fs::copy(source_root() / folder, directory_.path() / folder, fs::copy_options::recursive);
    }
    const fs::path file = directory_.path() / "workloads/blocks/mobilenet_v1.csv";
    std::ifstream in(source_root() / "workloads/blocks/mobilenet_v1.csv");
    std::ofstream out(file);
    std::string line;
    int rows = 0;
    while (std::getline(in, line)) {
      if (line.starts_with('#') || rows++ <= blocks) out << line << '\n';
    }
  }
  const fs::path& root() const { return directory_.path(); }

 private:
  TemporaryFolder directory_;
};

Scenario scenario_with(const Catalog& catalog, std::string_view use_case, std::string_view dnns,
                       double latency_ms, std::string_view more = "") {
  return scenario_of(
      fmt::format("name: prior_work\nnoise: false\nthermal: false\nuse_case: {}\ndnns: [{}]\n"
                  "devices: [{{profile: mi8pro}}, {{profile: galaxy_s10e}}, {{profile: "
                  "moto_x_force}}]\nconstraints: {{latency: {} ms}}\npolicies: [mosaic, "
                  "neurosurgeon, {{neurosurgeon: {{objective: latency}}, label: by_latency}}]\n"
                  "phases: [{{name: test, inferences: 3}}]\n{}\n",
                  use_case, dnns, latency_ms, more),
      catalog);
}

/// What a policy decides for a DNN on a device type, at an observation.
std::vector<Segment> decision(const Scenario& scenario, const std::string& name, std::size_t t,
                              const Observation& o) {
  const SystemModel& system = scenario.system();
  const DeviceType& type = system.types[t];
  const CostModel costs(system, type);
  const auto policy = setup_of(scenario, name)
                          .make({type.actions, system.dnns, type.dnns, &costs, nullptr,
                                 RandomField(1), type.profile.id});
  const ExecutionPlan plan = policy->decide(o);
  if (!plan.segments.empty()) return {plan.segments.begin(), plan.segments.end()};
  return {{0, system.cuts[o.dnn].blocks(), plan.action}};
}

Observation regular_signals(const SystemModel& system) {
  Observation o;
  for (std::size_t l = 0; l < kLinks; ++l) {
    o.signal_dbm[l] = system.links[l].technology.regular_dbm;
  }
  return o;
}

/// One assignment of blocks to targets as a plan: neighbours on one target are one segment.
std::vector<Segment> as_plan(const std::vector<ActionId>& assignment) {
  std::vector<Segment> plan;
  for (std::uint16_t b = 0; b < assignment.size(); ++b) {
    const auto last = static_cast<std::uint16_t>(b + 1);
    if (!plan.empty() && plan.back().action == assignment[b]) {
      plan.back().last = last;
    } else {
      plan.push_back({b, last, assignment[b]});
    }
  }
  return plan;
}

/// The phone's accurate targets at their top operating point.
std::vector<ActionId> local_targets(const PlanContext& context) {
  std::vector<ActionId> targets;
  for (const TargetGroup& group : context.actions.groups()) {
    const auto top = static_cast<ActionId>(group.first + group.count - 1);
    const ActionModel& model = context.models[top];
    if (group.site == Site::kPhone && model.legal && model.accurate) targets.push_back(top);
  }
  return targets;
}

/// Hand-overs so cheap that it pays to change the processor inside the chain.
constexpr std::string_view kCheapHandOver =
    "overrides:\n"
    "  device_profiles/mi8pro: {'processors[0].overhead.value': 10 us, "
    "'processors[1].overhead.value': 10 us, 'processors[2].overhead.value': 10 us}\n"
    "  device_profiles/galaxy_s10e: {'processors[0].overhead.value': 10 us, "
    "'processors[1].overhead.value': 10 us}\n"
    "  device_profiles/moto_x_force: {'processors[0].overhead.value': 10 us, "
    "'processors[1].overhead.value': 10 us}";

TEST(MosaicTest, EqualsExhaustiveSearchOnAShortChain) {
  constexpr int kBlocks = 6;
  const ShortChain data(kBlocks);
  const Catalog catalog(data.root());
  std::size_t sliced = 0;
  // From a constraint that nothing meets to one that everything does.
  for (const double latency_ms : {1.0, 8.0, 12.0, 16.0, 24.0, 40.0, 500.0}) {
    const Scenario scenario =
        scenario_with(catalog, "non_streaming", "mobilenet_v1", latency_ms, kCheapHandOver);
    const SystemModel& system = scenario.system();
    for (std::size_t t = 0; t < system.types.size(); ++t) {
      const PlanContext context = system.plan_context(system.types[t], 0);
      ASSERT_EQ(context.cuts.blocks(), kBlocks);
      const Conditions now = nominal_conditions(system, system.types[t]);
      const std::vector<ActionId> targets = local_targets(context);
      bool best_met = false;
      double best = std::numeric_limits<double>::infinity();
      std::size_t count = 1;
      for (int b = 0; b < kBlocks; ++b) count *= targets.size();
      for (std::size_t code = 0; code < count; ++code) {
        std::vector<ActionId> assignment;
        for (std::size_t b = 0, rest = code; b < kBlocks; ++b, rest /= targets.size()) {
          assignment.push_back(targets[rest % targets.size()]);
        }
        const Cost cost = predict_plan(context, as_plan(assignment), now);
        const bool met = cost.latency_s <= latency_ms / 1e3;
        const double key = met ? cost.energy_j : cost.latency_s;
        if ((met && !best_met) || (met == best_met && key < best)) {
          best_met = met;
          best = key;
        }
      }
      const auto plan = decision(scenario, "mosaic", t, regular_signals(system));
      ASSERT_EQ(plan_problem(context, plan), "");
      const Cost cost = predict_plan(context, plan, now);
      EXPECT_EQ(cost.latency_s <= latency_ms / 1e3, best_met) << latency_ms;
      EXPECT_NEAR(best_met ? cost.energy_j : cost.latency_s, best, 1e-12) << latency_ms;
      sliced += plan.size() > 1;
    }
  }
  EXPECT_GT(sliced, 0U);  // else the search would compare nothing but whole networks
}

/// Regression by Gram and Schmidt's orthogonal columns of the raw numbers, independent of the
/// policy's normal equations.
std::map<std::size_t, Eigen::Vector2d> weights_of(const SystemModel& system, const DeviceType& type,
                                                  const std::vector<ActionId>& target) {
  std::map<std::size_t, std::vector<std::array<double, 3>>> rows;
  for (std::uint16_t d = 0; d < system.dnns.size(); ++d) {
    const PlanContext context = system.plan_context(type, d);
    const ActionModel& model = context.models[target[d]];
    const auto& memory = context.cuts.memory[static_cast<std::size_t>(model.processor)];
    for (std::size_t i = 0; i < system.dnns[d].blocks.size(); ++i) {
      const Block& b = system.dnns[d].blocks[i];
      const double s =
          model.work.compute_s * (context.cuts.compute[i + 1] - context.cuts.compute[i]) +
          model.work.memory_s * (memory[i + 1] - memory[i]);
      rows[static_cast<std::size_t>(b.block_class)].push_back(
          {b.macs, b.in_elements + b.out_elements + b.parameters, s});
    }
  }
  std::map<std::size_t, Eigen::Vector2d> weights;
  for (const auto& [kind, samples] : rows) {
    const auto size = static_cast<Eigen::Index>(samples.size());
    Eigen::VectorXd macs(size), memory(size), seconds(size);
    for (Eigen::Index row = 0; row < size; ++row) {
      const auto& [m, elements, s] = samples[static_cast<std::size_t>(row)];
      macs(row) = m / 1e6;
      memory(row) = elements / 1e3;
      seconds(row) = s;
    }
    const double along = memory.dot(macs) / memory.squaredNorm();
    const Eigen::VectorXd across = macs - along * memory;
    // Blocks of one proportion tell only one number.
    const bool proportional = across.squaredNorm() <= 1e-20 * macs.squaredNorm();
    const double per_mac = proportional ? 0 : across.dot(seconds) / across.squaredNorm();
    weights[kind] = {per_mac, memory.dot(seconds) / memory.squaredNorm() - along * per_mac};
  }
  return weights;
}

TEST(NeuroSurgeonTest, CutsWhereBruteForceDoes) {
  const Scenario scenario = scenario_with(
      shipped_catalog(), "non_streaming",
      "inception_v1, mobilenet_v1, mobilenet_v3_large, resnet_50_v1, ssd_mobilenet_v2", 50);
  const SystemModel& system = scenario.system();
  std::size_t inside = 0;
  for (std::size_t t = 0; t < system.types.size(); ++t) {
    const DeviceType& type = system.types[t];
    const auto find = [&](std::string_view name) {
      for (std::size_t a = type.actions.size(); a-- > 0;) {
        if (type.actions.name(static_cast<ActionId>(a)).starts_with(name)) {
          return static_cast<ActionId>(a);
        }
      }
      throw std::invalid_argument(std::string(name));
    };
    const ActionId phone = find("phone_cpu_fp32");
    std::vector<ActionId> phones(system.dnns.size(), phone), clouds;
    for (const DnnOnType& dnn : type.dnns) {
      const ActionId gpu = find("cloud_gpu_fp32"), cpu = find("cloud_cpu_fp32");
      clouds.push_back(dnn.actions[gpu].service_s < dnn.actions[cpu].service_s ? gpu : cpu);
    }
    const auto on_phone = weights_of(system, type, phones);
    const auto in_cloud = weights_of(system, type, clouds);
    for (const double dbm : {-50.0, -70.0, -76.0, -82.0, -90.0}) {
      Observation o = regular_signals(system);
      o.signal_dbm[kCloudLink] = dbm;
      for (o.dnn = 0; o.dnn < system.dnns.size(); ++o.dnn) {
        const Dnn& dnn = system.dnns[o.dnn];
        const ActionId cloud = clouds[o.dnn];
        const RequestModel& request = type.dnns[o.dnn].request;
        const LinkTechnology& technology = system.links[kCloudLink].technology;
        const LinkConditions link = link_conditions(technology, type.radio[kCloudLink], dbm, 0);
        const double baseline = request.idle.busy_w, listen = request.listen_w[kCloudLink];
        double best[2] = {1e9, 1e9};
        std::size_t cut_at[2] = {};
        for (std::size_t cut = 0; cut <= dnn.blocks.size(); ++cut) {
          double here = cut > 0 ? type.dnns[o.dnn].actions[phone].work.overhead_s : 0;
          double there =
              cut < dnn.blocks.size() ? type.dnns[o.dnn].actions[cloud].work.overhead_s : 0;
          for (std::size_t i = 0; i < dnn.blocks.size(); ++i) {
            const Block& b = dnn.blocks[i];
            const Eigen::Vector2d x(b.macs / 1e6,
                                    (b.in_elements + b.out_elements + b.parameters) / 1e3);
            const auto kind = static_cast<std::size_t>(b.block_class);
            (i < cut ? here : there) +=
                std::max(0.0, x.dot((i < cut ? on_phone : in_cloud).at(kind)));
          }
          double energy = (type.dnns[o.dnn].actions[phone].busy_w + baseline) * here;
          double latency = here;
          if (cut < dnn.blocks.size()) {
            const double up =
                (cut == 0 ? request.up_bits : 32 * dnn.blocks[cut - 1].out_elements) / link.up_bps;
            const double down = request.down_bits / link.down_bps;
            // Photos come ten seconds apart: the connection is cold.
            const double rtt = technology.rtt_mean_s();
            const double pauses =
                technology.slow_start.pauses_s(up * link.up_bps, link.up_bps, rtt) +
                technology.slow_start.pauses_s(request.down_bits, link.down_bps, rtt);
            const double rest = rtt + there + pauses;
            latency += up + down + rest;
            energy +=
                link.tx_w * up + link.rx_w * down + listen * rest + baseline * (up + down + rest);
          }
          for (const auto& [i, value] : {std::pair{0, energy}, std::pair{1, latency}}) {
            if (value < best[i]) {
              best[i] = value;
              cut_at[i] = cut;
            }
          }
        }
        for (const auto& [i, name] : {std::pair{0, "neurosurgeon"}, std::pair{1, "by_latency"}}) {
          const auto plan = decision(scenario, name, t, o);
          const std::size_t cut = plan.front().action == cloud ? 0 : plan.front().last;
          EXPECT_EQ(cut, cut_at[i]) << dnn.id << " at " << dbm << " dBm, " << name;
          inside += cut > 0 && cut < dnn.blocks.size();
        }
      }
    }
  }
  EXPECT_GT(inside, 0U);  // some cut lies inside a network
}

TEST(PriorWorkTest, RunsInTheWorldAsPredicted) {
  const Scenario scenario = scenario_with(
      shipped_catalog(), "non_streaming", "inception_v3, mobilenet_v3_large, resnet_50_v1", 50,
      "arrivals: {closed_loop: {think: {constant: {value: 1 s}}}}\n"  // long enough for a slow start
      "servers: {cloud: {workers: {cpu: 3, gpu: 3}}}");               // nobody waits
  const SystemModel& system = scenario.system();
  for (const char* name : {"mosaic", "neurosurgeon"}) {
    const Keeper kept = simulate(scenario, setup_of(scenario, name));
    ASSERT_EQ(kept.requests.size(), 3U * 3 * 3);
    for (const KeptRequest& r : kept.requests) {
      const DeviceType& type = system.types[r.type];
      const Cost cost = predict_plan(system.plan_context(type, r.observation.dnn),
                                     decision(scenario, name, r.type, r.observation),
                                     nominal_conditions(system, type));
      EXPECT_NEAR(r.latency_s() - r.seconds(Stage::kDecision), cost.latency_s, 1e-8);
    }
  }
}

}  // namespace
}  // namespace autoscale
