// A scenario, resolved: its system model, its policies with their parameters, its phases and folds.
#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/models/catalog.h"
#include "sim/policy/registry.h"
#include "sim/scenario/scenario_config.h"
#include "sim/world/phase.h"

namespace autoscale {

/// One policy of the comparison.
struct ComparedPolicy {
  std::string name;  // its label, if it has one, else the policy's name
  const PolicyEntry* entry = nullptr;
  std::shared_ptr<const PolicySettings> settings;
  bool reference = false;  // added because a relative column needs it
};

/// A saved table that learners of a device type start from.
struct StartTable {
  std::string_view key;  // load_tables or transfer_tables
  Located<std::string> file;
  nlohmann::ordered_json content;
};

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
  const SystemModel& system() const { return *system_; }
  const std::vector<ComparedPolicy>& policies() const { return policies_; }
  const std::string& environment() const { return environment_; }
  const std::string& use_case() const { return use_case_; }

  /// Number of runs: folds x replications x policies.
  std::size_t runs() const { return folds() * config_.replications * policies_.size(); }

  /// Number of folds: 1, or one per DNN when one is held out.
  std::size_t folds() const;
  /// The held-out DNN of a fold; empty without holdout.
  std::string held_out(std::size_t fold) const;
  /// The phases of a fold.
  std::vector<PhasePlan> phases(std::size_t fold) const;

  /// The scenario with every default and every named file filled in. Reading it back as a scenario
  /// gives the same runs.
  nlohmann::ordered_json resolved() const;

  /// Lets a new policy start from the table that load_tables or transfer_tables names for its
  /// device type, if any.
  /// Throws ConfigError if the table is not for such a policy.
  void start_from_table(const ComparedPolicy& use, const std::string& device_type,
                        Policy& policy) const;

 private:
  /// One item of the list of policies, as written.
  struct PolicyItem {
    std::string name;  // as in ComparedPolicy
    std::string policy;
    config::Mark where;
    const config::Node* parameters = nullptr;  // null: all defaults
  };

  Scenario() = default;
  void resolve(const Catalog& catalog, const std::filesystem::path& file, const config::Node& root,
               const ScenarioOverrides& overrides, config::Diagnostics& diagnostics);
  void resolve_environment(const Catalog& catalog, const std::filesystem::path& file,
                           config::Diagnostics& diagnostics);
  std::optional<EnvironmentConfig> read_environment(const Catalog& catalog,
                                                    const Located<std::string>& name,
                                                    const std::filesystem::path& base,
                                                    config::Diagnostics& diagnostics) const;
  void resolve_workload(const Catalog& catalog, const std::filesystem::path& base,
                        config::Diagnostics& diagnostics);
  void resolve_devices(const Catalog& catalog, const std::filesystem::path& base,
                       config::Diagnostics& diagnostics);
  void resolve_links(const Catalog& catalog, const std::filesystem::path& base,
                     config::Diagnostics& diagnostics);
  void check_phases(const config::Node& root, config::Diagnostics& diagnostics) const;
  void check_length(const config::Mark& where, config::Diagnostics& diagnostics) const;
  void resolve_policies(const std::vector<std::string>& names, config::Diagnostics& diagnostics);
  /// NAME, or {NAME: {PARAMETER: VALUE}} perhaps with a label; anything else is reported.
  static std::optional<PolicyItem> read_policy_item(const config::Node& node,
                                                    config::Diagnostics& diagnostics);
  void add_policy(const PolicyItem& item, config::Diagnostics& diagnostics);
  void add_references();
  void add_reference(const std::string& name);
  void read_tables(std::string_view key, const std::map<std::string, Located<std::string>>& files,
                   const std::filesystem::path& base, config::Diagnostics& diagnostics);

  ScenarioConfig config_;
  std::unique_ptr<SystemModel> system_;
  std::vector<ComparedPolicy> policies_;
  std::string environment_;
  std::string use_case_;
  std::vector<EnvironmentConfig> variances_;    // the scenario's, then those that phases name
  std::vector<std::size_t> variance_of_phase_;  // by phase, of variances_
  ArrivalConfig arrivals_;
  Duration qos_{};
  std::map<std::string, StartTable> tables_;  // by device profile
};

/// Every policy name that a scenario needs as a reference of its relative columns.
inline constexpr std::string_view kEdgeReference = "edge_cpu_fp32";
inline constexpr std::string_view kOptReference = "opt";

}  // namespace autoscale
