// The policies that a scenario compares: its list read, and the references that its columns need.
#include "sim/scenario/compared_policies.h"

#include <fmt/format.h>

#include <algorithm>

namespace autoscale {
namespace {

using config::Diagnostics;
using config::Mark;

/// An argument of the command line as the place of a mistake.
Mark argument_mark(std::string_view option, const std::string& value) {
  return {
      std::make_shared<const std::string>(fmt::format("{} {}", option, config::printable(value))),
      0, 0};
}

/// Whether `label` can stand for `policy` in the results; if not, that has been reported.
bool check_label(const config::Node& label, const std::string& policy, Diagnostics& diagnostics) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
  const std::string& text = label.text;
  if (text.empty() || text.find_first_not_of(kAllowed) != std::string::npos) {
    diagnostics.error(label.mark,
                      fmt::format("label: expected letters, digits, '_', '-' and '.', got {}",
                                  config::describe(label)));
    return false;
  }
  // References are looked up by name.
  if (text != policy && PolicyRegistry::instance().find(text)) {
    diagnostics.error(label.mark, fmt::format("label: '{}' is the name of another policy", text));
    return false;
  }
  return true;
}

/// One item of the list, as written.
struct PolicyItem {
  std::string name;  // as in ComparedPolicy
  std::string policy;
  Mark where;
  const config::Node* parameters = nullptr;  // null: all defaults
};

/// NAME, or {NAME: {PARAMETER: VALUE}} perhaps with a label; anything else is reported.
std::optional<PolicyItem> read_policy_item(const config::Node& node, Diagnostics& diagnostics) {
  constexpr std::string_view kLabel = "label";
  if (node.kind == config::Node::Kind::kScalar) return PolicyItem{node.text, node.text, node.mark};
  const config::Node* label = node.find(kLabel);
  if (node.entries.size() != (label ? 2 : 1)) {
    diagnostics.error(
        node.mark, "expected a policy's name or {name: {parameter: value}}, perhaps with a label");
    return std::nullopt;
  }
  const config::Node::Entry& policy = node.entries[node.entries.front().key == kLabel ? 1 : 0];
  if (label && !check_label(*label, policy.key, diagnostics)) return std::nullopt;
  return PolicyItem{label ? label->text : policy.key, policy.key, node.mark, &policy.value};
}

bool has(const std::vector<ComparedPolicy>& policies, const std::string& name) {
  return std::any_of(policies.begin(), policies.end(),
                     [&](const ComparedPolicy& p) { return p.name == name; });
}

void add_policy(const PolicyItem& item, std::vector<ComparedPolicy>& policies,
                Diagnostics& diagnostics) {
  const PolicyRegistry& registry = PolicyRegistry::instance();
  const PolicyEntry* entry = registry.find(item.policy);
  if (!entry) {
    diagnostics.error(item.where,
                      fmt::format("unknown policy '{}'{}", config::printable(item.policy),
                                  config::suggest(item.policy, registry.names())));
    return;
  }
  if (has(policies, item.name)) {
    diagnostics.error(item.where, fmt::format("policy '{}' is given twice", item.name));
    return;
  }
  policies.push_back({item.name, entry, entry->read(item.parameters, diagnostics), false});
}

void add_reference(const std::string& name, std::vector<ComparedPolicy>& policies) {
  if (has(policies, name)) return;
  const PolicyEntry* entry = PolicyRegistry::instance().find(name);
  Diagnostics none;
  policies.push_back({name, entry, entry->read(nullptr, none), true});
}

}  // namespace

std::vector<ComparedPolicy> read_policies(const std::vector<config::Node>& list,
                                          const std::vector<std::string>& names,
                                          Diagnostics& diagnostics) {
  std::vector<ComparedPolicy> policies;
  for (const config::Node& node : list) {
    const std::optional<PolicyItem> item = read_policy_item(node, diagnostics);
    if (!item) continue;
    const bool wanted =
        names.empty() || std::find(names.begin(), names.end(), item->name) != names.end();
    if (wanted) add_policy(*item, policies, diagnostics);
  }
  for (auto name = names.begin(); name != names.end(); ++name) {
    const Mark where = argument_mark("--policy", *name);
    if (std::find(names.begin(), name, *name) != name) {
      diagnostics.error(where, "is given twice");
    } else if (!has(policies, *name)) {
      add_policy({*name, *name, where}, policies, diagnostics);
    }
  }
  return policies;
}

void add_references(std::vector<ComparedPolicy>& policies) {
  add_reference(std::string(kEdgeReference), policies);
  add_reference(std::string(kOptReference), policies);
}

}  // namespace autoscale
