// The policies that a scenario compares: its list read, and the references that its columns need.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/config/node.h"
#include "sim/policy/roster.h"

namespace autoscale {

/// One policy of the comparison.
struct ComparedPolicy {
  std::string name;  // its label, if it has one, else the policy's name
  const PolicyEntry* entry = nullptr;
  std::shared_ptr<const PolicySettings> settings;
  bool reference = false;  // added because a relative column needs it
};

/// Every policy name that a scenario needs as a reference of its relative columns.
inline constexpr std::string_view kEdgeReference = "edge_cpu_fp32";
inline constexpr std::string_view kOptReference = "opt";

/// The policies of a scenario's list; if `names` (of --policy) is not empty, those alone, with the
/// parameters that the list gives them, if it does. Mistakes go to `diagnostics`.
std::vector<ComparedPolicy> read_policies(const std::vector<config::Node>& list,
                                          const std::vector<std::string>& names,
                                          config::Diagnostics& diagnostics);

/// Adds the references of relative columns that are not there yet.
void add_references(std::vector<ComparedPolicy>& policies);

}  // namespace autoscale
