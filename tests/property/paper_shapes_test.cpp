// The orderings that the paper reports, asked of the model and the shipped data: how the best
// action moves with co-runners, signals, phone, DNN and accuracy target. Where an ordering holds
// only for some phones or DNNs the test says for which; a change of the data that moves one has to
// show here.
#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>

#include "sim/system/explain.h"
#include "tests/support/simulation_testing.h"

namespace autoscale {
namespace {

/// The ten DNNs of the paper.
const std::vector<std::string>& dnn_names() {
  static const std::vector<std::string> names = {"inception_v1",     "inception_v3",
                                                 "mobilebert",       "mobilenet_v1",
                                                 "mobilenet_v2",     "mobilenet_v3_large",
                                                 "resnet_50_v1",     "ssd_mobilenet_v1",
                                                 "ssd_mobilenet_v2", "ssdlite_mobilenet_v3_large"};
  return names;
}

/// A phone and a DNN.
using Case = std::pair<std::string, std::string>;

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const std::string& phone : phone_names()) {
    for (const std::string& dnn : dnn_names()) cases.emplace_back(phone, dnn);
  }
  return cases;
}

ExplainRequest calm(const Case& c) {
  ExplainRequest request;
  request.device = c.first;
  request.dnn = c.second;
  return request;
}
ExplainRequest warm(const Case& c) {
  ExplainRequest request = calm(c);
  request.warm = true;
  return request;
}
ExplainRequest cpu_co_runner(const Case& c) {
  ExplainRequest request = calm(c);
  request.co_cpu = 0.9;
  request.co_memory = 0.1;
  return request;
}
ExplainRequest memory_co_runner(const Case& c) {
  ExplainRequest request = calm(c);
  request.co_cpu = 0.15;
  request.co_memory = 0.9;
  return request;
}
ExplainRequest weak(const Case& c, bool tablet) {
  ExplainRequest request = calm(c);
  request.signal_dbm["wifi"] = -85;
  if (tablet) request.signal_dbm["wifi_direct"] = -85;
  return request;
}

/// Name of what Opt takes, e.g. phone_cpu_int8@8.
std::string best(const ExplainRequest& request) {
  for (const ExplainedAction& a : explain(shipped_catalog(), request).actions) {
    if (a.chosen) return a.name;
  }
  return "";
}
bool on(const std::string& action, std::string_view prefix) { return action.starts_with(prefix); }
bool on_co_processor(const std::string& action) {
  return on(action, "phone_gpu") || on(action, "phone_dsp");
}

/// The cases of `from` whose best action begins with `prefix` under `condition`.
template <class Condition>
std::set<Case> cases_on(std::string_view prefix, const std::vector<Case>& from,
                        Condition&& condition) {
  std::set<Case> found;
  for (const Case& c : from) {
    if (on(best(condition(c)), prefix)) found.insert(c);
  }
  return found;
}

TEST(PaperShapesTest, CpuCoRunnerMovesTheOptimumOffTheCpu) {
  // No phone is best on its CPU in calm, so that the ordering can only hold emptily: a co-processor,
  // the tablet or the cloud is always cheaper. A co-runner draws nothing to the CPU either.
  EXPECT_EQ(cases_on("phone_cpu", all_cases(), calm), std::set<Case>());
  EXPECT_EQ(cases_on("phone_cpu", all_cases(), cpu_co_runner), std::set<Case>());
}

TEST(PaperShapesTest, CpuCoRunnerMakesTheCpuSlowerAndDearer) {
  for (const Case& c : all_cases()) {
    const auto quiet = explain(shipped_catalog(), calm(c)).actions;
    const auto loaded = explain(shipped_catalog(), cpu_co_runner(c)).actions;
    for (std::size_t a = 0; a < quiet.size(); ++a) {
      if (!quiet[a].legal || !on(quiet[a].name, "phone_cpu")) continue;
      const double slower = loaded[a].cost.latency_s / quiet[a].cost.latency_s;
      const double dearer = loaded[a].cost.energy_j / quiet[a].cost.energy_j;
      EXPECT_GT(slower, 1 / 0.56) << c.first << " " << quiet[a].name;
      EXPECT_GT(dearer, 1);
      EXPECT_LT(dearer, slower) << "the co-runner's energy is not the inference's";
    }
  }
}

TEST(PaperShapesTest, MemoryCoRunnerMovesTheOptimumOffThePhone) {
  const std::set<Case> on_phone = cases_on("phone", all_cases(), calm);
  const std::set<Case> still =
      cases_on("phone", {on_phone.begin(), on_phone.end()}, memory_co_runner);
  EXPECT_EQ(on_phone.size(), 15U);
  std::set<Case> moved;
  std::set_difference(on_phone.begin(), on_phone.end(), still.begin(), still.end(),
                      std::inserter(moved, moved.end()));
  const std::set<Case> expected = {{"mi8pro", "resnet_50_v1"},
                                   {"galaxy_s10e", "ssd_mobilenet_v1"},
                                   {"galaxy_s10e", "ssd_mobilenet_v2"},
                                   {"galaxy_s10e", "ssdlite_mobilenet_v3_large"}};
  EXPECT_EQ(moved, expected);
  // It never draws an inference to the phone.
  EXPECT_EQ(cases_on("phone", all_cases(), memory_co_runner), still);
}

TEST(PaperShapesTest, MemoryCoRunnerMakesThePhoneDearerAgainstTheCloud) {
  for (const Case& c : all_cases()) {
    const auto quiet = explain(shipped_catalog(), calm(c)).actions;
    const auto loaded = explain(shipped_catalog(), memory_co_runner(c)).actions;
    for (std::size_t a = 0; a < quiet.size(); ++a) {
      if (!quiet[a].legal) continue;
      const bool local = on(quiet[a].name, "phone");
      const double growth = loaded[a].cost.energy_j / quiet[a].cost.energy_j;
      EXPECT_TRUE(local ? growth > 1 : growth == 1) << c.first << " " << quiet[a].name;
    }
  }
}

TEST(PaperShapesTest, WeakWifiMovesTheOptimumFromTheCloudToTheTablet) {
  const std::set<Case> in_cloud = cases_on("cloud", all_cases(), warm);
  const std::vector<Case> cases(in_cloud.begin(), in_cloud.end());
  EXPECT_EQ(cases.size(), 14U);
  const std::set<Case> on_tablet = cases_on("tablet", cases, [](const Case& c) {
    ExplainRequest request = weak(c, false);
    request.warm = true;
    return request;
  });
  // MobileBERT sends 600 bytes, so the signal hardly matters to it. All others move, to the tablet or,
  // on the Galaxy S10e, to its own GPU.
  const Case to_its_gpu = {"galaxy_s10e", "ssd_mobilenet_v1"};
  for (const Case& c : cases) {
    EXPECT_EQ(on_tablet.contains(c), c.second != "mobilebert" && c != to_its_gpu)
        << c.first << " " << c.second;
  }
}

TEST(PaperShapesTest, OnIdleConnectionsOnlyMobileBertIsBestInTheCloud) {
  // A photo's first bytes wait for three or four round trips, which take longer to the cloud.
  for (const Case& c : all_cases()) {
    EXPECT_EQ(on(best(calm(c)), "cloud"), c.second == "mobilebert") << c.first << " " << c.second;
  }
}

TEST(PaperShapesTest, BothSignalsWeakMoveTheOptimumBackToThePhone) {
  std::vector<Case> remote;
  for (const Case& c : all_cases()) {
    if (!on(best(calm(c)), "phone") && c.second != "mobilebert") remote.push_back(c);
  }
  EXPECT_EQ(remote.size(), 12U);
  const std::set<Case> on_phone =
      cases_on("phone", remote, [](const Case& c) { return weak(c, true); });
  // On the Moto X Force nothing meets QoS for the two heaviest, and the weak cloud is the fastest.
  const std::set<Case> staying = {{"moto_x_force", "inception_v3"},
                                  {"moto_x_force", "resnet_50_v1"}};
  for (const Case& c : remote) {
    EXPECT_EQ(on_phone.contains(c), !staying.contains(c)) << c.first << " " << c.second;
  }
}

/// Energy of Edge (CPU FP32) over that of the best accurate action away from the phone.
double remote_gain(const Case& c) {
  double reference = 0, remote = 0;
  bool remote_met = false;
  const Explanation e = explain(shipped_catalog(), calm(c));
  for (const ExplainedAction& a : e.actions) {
    if (!a.legal) continue;
    if (on(a.name, "phone_cpu_fp32")) reference = a.cost.energy_j;  // the last one is the top
    const bool met = a.cost.latency_s <= e.qos_s;
    if (on(a.name, "phone") || a.accuracy < 50 || (remote_met && !met)) continue;
    if (remote == 0 || (met && !remote_met) || a.cost.energy_j < remote) remote = a.cost.energy_j;
    remote_met = remote_met || met;
  }
  return reference / remote;
}

TEST(PaperShapesTest, TheMidEndPhoneGainsMostFromGoingRemote) {
  for (const std::string& dnn : dnn_names()) {
    const double mid_end = remote_gain({"moto_x_force", dnn});
    EXPECT_GT(mid_end, 1.5 * remote_gain({"mi8pro", dnn})) << dnn;
    EXPECT_GT(mid_end, 1.5 * remote_gain({"galaxy_s10e", dnn})) << dnn;
  }
}

TEST(PaperShapesTest, MobileBertIsBestInTheCloud) {
  for (const std::string& phone : phone_names()) {
    EXPECT_TRUE(on(best(calm({phone, "mobilebert"})), "cloud")) << phone;
  }
}

TEST(PaperShapesTest, LightConvolutionNetworksAreBestOnACoProcessor) {
  const std::vector<std::string> light = {"mobilenet_v1", "mobilenet_v2", "mobilenet_v3_large"};
  for (const std::string& dnn : light) {
    EXPECT_TRUE(on_co_processor(best(calm({"mi8pro", dnn})))) << dnn;
    EXPECT_TRUE(on_co_processor(best(calm({"galaxy_s10e", dnn})))) << dnn;
    // The Moto X Force is so slow that another device always wins.
    EXPECT_FALSE(on(best(calm({"moto_x_force", dnn})), "phone")) << dnn;
  }
}

TEST(PaperShapesTest, AStricterAccuracyTargetRulesLowPrecisionOut) {
  std::map<std::string, std::size_t> moved;
  for (const Case& c : all_cases()) {
    ExplainRequest strict = calm(c);
    strict.accuracy_target = 65;
    const std::string loose = best(calm(c)), tight = best(strict);
    if (loose == tight) continue;
    EXPECT_NE(loose.find("int8"), std::string::npos) << c.second << ": " << loose;
    EXPECT_EQ(tight.find("int8"), std::string::npos) << c.second << ": " << tight;
    ++moved[c.second];
  }
  const std::map<std::string, std::size_t> expected = {
      {"inception_v1", 3}, {"mobilenet_v2", 1}, {"mobilenet_v3_large", 1}};
  EXPECT_EQ(moved, expected);
}

/// Seconds in the fully connected blocks at the top operating point; nothing if it has none or
/// cannot run.
std::optional<double> fc_seconds(const DeviceProfile& phone, ProcessorKind kind,
                                 Precision precision, const Dnn& dnn) {
  const Processor* processor = phone.processor(kind);
  if (!processor) return std::nullopt;
  const auto work = shipped_catalog().work(phone, *processor, precision, dnn);
  if (!work) return std::nullopt;
  const std::vector<BlockTime> times = block_times(shipped_catalog().roofline(), dnn, kind,
                                                   precision, work->total(), work->overhead_s);
  double seconds = 0;
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (dnn.blocks[i].block_class != BlockClass::kFc) continue;
    seconds += times[i].compute_s + times[i].memory_s;
  }
  return seconds > 0 ? std::optional(seconds) : std::nullopt;
}

TEST(PaperShapesTest, FullyConnectedBlocksAreSlowerOnCoProcessorsThanOnTheCpu) {
  std::map<std::string, std::pair<int, int>> slower_of;  // per phone and co-processor
  for (const std::string& name : phone_names()) {
    config::Diagnostics diagnostics;
    const DeviceProfile phone = shipped_catalog().device(name, std::nullopt, {}, diagnostics);
    for (const Dnn& dnn : shipped_catalog().dnns()) {
      const auto cpu = fc_seconds(phone, ProcessorKind::kCpu, Precision::kFp32, dnn);
      const Precision gpu_row = name == "moto_x_force" ? Precision::kFp32 : Precision::kFp16;
      for (const auto& [kind, precision] : {std::pair{ProcessorKind::kGpu, gpu_row},
                                            std::pair{ProcessorKind::kDsp, Precision::kInt8}}) {
        const auto other = fc_seconds(phone, kind, precision, dnn);
        if (!cpu || !other) continue;
        auto& [slower, all] = slower_of[name + " " + std::string(name_of(kind))];
        slower += *other > *cpu;
        ++all;
      }
    }
  }
  const std::map<std::string, std::pair<int, int>> expected = {{"galaxy_s10e gpu", {7, 7}},
                                                               {"mi8pro dsp", {7, 7}},
                                                               {"mi8pro gpu", {7, 7}},
                                                               {"moto_x_force gpu", {7, 7}}};
  EXPECT_EQ(slower_of, expected);
}

}  // namespace
}  // namespace autoscale
