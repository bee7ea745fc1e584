// Saved tables that a scenario names for its learners to start from.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/config/fields.h"
#include "sim/policy/policy.h"
#include "sim/scenario/compared_policies.h"
#include "sim/scenario/scenario_config.h"

namespace autoscale {

class StartTables {
 public:
  /// Reads the tables of load_tables and transfer_tables. Reports files that are none, and devices
  /// that are not among `types` or have two tables.
  void read(const ScenarioConfig& config, const std::vector<DeviceType>& types,
            config::Diagnostics& diagnostics);

  /// Lets a new policy start from its device type's table, if there is one. Throws ConfigError if
  /// the table is not for such a policy.
  void start(const ComparedPolicy& use, const std::string& device_type, Policy& policy) const;

 private:
  struct Table;

  void read_key(std::string_view key, const std::map<std::string, Located<std::string>>& files,
                const std::vector<std::string>& devices, config::Diagnostics& diagnostics);

  std::map<std::string, std::shared_ptr<const Table>> tables_;  // by device profile
};

}  // namespace autoscale
