// What a scenario's keys demand of one another, and what the simulator can count.
#include "sim/scenario/limits.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "sim/models/mean_interval.h"
#include "sim/system/cost.h"

namespace autoscale {
namespace {

using config::Diagnostics;
using config::Mark;

/// Of all groups together; phones and their links are numbered in 32 bits.
constexpr std::uint64_t kMaxPhones = 1'000'000'000;

/// The longest nominal time that any legal action takes, seconds.
double slowest_action_s(const SystemModel& system) {
  double slowest = 0;
  for (const DeviceType& type : system.types) {
    const Conditions calm = nominal_conditions(system, type);
    for (const DnnOnType& dnn : type.dnns) {
      for (const ActionId a : dnn.legal) {
        const Cost cost = predict(dnn.request, dnn.actions[a], calm);
        slowest = std::max(slowest, std::accumulate(cost.seconds.begin(), cost.seconds.end(), 0.0));
      }
    }
  }
  return slowest;
}

}  // namespace

Mark key_mark(const config::Node& root, std::string_view key) {
  for (const config::Node::Entry& entry : root.entries) {
    if (entry.key == key) return entry.mark;
  }
  return root.mark;
}

void check_keys(const ScenarioConfig& config, std::size_t dnns, const config::Node& root,
                Diagnostics& diagnostics) {
  if (config.holdout == Holdout::kLeaveOneDnnOut && dnns < 2) {
    diagnostics.error(key_mark(root, "holdout"), "holdout: leaving one DNN out needs at least two");
  }
  const bool records = std::any_of(config.phases.begin(), config.phases.end(),
                                   [](const PhaseConfig& p) { return p.record; });
  if (!config.phases.empty() && !records) {
    diagnostics.error(key_mark(root, "phases"),
                      "phases: none is recorded, so there would be no results");
  }
  if (config.compare_with_oracles && !config.compare_with_opt) {
    diagnostics.error(key_mark(root, "compare_with_oracles"),
                      "compare_with_oracles: needs compare_with_opt: true");
  }
  std::uint64_t phones = 0;
  for (const DeviceGroupConfig& group : config.devices) phones += group.count;
  if (phones > kMaxPhones) {
    diagnostics.error(
        key_mark(root, "devices"),
        fmt::format("devices: {} phones; at most {} are possible", phones, kMaxPhones));
  }
  if (config.seed > std::numeric_limits<std::uint64_t>::max() - (config.replications - 1)) {
    diagnostics.error(key_mark(root, "seed"),
                      "seed: the seeds of the replications exceed 2^64 - 1");
  }
}

void check_length(const std::vector<PhaseConfig>& phases, const SystemModel& system,
                  const std::vector<ComparedPolicy>& policies, const config::Node& root,
                  Diagnostics& diagnostics) {
  const Mark where = key_mark(root, "phases");
  double requests = 0, pauses_s = 0;
  for (const PhaseConfig& phase : phases) {
    const double grid = phase.conditions == PhaseConditions::kGrid ? kGridStates : 1;
    const auto dnns = static_cast<double>(system.dnns.size());
    requests += grid * dnns * phase.inferences;
    pauses_s += dnns * to_seconds(phase.pause);
  }
  constexpr double kMaxRequests = std::numeric_limits<std::uint32_t>::max();
  if (requests > kMaxRequests) {
    diagnostics.error(
        where, fmt::format("phases: {:.0f} inferences per phone; at most {:.0f} are possible",
                           requests, kMaxRequests));
    return;
  }
  const MeanInterval interval = mean_interval(system.arrivals);
  const bool deliberates =
      std::any_of(policies.begin(), policies.end(),
                  [](const ComparedPolicy& p) { return p.entry->info.deliberates; });
  const double decision_s = deliberates ? system.decision_s : 0;
  // Ten standard deviations and one long draw: no run of a random process comes near that.
  const double random_s = interval.random ? (10 * std::sqrt(requests) + 50) * interval.seconds : 0;
  const double latency_s = 10 * slowest_action_s(system);  // waiting, noise and bad conditions
  const double span_s =
      requests * (interval.seconds + decision_s + latency_s) + random_s + pauses_s;
  if (span_s >= to_seconds(kNever)) {
    constexpr double kYearS = 365.25 * 86400;
    diagnostics.error(where,
                      fmt::format("phases: {:.0f} inferences per phone may take {:.3g} years of "
                                  "simulated time; at most {:.0f} are possible",
                                  requests, span_s / kYearS, to_seconds(kNever) / kYearS));
  }
}

}  // namespace autoscale
