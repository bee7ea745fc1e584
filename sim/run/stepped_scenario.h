// A scenario's world as an environment: which phone is steered, which phases make an episode, who
// decides for the other phones.
#pragma once

#include <cstdint>
#include <string>

#include "sim/scenario/scenario.h"
#include "sim/world/stepped_world.h"

namespace autoscale {

/// The phases that make an episode, beside the name of one of them.
inline constexpr std::string_view kRecordedPhases = "recorded";
inline constexpr std::string_view kAllPhases = "all";

struct SteppedScenarioOptions {
  std::uint32_t device = 0;  // number of the steered phone
  std::string phase{kRecordedPhases};
  std::uint64_t length = 0;  // decisions of an episode; 0: all that the phases have
  bool deliberates = true;   // decisions take the scenario's decision time, as learners' do
};

/// Of a scenario with folds, the first. The other phones follow the scenario's first policy.
/// `scenario` must outlive the environment. Throws std::invalid_argument for an unknown phase, a
/// phone that is not there, or a length that the phases do not have.
SteppedWorldSetup stepped_world_setup(const Scenario& scenario,
                                      const SteppedScenarioOptions& options);

}  // namespace autoscale
