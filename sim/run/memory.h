// What a scenario will ask of memory, estimated before it runs: a count with too many zeros is to
// end in a message, not in a machine that swaps.
#pragma once

#include <cstddef>

#include "sim/scenario/scenario.h"

namespace autoscale {

/// Bytes that run_all takes for a scenario with `jobs` runs at the same time, to about a factor of
/// two.
double memory_needed(const Scenario& scenario, std::size_t jobs);

/// Throws std::invalid_argument if that is more than the machine has.
void check_memory(const Scenario& scenario, std::size_t jobs);

}  // namespace autoscale
