// Whose energy is whose when an app runs beside an inference: the inference pays for what it used,
// and no processor draws more than its table says.
#include <fmt/format.h>

#include "tests/support/simulation_testing.h"

namespace autoscale {
namespace {

/// One phone and DNN beside a steady co-runner, without noise or heat.
Scenario beside(double cpu, double memory, std::string_view phone = "mi8pro") {
  return scenario_of(
      fmt::format("name: beside\nnoise: false\nthermal: false\ndecision_time: 0 ms\n"
                  "devices: [{{profile: {}}}]\ndnns: [mobilenet_v1]\npolicies: [random]\n"
                  "co_runner: {{steady: {{cpu: {}, memory: {}}}}}\n"
                  "phases: [{{name: test, inferences: 70}}]\n",
                  phone, cpu, memory));
}

TEST(CoRunnerEnergyTest, AnInferenceCostsWhatItCostsAloneAndTheBaselineOfTheExtraTime) {
  for (const auto& phone : phone_names()) {
    const Scenario alone = beside(0, 0, phone);
    const double baseline_w = alone.system().types[0].profile.baseline_w;
    const auto quiet = simulate(alone, every_action_in_turn()).requests;
    for (const double u : {0.25, 0.9, 1.0}) {
      const auto loaded = simulate(beside(u, 0, phone), every_action_in_turn()).requests;
      ASSERT_EQ(loaded.size(), quiet.size());
      for (std::size_t i = 0; i < quiet.size(); ++i) {
        const double extra_s = loaded[i].latency_s() - quiet[i].latency_s();
        EXPECT_GE(extra_s, 0);
        EXPECT_NEAR(loaded[i].ledger.energy_j, quiet[i].ledger.energy_j + baseline_w * extra_s,
                    1e-8);
      }
    }
  }
}

TEST(CoRunnerEnergyTest, HalfOfTheRunBesideACoRunnerCostsNoMoreOfTheCpu) {
  // The co-runner comes and goes within inferences: bursts of about 10 ms against 24 ms of work.
  const Scenario scenario = scenario_of(
      "name: bursts\nnoise: false\nthermal: false\ndevices: [{profile: mi8pro}]\n"
      "dnns: [mobilenet_v1]\npolicies: [random]\n"
      "co_runner: {bursts: {burst: {cpu: 0.9, memory: 0}, pause: {cpu: 0, memory: 0}, "
      "burst_median: 10 ms, burst_p90: 20 ms, pause_mean: 10 ms}}\n"
      "phases: [{name: test, inferences: 200}]\n");
  const auto requests = simulate(scenario, always("phone_cpu_fp32")).requests;
  double shortest = 1, longest = 0;
  for (const KeptRequest& r : requests) {
    EXPECT_NEAR(r.cause(Cause::kCpu), 5.5 * 0.024, 1e-7);
    shortest = std::min(shortest, r.seconds(Stage::kCompute));
    longest = std::max(longest, r.seconds(Stage::kCompute));
  }
  EXPECT_LT(shortest, 0.030) << "the co-runner is always there";
  EXPECT_GT(longest, 0.035) << "the co-runner is never there";
}

TEST(CoRunnerEnergyTest, AProcessorNeverDrawsMoreThanItsTable) {
  for (const auto& phone : phone_names()) {
    for (const double u : {0.0, 0.5, 1.0}) {
      for (const double m : {0.0, 0.9}) {
        const Scenario scenario = beside(u, m, phone);
        const DeviceType& type = scenario.system().types[0];
        const DnnOnType& dnn = type.dnns[0];
        for (const ActionId a : dnn.legal) {
          const ActionModel& action = dnn.actions[a];
          if (action.site != Site::kPhone) continue;
          const bool on_cpu = action.processor == ProcessorKind::kCpu;
          const LocalTime time =
              local_time(action.work, action.slowdown, on_cpu, dnn.request.contention, {u, m});
          const double own_w = action.busy_w * time.busy_s / time.latency_s;
          const Processor& used = *type.profile.processor(action.processor);
          const double table_w = used.busy_w(type.actions[a].point, Precision::kFp32);
          const double shared_w = on_cpu ? own_w + u * action.co_runner_w : own_w;
          EXPECT_LE(shared_w, table_w * (1 + 1e-12)) << type.actions.name(a);
          if (on_cpu && action.busy_w == table_w && m == 0 && u == 1) {
            EXPECT_NEAR(shared_w, table_w, 1e-12) << "two full loads fill the CPU";
          }
        }
      }
    }
  }
}

/// The temperature of the last of many inferences back to back, long after the phone has warmed up.
double warm_c(std::string_view co_runner, std::string target) {
  const Scenario scenario = scenario_of(fmt::format(
      "name: heat\nnoise: false\ndecision_time: 0 ms\ndevices: [{{profile: mi8pro}}]\n"
      "dnns: [mobilenet_v1]\npolicies: [random]\nco_runner: {}\n"
      "arrivals: {{closed_loop: {{think: {{constant: {{value: 0 s}}}}}}}}\n"
      "overrides: {{device_profiles/mi8pro: {{\"thermal.trips.values\": [200, 210]}}}}\n"
      "phases: [{{name: test, inferences: 160000}}]\n",
      co_runner));
  return simulate(scenario, always(std::move(target))).requests.back().temperature_c;
}

TEST(CoRunnerEnergyTest, OneCpuHeatsOnceWhoeverUsesIt) {
  // 8 K/W, 0.9 W baseline, 5.5 W of CPU: alone or beside a full load.
  const double full_c = 25 + 8 * (0.9 + 5.5);
  EXPECT_NEAR(warm_c("none", "phone_cpu_fp32"), full_c, 0.01);
  EXPECT_NEAR(warm_c("{steady: {cpu: 1, memory: 0}}", "phone_cpu_fp32"), full_c, 0.01);
  // On another processor the co-runner has the CPU to itself.
  EXPECT_NEAR(warm_c("{steady: {cpu: 1, memory: 0}}", "phone_dsp_int8"), full_c + 8 * 1.8, 0.01);
}

}  // namespace
}  // namespace autoscale
