#include "sim/policy/roster.h"

#include "sim/core/check.h"

namespace autoscale {

PolicyRegistry& PolicyRegistry::instance() {
  static PolicyRegistry registry;
  return registry;
}

void PolicyRegistry::add(PolicyEntry entry) {
  const std::string name = entry.name;
  const bool fresh = entries_.emplace(name, std::move(entry)).second;
  AUTOSCALE_CHECK(fresh, "two policies are called '{}'", name);
}

const PolicyEntry* PolicyRegistry::find(const std::string& name) const {
  const auto found = entries_.find(name);
  return found == entries_.end() ? nullptr : &found->second;
}

std::vector<std::string> PolicyRegistry::names() const {
  std::vector<std::string> names;
  for (const auto& [name, entry] : entries_) names.push_back(name);
  return names;
}

}  // namespace autoscale
