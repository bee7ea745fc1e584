// Transfers and radio states of the event-driven world against hand calculation: a transfer that
// the signal re-rates on its way, radio tails, and the degenerate ends (no round trip, one byte).
#include <fmt/format.h>

#include "tests/support/simulation_testing.h"

namespace autoscale {
namespace {

namespace fs = std::filesystem;

constexpr double kNanosecond = 1e-9;

/// One phone sends MobileNet v1's input, 150,528 bytes, once at `arrival`.
std::string one_upload(std::string_view arrival, std::uint32_t sharers, std::string_view signal) {
  return fmt::format(
      "name: upload\nnoise: false\ndevices: [{{profile: mi8pro}}]\ndnns: [mobilenet_v1]\n"
      "policies: [random]\narrivals: {{renewal: {{interval: {{constant: {{value: {}}}}}}}}}\n"
      "links: {{cloud: {{technology: wifi, phones_per_access_point: {}}}}}\n"
      "cloud_signal: {}\nphases: [{{name: test, inferences: 1}}]\n",
      arrival, sharers, signal);
}
constexpr double kUploadBits = 150528.0 * 8;

TEST(WorldTransferTest, AStepOfTheRateMovesExactlyTheBits) {
  const TemporaryFolder directory;
  const fs::path trace = directory.write("step.csv", "time_s,throughput_mbps\n0,10\n10,1\n30,1\n");
  for (const std::uint32_t sharers : {1, 2}) {
    SCOPED_TRACE(sharers);
    const Scenario scenario = scenario_of(one_upload(
        "9.9 s", sharers,
        fmt::format("{{trace: {{file: '{}', rate_column: throughput_mbps}}}}", trace.string())));
    const KeptRequest r = simulate(scenario, always("cloud_gpu_fp32")).requests.at(0);
    // 0.1 s at 10 Mbit/s, the rest at 1 Mbit/s.
    const double slow_s = (kUploadBits - 0.1 * 10e6) / 1e6;
    EXPECT_NEAR(r.seconds(Stage::kUpload), 0.1 + slow_s, 2 * kNanosecond);

    const LinkTechnology& wifi = scenario.system().links[kCloudLink].technology;
    const RadioPower& radio = scenario.system().types[0].radio[kCloudLink];
    const auto power = [&](double bps) {
      return link_conditions(wifi, radio, wifi.uplink_bps.inverse(bps), bps).tx_w;
    };
    const double joules = power(10e6) * 0.1 + power(1e6) * slow_s;
    EXPECT_NEAR(r.cause(Cause::kRadioTx), joules, 1e-8 * joules);
  }
}

TEST(WorldTransferTest, AVaryingSignalMovesExactlyTheBits) {
  constexpr std::string_view kSignal =
      "{ar1: {mean: -88 dBm, sd: 4 dB, time_constant: 50 ms, period: 10 ms}}";
  for (const std::uint32_t sharers : {1, 2}) {
    SCOPED_TRACE(sharers);
    const Scenario scenario = scenario_of(one_upload("1.2345 s", sharers, kSignal));
    const LinkSetup& link = scenario.system().links[kCloudLink];
    const SignalProcess& signal = *scenario.system().variances.front().signals[kCloudLink];
    for (const std::uint64_t seed : {1, 2, 3}) {
      const KeptRequest r = simulate(scenario, always("cloud_gpu_fp32"), seed).requests.at(0);
      const Time end = r.arrival + r.ledger.stages[Stage::kUpload];
      // The same signal once more, block by block.
      const RandomField random(seed);
      SignalState state;
      double bits = 0, fastest = 0;
      int blocks = 0;
      for (Time now = r.arrival; now < end; ++blocks) {
        signal.advance(state, now, random, kCloudLink);
        const Time next = std::min(end, signal.next_change(state, kCloudLink, random));
        const double rate = link.technology.uplink_bps(state.value_dbm);
        bits += rate * to_seconds(next - now);
        fastest = std::max(fastest, rate);
        now = next;
      }
      EXPECT_GT(blocks, 5);
      EXPECT_NEAR(bits, kUploadBits, 2 * fastest * kNanosecond);
    }
  }
}

TEST(WorldTransferTest, AStreamPaysTheUnionOfItsTails) {
  for (const auto interval : {"500 ms", "5 s", "60 s"}) {
    SCOPED_TRACE(interval);
    const Scenario scenario = scenario_of(fmt::format(
        "name: tails\ntails: true\ndevices: [{{profile: mi8pro}}]\ndnns: [mobilenet_v1]\n"
        "policies: [random]\nlinks: {{cloud: {{technology: lte}}}}\n"
        "arrivals: {{renewal: {{interval: {{exponential: {{mean: {}}}}}}}}}\n"
        "phases: [{{name: test, inferences: 500}}]\n",
        interval));
    const LinkTechnology& lte = scenario.system().links[kCloudLink].technology;
    double charged = 0, promoted_s = 0, awake_s = 0, busy_s = 0;
    Time awake_until = kStart;
    for (const KeptRequest& r : simulate(scenario, always("cloud_gpu_fp32")).requests) {
      charged += r.cause(Cause::kRadioTail);
      promoted_s += r.seconds(Stage::kPromotion);
      const Time begin = r.observation.now;
      const Time end = r.completion + from_seconds(lte.tail.time_s());
      EXPECT_EQ(r.seconds(Stage::kPromotion) > 0, begin >= awake_until);
      awake_s += to_seconds(end - std::max(begin, awake_until));
      awake_until = end;
      busy_s += to_seconds(r.completion - begin);
    }
    // The radio is awake in the union of requests and tails; what is not a request is a tail.
    const double tails_s = awake_s - busy_s;
    EXPECT_NEAR(charged, lte.tail.energy_j(tails_s) + lte.promotion.power_w * promoted_s,
                1e-6 * charged);
  }
}

/// A copy of the data whose MobileBERT sends and receives one byte.
void copy_data(const fs::path& root) {
  for (const auto folder : {"device_profiles", "workloads", "scenarios/environments"}) {
    fs::create_directories((root / folder).parent_path());
    fs::copy(source_root() / folder, root / folder, fs::copy_options::recursive);
  }
  const fs::path file = root / "workloads/dnns/mobilebert.yaml";
  std::string text = read_all(file);
  std::size_t replaced = 0;
  for (std::size_t at = 0; (at = text.find("value: 600 B", at)) != std::string::npos; ++replaced) {
    text.replace(at, 12, "value: 1 B");
  }
  ASSERT_EQ(replaced, 3U);  // raw, jpeg, output
  write_all(file, text);
}

constexpr std::string_view kInstantLink = R"(
name: wifi
signal: rssi
regular_signal: {value: -55 dBm, assumed: test}
weak_signal: {value: -85 dBm, assumed: test}
weak_threshold: {value: -80 dBm, assumed: test}
uplink:
  signal: {unit: dBm, values: [-90, -50], assumed: test}
  rate: {unit: Gbit/s, values: [10, 10], assumed: test}
downlink:
  signal: {unit: dBm, values: [-90, -50], assumed: test}
  rate: {unit: Gbit/s, values: [10, 10], assumed: test}
tx_power_factor:
  signal: {unit: dBm, values: [-90, -50], assumed: test}
  factor: {unit: "1", values: [1, 1], assumed: test}
rtt:
  median: {value: 0 s, assumed: test}
  p90: {value: 0 s, assumed: test}
)";

TEST(WorldTransferTest, NoRoundTripNoDecisionTimeAndOneByteWork) {
  const TemporaryFolder directory;
  copy_data(directory.path());
  const Catalog catalog(directory.path());
  const fs::path link = directory.write("instant.yaml", kInstantLink);
  for (const std::uint32_t sharers : {1, 3}) {
    SCOPED_TRACE(sharers);
    const Scenario scenario = scenario_of(
        fmt::format("name: instant\ndevices: [{{profile: mi8pro, count: 3}}]\nnoise: false\n"
                    "use_case: translation\ndecision_time: 0 s\npolicies: [autoscale]\n"
                    "links: {{cloud: {{technology: '{}', phones_per_access_point: {}}}}}\n"
                    "servers: {{cloud: {{profile: cloud_server, workers: {{gpu: 3}}}}}}\n"
                    "arrivals: {{closed_loop: {{think: {{constant: {{value: 0 s}}}}}}}}\n"
                    "phases: [{{name: test, inferences: 200}}]\n",
                    link.string(), sharers),
        catalog);
    const Keeper kept = simulate(scenario, always("cloud_gpu_fp32"));
    ASSERT_EQ(kept.requests.size(), 600U);
    for (const KeptRequest& r : kept.requests) {
      const double service = r.seconds(Stage::kService);
      EXPECT_NEAR(service, 0.0163, kNanosecond);
      // 0.8 ns of air each way; every step that takes no time takes one nanosecond instead.
      EXPECT_NEAR(r.latency_s(), service, 20 * kNanosecond);
      EXPECT_GT(r.ledger.energy_j, 0);
    }
    EXPECT_EQ(simulate(scenario, setup_of(scenario, "autoscale")).requests.size(), 600U);
  }
}

}  // namespace
}  // namespace autoscale
