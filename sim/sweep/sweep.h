// A sweep: a scenario at many points, each with several replications.
//
// A trial is one replication of one point: the runs of all its policies, which meet the same draws and
// share what they are compared with. Replication r has the same seed at every point, the sweep's seed
// plus r, as `autoscale run` would give it.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "sim/results/results.h"
#include "sim/scenario/scenario.h"
#include "sim/sweep/space.h"

namespace autoscale {

class Sweep {
 public:
  /// Reads a sweep file and the scenarios that it names, and looks at a sample of its points.
  /// Throws ConfigError with every mistake.
  static Sweep load(const Catalog& catalog, const std::filesystem::path& file);

  const SweepConfig& config() const { return config_; }
  const SweepSpace& space() const { return space_; }

  std::size_t points() const { return space_.size(); }
  /// Trial t is replication u % replications of point t / replications.
  std::uint64_t trials() const { return std::uint64_t{points()} * config_.replications; }
  std::size_t point_of(std::uint64_t trial) const {
    return static_cast<std::size_t>(trial / config_.replications);
  }
  std::uint32_t replication_of(std::uint64_t trial) const {
    return static_cast<std::uint32_t>(trial % config_.replications);
  }

  /// The scenario of a point. Throws ConfigError if its values do not go together. Safe to call
  /// from several threads.
  Scenario scenario(std::size_t point) const;

  /// Everything that decides about the results, for the manifest and to recognise the sweep by.
  nlohmann::ordered_json definition(const BuildInfo& build) const;

 private:
  struct ScenarioFile {
    std::filesystem::path path;
    config::Node root;  // with the values of `set`
  };

  Sweep(const Catalog& catalog, SweepConfig config, config::Diagnostics& diagnostics);
  void load_scenarios(config::Diagnostics& diagnostics);
  /// Reports a scenario that has the name of one before it.
  void check_name(const ScenarioFile& file, const config::Mark& where,
                  config::Diagnostics& diagnostics) const;
  void check_points(config::Diagnostics& diagnostics) const;
  /// Scenario -> file that it or a swept value names by path -> hash of its content.
  nlohmann::ordered_json named_files() const;

  const Catalog* catalog_;
  SweepConfig config_;
  SweepSpace space_;
  std::vector<ScenarioFile> scenarios_;
};

/// Names a run by what decides about its result: a hash of its scenario, its policy with all
/// parameters, its seed and its held-out DNN, as 16 hexadecimal digits.
class RunNames {
 public:
  explicit RunNames(const Scenario& scenario);
  std::string name(const RunSpec& spec) const;

 private:
  const Scenario& scenario_;
  std::string world_;
};

}  // namespace autoscale
