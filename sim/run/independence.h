// Whether the phones of a run meet one another. Only if they do not, shards of them can run apart.
#pragma once

#include <string>

#include "sim/run/run.h"

namespace autoscale {

/// Where and how phones of a run meet, such as "servers.cloud.workers: 2 workers on its cpu, for which
/// 10 phones queue"; empty if they do not.
std::string coupling(const Scenario& scenario, const RunSpec& spec);

}  // namespace autoscale
