// Helpers of the tests that simulate: the shipped data, scenarios from text, one run of a scenario
// with every request kept, policies made for a test.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/policy/roster.h"
#include "sim/scenario/scenario.h"
#include "sim/world/world.h"
#include "tests/support/shipped_catalog.h"
#include "tests/support/temporary_folder.h"

namespace autoscale {

inline const std::array<std::string, 3>& phone_names() {
  static const std::array<std::string, 3> names = {"mi8pro", "galaxy_s10e", "moto_x_force"};
  return names;
}

/// A scenario from its text, with `catalog`'s data. Throws ConfigError.
inline Scenario scenario_of(std::string_view yaml, const Catalog& catalog = shipped_catalog()) {
  const TemporaryFolder directory;
  return Scenario::load(catalog, directory.write("test.yaml", yaml));
}

/// A finished request, kept.
struct KeptRequest {
  Observation observation;
  std::uint16_t type = 0;
  ActionId action = 0;
  ActionId executed = 0;
  Time arrival{};
  Time completion{};
  Duration since_phase_start{};  // of the arrival
  Ledger ledger;
  Verdict verdict;
  double temperature_c = 0;
  bool throttled = false;
  OracleComparison oracle;
  Tokens tokens;
  Duration ttft{};
  double tpot_s = 0;

  double seconds(Stage s) const { return to_seconds(ledger.stages[s]); }
  double cause(Cause c) const { return ledger.joules[c]; }
  double latency_s() const { return to_seconds(completion - arrival); }
};

/// Keeps every recorded request.
class Keeper final : public Observer {
 public:
  void on_request(const RequestRecord& r) override {
    requests.push_back({.observation = r.observation,
                        .type = r.type,
                        .action = r.action,
                        .executed = r.executed,
                        .arrival = r.arrival,
                        .completion = r.completion,
                        .since_phase_start = r.since_phase_start,
                        .ledger = r.ledger,
                        .verdict = r.verdict,
                        .temperature_c = r.temperature_c,
                        .throttled = r.throttled,
                        .oracle = r.oracle,
                        .tokens = r.tokens,
                        .ttft = r.ttft,
                        .tpot_s = r.tpot_s()});
  }
  void on_dropped(std::uint32_t, std::uint16_t, std::uint16_t, std::uint32_t count) override {
    dropped += count;
  }
  void on_learned(std::uint16_t, double, const OracleComparison&) override {}

  std::vector<KeptRequest> requests;
  std::uint64_t dropped = 0;
};

/// The setup of one of the scenario's own policies.
inline PolicyUnderTest setup_of(const Scenario& scenario, const std::string& name) {
  for (const ComparedPolicy& use : scenario.policies()) {
    if (use.name != name) continue;
    PolicyUnderTest setup;
    setup.name = name;
    setup.info = use.entry->info;
    setup.make = [settings = use.settings](const PolicyContext& c) { return settings->make(c); };
    return setup;
  }
  ADD_FAILURE() << "no policy " << name;
  return {};
}

/// Every registered policy that decides whatever it is asked: all but the scripted ones, which know
/// only what their script holds.
inline std::vector<std::string> deciding_policies() {
  std::vector<std::string> names = PolicyRegistry::instance().names();
  std::erase_if(names, [](const std::string& name) { return name.starts_with("scripted"); });
  return names;
}

/// A policy that is a function of what it is given and what it sees.
class FunctionPolicy final : public Policy {
 public:
  using Function = std::function<ActionId(const PolicyContext&, const Observation&)>;

  FunctionPolicy(PolicyContext context, Function function)
      : context_(std::move(context)), function_(std::move(function)) {}
  ExecutionPlan decide(const Observation& o) override { return {function_(context_, o)}; }

 private:
  PolicyContext context_;
  Function function_;
};

inline PolicyUnderTest setup_of(FunctionPolicy::Function function) {
  PolicyUnderTest setup;
  setup.name = "function";
  setup.make = [function = std::move(function)](const PolicyContext& c) {
    return std::make_unique<FunctionPolicy>(c, function);
  };
  return setup;
}

/// Always the top operating point of a target, e.g. cloud_cpu_fp32.
inline PolicyUnderTest always(std::string target) {
  return setup_of([target = std::move(target)](const PolicyContext& c, const Observation&) {
    for (const TargetGroup& group : c.actions.groups()) {
      if (group.name == target) return static_cast<ActionId>(group.first + group.count - 1);
    }
    ADD_FAILURE() << "no target " << target;
    return ActionId{0};
  });
}

/// Each phone goes round the legal actions of the DNN, one per request.
inline PolicyUnderTest every_action_in_turn() {
  return setup_of([](const PolicyContext& c, const Observation& o) {
    const std::vector<ActionId>& legal = c.legality[o.dnn].legal;
    return legal[o.request % legal.size()];
  });
}

/// All phases of a scenario's first fold under one policy.
inline void simulate(const Scenario& scenario, PolicyUnderTest setup, std::uint64_t seed,
                     Observer& observer) {
  World world(scenario.system(), seed, std::move(setup), observer);
  for (const PhasePlan& phase : scenario.phases(0)) world.run(phase);
}

/// The same, keeping all recorded requests.
inline Keeper simulate(const Scenario& scenario, PolicyUnderTest setup, std::uint64_t seed = 1) {
  Keeper keeper;
  simulate(scenario, std::move(setup), seed, keeper);
  return keeper;
}

}  // namespace autoscale
