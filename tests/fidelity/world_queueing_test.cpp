// Many phones at one access point or one server, against queueing theory: the event-driven world as
// a whole, not its parts. No noise; Poisson arrivals from many phones; 99.9 % confidence intervals.
#include <fmt/format.h>

#include <algorithm>

#include "tests/fidelity/statistics.h"
#include "tests/support/simulation_testing.h"

namespace autoscale {
namespace {

constexpr std::uint32_t kPhones = 2000;
constexpr std::uint32_t kRequestsEach = 700;

/// Keeps when each request arrived and how long one of its stages took.
class StageSampler final : public Observer {
 public:
  explicit StageSampler(Stage stage) : stage_(stage), last_arrival_(kPhones) {}

  void on_request(const RequestRecord& r) override {
    samples_.push_back({to_seconds(r.arrival), to_seconds(r.ledger.stages[stage_])});
    last_arrival_[r.observation.phone] = to_seconds(r.arrival);
  }
  void on_dropped(std::uint32_t, std::uint16_t, std::uint16_t, std::uint32_t) override {}
  void on_learned(std::uint16_t, double, const OracleComparison&) override {}

  /// The stage while all phones are active: from the second twentieth of that time to its end.
  BatchMeans steady() const {
    const double end = *std::min_element(last_arrival_.begin(), last_arrival_.end());
    BatchMeans means(samples_.size() / 150);
    for (const auto& [arrival, lasted_s] : samples_) {
      if (arrival > 0.05 * end && arrival <= end) means.add(lasted_s);
    }
    return means;
  }

 private:
  struct Sample {
    double arrival_s;
    double stage_s;
  };
  Stage stage_;
  std::vector<Sample> samples_;
  std::vector<double> last_arrival_;
};

/// `kPhones` phones, together a Poisson stream of one request per `interval_s`.
Scenario crowd(double interval_s, std::string_view more) {
  return scenario_of(fmt::format(
      "name: crowd\nnoise: false\nthermal: false\ndevices: [{{profile: mi8pro, count: {}}}]\n"
      "policies: [random]\narrivals: {{renewal: {{interval: {{exponential: {{mean: {} s}}}}}}}}\n"
      "phases: [{{name: test, inferences: {}, order: random}}]\n{}\n",
      kPhones, kPhones * interval_s, kRequestsEach, more));
}

double air_s(const Scenario& scenario, bool up) {
  const DeviceType& type = scenario.system().types[0];
  const Conditions calm = nominal_conditions(scenario.system(), type);
  const RequestModel& request = type.dnns[0].request;
  return up ? request.up_bits / calm.link[kCloudLink].up_bps
            : request.down_bits / calm.link[kCloudLink].down_bps;
}

/// On warm connections: the pauses of a slow start are shorter on busy air, so that a crowd gathers.
constexpr std::string_view kSharedAir =
    "slow_start: false\n"
    "dnns: [mobilenet_v1]\n"
    "links: {cloud: {technology: wifi, phones_per_access_point: 2000}}\n"
    "servers: {cloud: {profile: cloud_server, workers: {cpu: 2000}}}\n";

/// Uploads and downloads share the air as processor sharing: insensitive to the sizes, and to the
/// fixed delays between the two visits (Baskett, Chandy, Muntz and Palacios 1975), each takes its
/// own air time over the share of the air that is free.
void expect_processor_sharing(Stage stage) {
  constexpr double kLoad = 0.5;
  const Scenario alone = crowd(1, kSharedAir);
  const double work_s = air_s(alone, true) + air_s(alone, false);
  const Scenario scenario = crowd(work_s / kLoad, kSharedAir);
  StageSampler sampler(stage);
  simulate(scenario, always("cloud_cpu_fp32"), 5, sampler);
  expect_mean(sampler.steady(), air_s(alone, stage == Stage::kUpload) / (1 - kLoad));
}

TEST(WorldQueueingTest, UploadsShareAnAccessPoint) { expect_processor_sharing(Stage::kUpload); }

/// Mean wait of M/G/1 with the service times of `dnns`, each equally likely (Pollaczek, Khinchine).
void expect_single_server_queue(const std::string& dnns, double load) {
  const std::string text = fmt::format(
      "dnns: [{}]\nservers: {{cloud: {{profile: cloud_server, workers: {{cpu: 1}}}}}}\n", dnns);
  const Scenario alone = crowd(1, text);
  const DeviceType& type = alone.system().types[0];
  double mean = 0, square = 0;
  for (const DnnOnType& dnn : type.dnns) {
    for (const TargetGroup& group : type.actions.groups()) {
      if (group.name != "cloud_cpu_fp32") continue;
      const double s = dnn.actions[group.first].service_s;
      mean += s / static_cast<double>(type.dnns.size());
      square += s * s / static_cast<double>(type.dnns.size());
    }
  }
  ASSERT_GT(mean, 0);
  const double rate = load / mean;
  const Scenario scenario = crowd(1 / rate, text);
  StageSampler sampler(Stage::kQueue);
  simulate(scenario, always("cloud_cpu_fp32"), 6, sampler);
  expect_mean(sampler.steady(), rate * square / (2 * (1 - load)));
}

TEST(WorldQueueingTest, OneServerWithConstantServiceIsMd1) {
  expect_single_server_queue("resnet_50_v1", 0.5);
}

TEST(WorldQueueingTest, OneServerWithMixedServiceIsMg1) {
  expect_single_server_queue("mobilenet_v1, resnet_50_v1", 0.4);
}

TEST(WorldQueueingTest, OnePhonesLoadRaisesAnothersLatency) {
  const auto latency = [](std::string_view devices) {
    const Scenario scenario = scenario_of(fmt::format(
        "name: two\nnoise: false\ndevices: {}\ndnns: [resnet_50_v1]\npolicies: [random]\n"
        "links: {{cloud: {{technology: wifi, phones_per_access_point: 2}}}}\n"
        "servers: {{cloud: {{profile: cloud_server, workers: {{cpu: 1}}}}}}\n"
        "arrivals: {{closed_loop: {{think: {{exponential: {{mean: 50 ms}}}}}}}}\n"
        "phases: [{{name: test, inferences: 2000}}]\n",
        devices));
    PerStage<double> spent_s{};
    for (const KeptRequest& r : simulate(scenario, always("cloud_cpu_fp32")).requests) {
      for (std::size_t s = 0; s < kStages; ++s) {
        if (r.observation.phone == 0) spent_s[s] += to_seconds(r.ledger.stages[s]);
      }
    }
    return spent_s;
  };
  const auto alone = latency("[{profile: mi8pro}]");
  const auto beside = latency("[{profile: mi8pro}, {profile: moto_x_force}]");
  const auto at = [](Stage s) { return static_cast<std::size_t>(s); };
  EXPECT_GT(beside[at(Stage::kUpload)], 1.03 * alone[at(Stage::kUpload)]);
  EXPECT_EQ(alone[at(Stage::kQueue)], 0);
  EXPECT_GT(beside[at(Stage::kQueue)], 0);
  EXPECT_NEAR(beside[at(Stage::kService)], alone[at(Stage::kService)], 1e-9);
}

TEST(WorldQueueingTest, ASaturatedClosedNetworkTurnsAtTheServersPace) {
  constexpr std::uint32_t kCrowd = 20;
  const Scenario scenario = scenario_of(fmt::format(
      "name: closed\nnoise: false\ndevices: [{{profile: mi8pro, count: {}}}]\ndnns: "
      "[resnet_50_v1]\n"
      "policies: [random]\nservers: {{cloud: {{profile: cloud_server, workers: {{cpu: 1}}}}}}\n"
      "arrivals: {{closed_loop: {{think: {{constant: {{value: 20 ms}}}}}}}}\n"
      "phases: [{{name: test, inferences: 50}}]\n",
      kCrowd));
  double service_s = 0;
  std::size_t full = 0;
  for (const KeptRequest& r : simulate(scenario, always("cloud_cpu_fp32")).requests) {
    service_s = r.seconds(Stage::kService);
    if (r.observation.request < 5 || r.observation.request > 45) continue;
    // All others are served once between two services of this phone.
    EXPECT_NEAR(r.latency_s(), kCrowd * service_s - 0.020, 1e-7);
    ++full;
  }
  EXPECT_NEAR(service_s, 0.0326, 1e-9);
  EXPECT_EQ(full, 41U * kCrowd);
}

}  // namespace
}  // namespace autoscale
