#include "sim/run/independence.h"

#include <fmt/format.h>

#include <algorithm>

namespace autoscale {
namespace {

std::string shared_air(const Scenario& scenario) {
  const SystemModel& system = scenario.system();
  for (const auto& [name, link] : {std::pair{"cloud", kCloudLink}, {"tablet", kTabletLink}}) {
    if (!system.links[link].shared() || system.devices() == 1) continue;
    return fmt::format("links.{}.phones_per_access_point: {} phones share the air", name,
                       system.links[link].sharers);
  }
  return {};
}

/// Of a server that all phones use. A phone has one request at a time, so with as many workers as
/// phones nobody waits.
std::string shared_server(const Scenario& scenario, const char* name, const ServerSetup& server) {
  const SystemModel& system = scenario.system();
  for (std::size_t p = 0; p < server.workers.size(); ++p) {
    const Processor& processor = server.profile.processors[p];
    if (processor.served.empty() || !server.offers(processor.kind)) continue;
    if (server.workers[p] >= system.devices()) continue;
    return fmt::format("servers.{}.workers: {} of its {}, for which {} phones queue", name,
                       server.workers[p], name_of(processor.kind), system.devices());
  }
  return {};
}

std::string batches(const Scenario& scenario) {
  for (const Dnn& dnn : scenario.system().dnns) {
    if (dnn.generation) return fmt::format("dnns: servers answer {} in batches", dnn.id);
  }
  return {};
}

std::string shared_learner(const Scenario& scenario, const RunSpec& spec) {
  const ComparedPolicy& use = scenario.policies()[spec.policy];
  if (!use.entry->info.learns || scenario.config().learners == LearnerSharing::kPerDevice)
    return {};
  for (const PhasePlan& phase : scenario.phases(spec.fold)) {
    if (!phase.learn) continue;
    return fmt::format("learners: per_type, and {} learns in phase '{}' from all phones of a type",
                       use.name, phase.name);
  }
  return {};
}

}  // namespace

std::string coupling(const Scenario& scenario, const RunSpec& spec) {
  const SystemModel& system = scenario.system();
  const bool one_tablet = system.tablet.phones_each == 0;
  for (const std::string& found :
       {shared_air(scenario), batches(scenario), shared_server(scenario, "cloud", system.cloud),
        one_tablet ? shared_server(scenario, "tablet", system.tablet) : "",
        shared_learner(scenario, spec)}) {
    if (!found.empty()) return found;
  }
  return {};
}

}  // namespace autoscale
