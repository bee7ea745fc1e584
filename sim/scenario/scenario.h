// A scenario, resolved: its system model, its policies with their parameters, its phases and folds.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "sim/models/catalog.h"
#include "sim/scenario/compared_policies.h"
#include "sim/scenario/resolve.h"
#include "sim/scenario/scenario_config.h"
#include "sim/scenario/start_tables.h"
#include "sim/world/phase.h"

namespace autoscale {

/// What the command line changes about a scenario file.
struct ScenarioOverrides {
  std::vector<std::string> assignments{};  // --set PATH=VALUE
  std::vector<std::string> policies{};     // --policy NAME; replaces the list when not empty
  std::optional<std::uint64_t> seed{};
  std::optional<std::uint32_t> replications{};
};

class Scenario {
 public:
  /// Reads and resolves a scenario file. Throws ConfigError with every mistake in it.
  static Scenario load(const Catalog& catalog, const std::filesystem::path& file,
                       const ScenarioOverrides& overrides = {});
  /// The same for the content of a file that has been read, perhaps changed since.
  static Scenario load(const Catalog& catalog, const std::filesystem::path& file, config::Node root,
                       const ScenarioOverrides& overrides);

  /// Replaces the policies; the references that relative columns need are added again.
  void set_policies(std::vector<ComparedPolicy> policies);

  const ScenarioConfig& config() const { return config_; }
  const SystemModel& system() const { return *names_.system; }
  const std::vector<ComparedPolicy>& policies() const { return policies_; }
  const std::string& environment() const { return names_.environment; }
  const std::string& use_case() const { return names_.use_case; }

  /// Number of runs: folds x replications x policies.
  std::size_t runs() const { return folds() * config_.replications * policies_.size(); }

  /// Number of folds: 1, or one per DNN when one is held out.
  std::size_t folds() const;
  /// The held-out DNN of a fold; empty without holdout.
  std::string held_out(std::size_t fold) const;
  /// The phases of a fold.
  std::vector<PhasePlan> phases(std::size_t fold) const;

  /// The scenario with every default and every named file filled in. Reading it back as a scenario
  /// gives the same runs where paths lead to the same files: they stay as they were written.
  nlohmann::ordered_json resolved() const;

  /// StartTables::start of the tables that load_tables and transfer_tables name.
  void start_from_table(const ComparedPolicy& use, const std::string& device_type,
                        Policy& policy) const {
    tables_.start(use, device_type, policy);
  }

 private:
  Scenario() = default;
  void resolve(const Catalog& catalog, const std::filesystem::path& file, const config::Node& root,
               const ScenarioOverrides& overrides, config::Diagnostics& diagnostics);

  ScenarioConfig config_;
  ResolvedNames names_;
  std::vector<ComparedPolicy> policies_;
  StartTables tables_;
};

}  // namespace autoscale
