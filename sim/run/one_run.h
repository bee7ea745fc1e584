// What one run is: one policy in a world of its own, through the phases of its fold.
#pragma once

#include <filesystem>
#include <functional>

#include "sim/run/run.h"
#include "sim/world/sharded_world.h"

namespace autoscale {

/// What a run writes beside its result; nothing where a path is empty.
struct RunFiles {
  std::filesystem::path requests;
  std::filesystem::path timeline;
  std::size_t process = 0;  // tells the runs of one timeline apart
};

/// How worlds make a policy of the scenario, which must outlive it.
PolicyUnderTest policy_under_test(const Scenario& scenario, const ComparedPolicy& use);

/// Executes a run, over as many threads as it has `shards`, which change nothing in its results but
/// need phones that do not meet (independence.h); its metrics keep the energies that relative columns
/// need. `tick` is called every Observer::kProgressStep requests. Throws PolicyError, IoError,
/// ConfigError if the table to start from does not fit, and what `tick` throws.
RunResult run_one(const Scenario& scenario, const RunSpec& spec, const RunFiles& files,
                  const std::function<void()>& tick, std::size_t shards = 1);

}  // namespace autoscale
