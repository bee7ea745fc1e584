// From the names in a scenario to models: its environments, use case, devices and links.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/models/catalog.h"
#include "sim/scenario/scenario_config.h"
#include "sim/system/system_model.h"

namespace autoscale {

/// What the names of a scenario stand for.
struct ResolvedNames {
  std::unique_ptr<SystemModel> system = std::make_unique<SystemModel>();  // others point into it
  std::string environment;
  std::string use_case;
  std::vector<EnvironmentConfig> variances;    // the scenario's, then those that phases name
  std::vector<std::size_t> variance_of_phase;  // by phase, of variances
  ArrivalConfig arrivals;
  Duration qos{};
};

/// Looks the names up, kind by kind; mistakes are collected, so that all kinds are looked at. links()
/// comes last and only without a mistake: it needs what the others found.
class Resolver {
 public:
  /// Results name files as seen from `folder`. Keeps references to everything else.
  Resolver(const ScenarioConfig& config, const Catalog& catalog, std::filesystem::path folder,
           ResolvedNames& names, config::Diagnostics& diagnostics)
      : config_(config),
        catalog_(catalog),
        folder_(std::move(folder)),
        names_(names),
        system_(*names.system),
        diagnostics_(diagnostics) {}

  void environment();
  void workload();
  void devices();
  void servers();
  void links();

 private:
  /// An environment file by its name or path; nothing if it is wrong, which is reported.
  std::optional<EnvironmentConfig> read_environment(const Located<std::string>& name) const;
  void lengths(const std::optional<TokensConfig>& tokens);
  /// Sequences of other users in a server's batches, which must leave a place.
  double background(const ServerUseConfig& use, const DeviceProfile& profile) const;

  const ScenarioConfig& config_;
  const Catalog& catalog_;
  std::filesystem::path folder_;
  ResolvedNames& names_;
  SystemModel& system_;
  config::Diagnostics& diagnostics_;
};

}  // namespace autoscale
