// The roster of policies, as their users see it: names, properties, parameters. registry.h says how a
// policy joins it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "sim/policy/policy.h"

namespace autoscale {

namespace config {
class Diagnostics;
struct Node;
}  // namespace config

/// A policy's parameters, read and checked, ready to make policies from.
class PolicySettings {
 public:
  virtual ~PolicySettings() = default;
  virtual std::unique_ptr<Policy> make(const PolicyContext& context) const = 0;
  virtual nlohmann::ordered_json to_json() const = 0;
};

struct PolicyEntry {
  std::string name;
  PolicyInfo info;
  /// Reads parameters; a null node means all defaults.
  std::function<std::shared_ptr<const PolicySettings>(const config::Node*, config::Diagnostics&)>
      read;
  /// JSON Schema of the parameters.
  std::function<nlohmann::ordered_json()> schema;
};

class PolicyRegistry {
 public:
  static PolicyRegistry& instance();

  /// Adds an entry; a second one of the same name aborts the program.
  void add(PolicyEntry entry);
  const PolicyEntry* find(const std::string& name) const;
  std::vector<std::string> names() const;  // sorted
  const std::map<std::string, PolicyEntry>& entries() const { return entries_; }

 private:
  std::map<std::string, PolicyEntry> entries_;
};

}  // namespace autoscale
