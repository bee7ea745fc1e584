// Counts the calls of the global operator new, which allocation_counter.cpp replaces.
#pragma once

#include <cstdint>

namespace autoscale {

/// Allocations of the whole test program so far.
std::uint64_t allocations();

}  // namespace autoscale
