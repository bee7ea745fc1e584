// What a scenario's keys demand of one another, and what the simulator can count.
#pragma once

#include <string_view>
#include <vector>

#include "sim/config/node.h"
#include "sim/scenario/compared_policies.h"
#include "sim/scenario/scenario_config.h"
#include "sim/system/system_model.h"

namespace autoscale {

/// Where a key of the scenario stands; the file's begin if it does not.
config::Mark key_mark(const config::Node& root, std::string_view key);

/// Reports keys that do not go together, at their places in the file `root`; `dnns`: how many DNNs
/// the scenario has.
void check_keys(const ScenarioConfig& config, std::size_t dnns, const config::Node& root,
                config::Diagnostics& diagnostics);

/// Reports phases with too many requests (they are numbered in 32 bits) or too long a time (it ends
/// after 73 years of simulated time). Needs the costs of `system`.
void check_length(const std::vector<PhaseConfig>& phases, const SystemModel& system,
                  const std::vector<ComparedPolicy>& policies, const config::Node& root,
                  config::Diagnostics& diagnostics);

}  // namespace autoscale
