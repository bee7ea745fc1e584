// Which runs a scenario has: one per fold, replication and policy.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/run/run.h"

namespace autoscale {

/// All runs of a scenario in the order of their rows: fold, replication, policy.
std::vector<RunSpec> run_specs(const Scenario& scenario);
/// Those of one replication.
std::vector<RunSpec> run_specs(const Scenario& scenario, std::uint32_t replication);
/// Those of one fold and replication, one per policy: they meet the same draws.
std::vector<RunSpec> fold_specs(const Scenario& scenario, std::size_t fold,
                                std::uint32_t replication);

/// Simulated requests of one run, all phases and phones.
std::uint64_t requests_of(const Scenario& scenario, const RunSpec& spec);

}  // namespace autoscale
