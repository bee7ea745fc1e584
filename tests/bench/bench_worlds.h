// The worlds that benchmarks and ratio tests run: scenario files of scenarios/bench, policies that
// cost nothing, an observer that only counts.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sim/run/stepped_scenario.h"
#include "sim/world/stepped_world.h"

namespace autoscale::bench {

inline const Catalog& catalog() {
  static const Catalog instance{std::filesystem::path(AUTOSCALE_SOURCE_DIR)};
  return instance;
}

inline Scenario load(const std::string& file, std::vector<std::string> assignments = {}) {
  ScenarioOverrides overrides;
  overrides.assignments = std::move(assignments);
  return Scenario::load(catalog(), std::filesystem::path(AUTOSCALE_SOURCE_DIR) / "scenarios" / file,
                        overrides);
}

/// Counts what it is told and forgets it.
class CountingObserver final : public Observer {
 public:
  void on_request(const RequestRecord& record) override {
    ++requests;
    energy_j += record.ledger.energy_j;
    latency_s += to_seconds(record.latency());
  }
  void on_dropped(std::uint32_t, std::uint16_t, std::uint16_t, std::uint32_t count) override {
    dropped += count;
  }
  void on_learned(std::uint16_t, double, const OracleComparison&) override {}

  std::uint64_t requests = 0;
  std::uint64_t dropped = 0;
  double energy_j = 0;
  double latency_s = 0;
};

/// Always the first legal action: what a run costs without any policy.
class NullPolicy final : public Policy {
 public:
  explicit NullPolicy(const PolicyContext& context) : dnns_(context.legality) {}
  ExecutionPlan decide(const Observation& o) override { return {dnns_[o.dnn].legal.front()}; }

 private:
  std::span<const DnnOnType> dnns_;
};

inline PolicyUnderTest null_policy() {
  PolicyUnderTest setup;
  setup.name = "null";
  setup.make = [](const PolicyContext& context) { return std::make_unique<NullPolicy>(context); };
  return setup;
}

/// Tells a policy that a request went well, and that nothing changed meanwhile.
inline void tell(Policy& policy, const Observation& o, ActionId action) {
  policy.learn({{.reward = -1, .qos_met = true, .accuracy_met = true}, o, o, action, 0.02, 0.1});
}

/// The scenario's policy `i`, comparing with Opt as the scenario says.
inline PolicyUnderTest policy_of(const Scenario& scenario, std::size_t i) {
  const ComparedPolicy& use = scenario.policies()[i];
  PolicyUnderTest setup;
  setup.name = use.name;
  setup.info = use.entry->info;
  setup.compare_with_opt = scenario.config().compare_with_opt;
  setup.make = [&use](const PolicyContext& context) { return use.settings->make(context); };
  return setup;
}

/// Runs all phases of a scenario and returns the number of requests.
inline std::uint64_t run(const Scenario& scenario, PolicyUnderTest policy,
                         CountingObserver& observer) {
  World world(scenario.system(), scenario.config().seed, std::move(policy), observer);
  std::uint64_t requests = 0;
  for (const PhasePlan& phase : scenario.phases(0)) {
    world.run(phase);
    requests += std::uint64_t{phase.length()} * scenario.system().devices();
  }
  return requests;
}

/// Steps `episodes` episodes of a scenario, always the first legal action, and returns the number
/// of steps.
inline std::uint64_t step(SteppedWorld& environment, int episodes) {
  std::uint64_t steps = 0;
  for (int i = 0; i < episodes; ++i) {
    environment.reset(static_cast<std::uint64_t>(i));
    for (; !environment.over(); ++steps) environment.step({environment.dnn().legal.front()});
  }
  return steps;
}

}  // namespace autoscale::bench
