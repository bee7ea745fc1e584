// A scenario from its file: read, resolved, checked; and what the layers above ask of it.
#include "sim/scenario/scenario.h"

#include "sim/config/json.h"
#include "sim/config/reader.h"
#include "sim/scenario/limits.h"

namespace autoscale {
namespace {

namespace fs = std::filesystem;
using config::Diagnostics;

DnnOrder order_of(const PhaseConfig& phase) {
  if (phase.order) return *phase.order;
  return phase.conditions == PhaseConditions::kGrid ? DnnOrder::kRoundRobin : DnnOrder::kBlocks;
}

/// The catalog with a scenario's overrides; nothing if there are none, or if they are wrong, which
/// is reported.
std::optional<Catalog> overridden(const Catalog& catalog, const DataOverrides& overrides,
                                  Diagnostics& diagnostics) {
  if (overrides.empty()) return std::nullopt;
  try {
    return Catalog(catalog, overrides);
  } catch (const config::ConfigError& error) {
    diagnostics.add(error.diagnostics());
    return std::nullopt;
  }
}

}  // namespace

Scenario Scenario::load(const Catalog& catalog, const fs::path& file,
                        const ScenarioOverrides& overrides) {
  return load(catalog, file, catalog.search().load_yaml(file), overrides);
}

Scenario Scenario::load(const Catalog& catalog, const fs::path& file, config::Node root,
                        const ScenarioOverrides& overrides) {
  Diagnostics diagnostics;
  for (const std::string& assignment : overrides.assignments) {
    config::apply_override(root, assignment, diagnostics);
  }
  Scenario scenario;
  scenario.config_ = config::read<ScenarioConfig>(root, diagnostics);
  const std::optional<Catalog> changed =
      overridden(catalog, scenario.config_.overrides, diagnostics);
  scenario.resolve(changed ? *changed : catalog, file, root, overrides, diagnostics);
  diagnostics.throw_if_any();
  return scenario;
}

void Scenario::resolve(const Catalog& catalog, const fs::path& file, const config::Node& root,
                       const ScenarioOverrides& overrides, Diagnostics& diagnostics) {
  if (overrides.seed) config_.seed = *overrides.seed;
  if (overrides.replications) config_.replications = *overrides.replications;
  Resolver resolver(config_, catalog, file.parent_path(), names_, diagnostics);
  resolver.environment();
  resolver.workload();
  policies_ = read_policies(config_.policies, overrides.policies, diagnostics);
  resolver.devices();
  resolver.servers();
  check_keys(config_, system().dnns.size(), root, diagnostics);
  tables_.read(config_, system().types, diagnostics);
  if (!diagnostics.empty()) return;
  set_policies(std::move(policies_));
  resolver.links();
  if (!diagnostics.empty()) return;
  const CostSettings settings{config_.accounting, config_.constraints.accuracy_set, config_.upload,
                              config_.detections};
  for (const UnknownForm& form : unknown_forms(system(), settings)) {
    diagnostics.error(key_mark(root, form.setting), form.message);
  }
  fill_costs(*names_.system, catalog, settings, key_mark(root, "devices"), diagnostics);
  if (diagnostics.empty()) check_length(config_.phases, system(), policies_, root, diagnostics);
}

void Scenario::set_policies(std::vector<ComparedPolicy> policies) {
  policies_ = std::move(policies);
  if (config_.relative_metrics) add_references(policies_);
}

std::size_t Scenario::folds() const {
  return config_.holdout == Holdout::kNone ? 1 : system().dnns.size();
}

std::string Scenario::held_out(std::size_t fold) const {
  return config_.holdout == Holdout::kNone ? "" : system().dnns[fold].id;
}

std::vector<PhasePlan> Scenario::phases(std::size_t fold) const {
  std::vector<PhasePlan> plans;
  for (std::size_t i = 0; i < config_.phases.size(); ++i) {
    const PhaseConfig& c = config_.phases[i];
    const std::size_t variance = names_.variance_of_phase[i];
    PhasePlan plan{.name = c.name,
                   .conditions = c.conditions,
                   .within_bin = c.within_bin,
                   .inferences = c.inferences,
                   .dnns = {},
                   .order = order_of(c),
                   .pause = c.pause,
                   .learn = c.learn,
                   .explore = c.explore,
                   .record = c.record,
                   .environment = names_.variances[variance].name,
                   .variance = variance};
    for (std::size_t d = 0; d < system().dnns.size(); ++d) {
      const bool held_out = config_.holdout == Holdout::kLeaveOneDnnOut && d == fold;
      const bool use = config_.holdout == Holdout::kNone || (c.record ? held_out : !held_out);
      if (use) plan.dnns.push_back(static_cast<std::uint16_t>(d));
    }
    plans.push_back(std::move(plan));
  }
  return plans;
}

nlohmann::ordered_json Scenario::resolved() const {
  ScenarioConfig filled = config_;
  filled.co_runner = names_.variances.front().co_runner;
  filled.cloud_signal = names_.variances.front().cloud_signal;
  filled.tablet_signal = names_.variances.front().tablet_signal;
  filled.arrivals = names_.arrivals;
  filled.constraints.latency = names_.qos;
  for (PhaseConfig& phase : filled.phases) phase.order = order_of(phase);
  filled.dnns.clear();
  for (const Dnn& dnn : system().dnns) filled.dnns.push_back({dnn.id, {}});
  nlohmann::ordered_json json = config::to_json(filled);
  auto& policies = json["policies"] = nlohmann::ordered_json::array();
  for (const ComparedPolicy& p : policies_) {
    if (p.reference) continue;
    nlohmann::ordered_json item = {{p.entry->name, p.settings->to_json()}};
    if (p.name != p.entry->name) item["label"] = p.name;
    policies.push_back(std::move(item));
  }
  return json;
}

}  // namespace autoscale
