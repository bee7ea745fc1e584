#include "sim/run/stepped_scenario.h"

#include <fmt/format.h>

#include <stdexcept>

#include "sim/run/one_run.h"

namespace autoscale {
namespace {

/// The scenario's phases, those of the episode taken.
std::vector<EpisodePhase> episode_phases(const Scenario& scenario, const std::string& wanted) {
  std::vector<EpisodePhase> phases;
  std::vector<std::string> names = {std::string(kRecordedPhases), std::string(kAllPhases)};
  bool found = wanted == kRecordedPhases || wanted == kAllPhases;
  for (PhasePlan& plan : scenario.phases(0)) {
    const bool taken =
        wanted == kAllPhases || plan.name == wanted || (wanted == kRecordedPhases && plan.record);
    found = found || plan.name == wanted;
    names.push_back(plan.name);
    phases.push_back({std::move(plan), taken});
  }
  if (!found) {
    throw std::invalid_argument(fmt::format("phase: there is no '{}'{}", config::printable(wanted),
                                            config::suggest(wanted, names)));
  }
  return phases;
}

}  // namespace

SteppedWorldSetup stepped_world_setup(const Scenario& scenario,
                                      const SteppedScenarioOptions& options) {
  if (options.device >= scenario.system().devices()) {
    throw std::invalid_argument(
        fmt::format("device: there is no phone {}; the scenario's are numbered 0 to {}",
                    options.device, scenario.system().devices() - 1));
  }
  SteppedWorldSetup setup;
  setup.phases = episode_phases(scenario, options.phase);
  setup.length = options.length;
  setup.steering = {options.device, options.deliberates};
  setup.others = policy_under_test(scenario, scenario.policies().front());
  std::uint64_t all = 0;
  for (const EpisodePhase& phase : setup.phases) all += phase.taken ? phase.plan.length() : 0;
  if (options.length > all) {
    throw std::invalid_argument(fmt::format(
        "episode_length: the phases '{}' have {} requests, not {}; a longer phase has more "
        "inferences",
        options.phase, all, options.length));
  }
  return setup;
}

}  // namespace autoscale
