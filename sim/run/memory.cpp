#include "sim/run/memory.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "sim/policy/cost_model.h"
#include "sim/run/metrics.h"
#include "sim/run/run.h"

namespace autoscale {
namespace {

/// A phone's state in a running world with its pending event (measured: 580 bytes).
constexpr double kPhoneBytes = 640;
/// A latency while it is collected (a vector that doubles) and once more when all are sorted.
constexpr double kLatencyBytes = 3 * sizeof(double);
/// A value of a saved table as JSON, for the two bytes it has in the policy.
constexpr double kSavedPerTableByte = 8;

/// Bytes of the largest learned table; an oracle's table cannot be asked for before there is a
/// world.
double table_bytes(const Scenario& scenario) {
  std::size_t largest = 0;
  const SystemModel& system = scenario.system();
  for (const ComparedPolicy& use : scenario.policies()) {
    if (!use.entry->info.learns || use.entry->info.needs_oracle) continue;
    for (const DeviceType& type : system.types) {
      const CostModel costs(system, type);
      const auto policy =
          use.settings->make({type.actions, system.dnns, type.dnns, &costs, nullptr, RandomField(0),
                              type.profile.id, system.constraints.qos_s});
      largest = std::max(largest, policy->table_bytes());
    }
  }
  return static_cast<double>(largest);
}

double server_bytes(const SystemModel& system) {
  double workers = 0, tablet_workers = 0;
  for (const std::size_t n : system.cloud.workers) workers += static_cast<double>(n);
  for (const std::size_t n : system.tablet.workers) tablet_workers += static_cast<double>(n);
  const double each = system.tablet.phones_each;
  const double tablets = each == 0 ? 1 : system.devices() / each + 1;
  return (workers + tablets * tablet_workers) * sizeof(Time);
}

/// Requests that all phones record in one run.
double recorded_requests(const Scenario& scenario) {
  double most = 0;
  for (std::size_t fold = 0; fold < scenario.folds(); ++fold) {
    double requests = 0;
    for (const PhasePlan& phase : scenario.phases(fold))
      requests += phase.record ? phase.length() : 0;
    most = std::max(most, requests);
  }
  return most * scenario.system().devices();
}

}  // namespace

double memory_needed(const Scenario& scenario, std::size_t jobs) {
  const ScenarioConfig& c = scenario.config();
  const SystemModel& system = scenario.system();
  const auto policies = static_cast<double>(scenario.policies().size());
  const auto runs = static_cast<double>(scenario.runs());
  const double at_once = std::min(static_cast<double>(jobs), runs);
  const double recorded = recorded_requests(scenario);
  const double table =
      c.learners == LearnerSharing::kPerDevice || c.save_tables ? table_bytes(scenario) : 0;
  const bool own = c.learners == LearnerSharing::kPerDevice;
  const double phone = kPhoneBytes + (own ? table : 0);
  const double running = system.devices() * phone + server_bytes(system) + recorded * kLatencyBytes;
  const auto phases = std::count_if(c.phases.begin(), c.phases.end(),
                                    [](const PhaseConfig& p) { return p.record; });
  const auto cells = static_cast<double>(
      static_cast<std::size_t>(phases) * system.types.size() * system.dnns.size() + 1);
  const double kept = cells * sizeof(Tally) + sizeof(RunResult) + sizeof(Metrics) +
                      (c.save_tables && !own ? table * kSavedPerTableByte : 0);
  // The energies of a fold's runs are kept until its last run is there.
  const double paired =
      c.relative_metrics ? recorded * sizeof(PairedEnergy) * (policies + at_once) : 0;
  return at_once * running + runs * kept + paired;
}

void check_memory(const Scenario& scenario, std::size_t jobs) {
  const double needed = memory_needed(scenario, jobs);
  const double there =
      static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  if (needed <= there) return;
  throw std::invalid_argument(fmt::format(
      "{}: needs about {:.3g} GB of memory, and this machine has {:.3g} GB; fewer phones, "
      "recorded inferences, replications or jobs take less",
      scenario.config().name, needed / 1e9, there / 1e9));
}

}  // namespace autoscale
