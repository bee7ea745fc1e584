#include "sim/run/run_specs.h"

#include <fmt/format.h>

namespace autoscale {

std::vector<RunSpec> fold_specs(const Scenario& scenario, std::size_t fold,
                                std::uint32_t replication) {
  std::vector<RunSpec> specs;
  for (std::size_t p = 0; p < scenario.policies().size(); ++p) {
    std::string id = scenario.policies()[p].name;
    if (scenario.folds() > 1) id += "-" + scenario.held_out(fold);
    id += fmt::format("-r{}", replication);
    specs.push_back({p, fold, replication, scenario.config().seed + replication, std::move(id)});
  }
  return specs;
}

std::vector<RunSpec> run_specs(const Scenario& scenario) {
  std::vector<RunSpec> specs;
  for (std::size_t fold = 0; fold < scenario.folds(); ++fold) {
    for (std::uint32_t r = 0; r < scenario.config().replications; ++r) {
      for (RunSpec& spec : fold_specs(scenario, fold, r)) specs.push_back(std::move(spec));
    }
  }
  return specs;
}

std::vector<RunSpec> run_specs(const Scenario& scenario, std::uint32_t replication) {
  std::vector<RunSpec> specs;
  for (std::size_t fold = 0; fold < scenario.folds(); ++fold) {
    for (RunSpec& spec : fold_specs(scenario, fold, replication)) specs.push_back(std::move(spec));
  }
  return specs;
}

std::uint64_t requests_of(const Scenario& scenario, const RunSpec& spec) {
  const bool learner = scenario.policies()[spec.policy].entry->info.learns;
  std::uint64_t sum = 0;
  for (const PhasePlan& phase : scenario.phases(spec.fold)) {
    if (phase.matters_to(learner)) sum += phase.length();
  }
  return sum * scenario.system().devices();
}

}  // namespace autoscale
