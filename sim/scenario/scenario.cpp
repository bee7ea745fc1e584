#include "sim/scenario/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>

#include "sim/config/json.h"
#include "sim/config/reader.h"

namespace autoscale {
namespace {

namespace fs = std::filesystem;
using config::Diagnostics;
using config::Mark;

/// The keys that name saved tables to start from.
constexpr std::string_view kLoadTables = "load_tables";
constexpr std::string_view kTransferTables = "transfer_tables";

/// Of all groups together; phones and their links are numbered in 32 bits.
constexpr std::uint64_t kMaxPhones = 1'000'000'000;

/// Where a key of the scenario stands; the file's begin if it does not.
Mark key_mark(const config::Node& root, std::string_view key) {
  for (const config::Node::Entry& entry : root.entries) {
    if (entry.key == key) return entry.mark;
  }
  return root.mark;
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

/// An argument of the command line as the place of a mistake.
Mark argument_mark(std::string_view option, const std::string& value) {
  return {
      std::make_shared<const std::string>(fmt::format("{} {}", option, config::printable(value))),
      0, 0};
}

/// Mean of the time between arrivals (or from answer to arrival), seconds, and whether it is
/// random.
struct MeanInterval {
  double seconds = 0;
  bool random = false;
};

MeanInterval mean_interval(const ArrivalConfig& arrivals) {
  if (const auto* camera = std::get_if<PeriodicArrivals>(&arrivals)) {
    return {to_seconds(camera->period), false};
  }
  const auto* renewal = std::get_if<RenewalArrivals>(&arrivals);
  const IntervalConfig& interval =
      renewal ? renewal->interval : std::get<ClosedLoopArrivals>(arrivals).think;
  if (const auto* constant = std::get_if<ConstantInterval>(&interval)) {
    return {to_seconds(constant->value), false};
  }
  return {to_seconds(std::get<ExponentialInterval>(interval).mean), true};
}

/// The longest nominal latency of any legal action, seconds.
double slowest_action_s(const SystemModel& system) {
  double slowest = 0;
  for (const DeviceType& type : system.types) {
    const Conditions calm = nominal_conditions(system, type);
    for (const DnnOnType& dnn : type.dnns) {
      for (const ActionId a : dnn.legal) {
        slowest = std::max(slowest, predict(dnn.request, dnn.actions[a], calm).latency_s);
      }
    }
  }
  return slowest;
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

/// Workers per processor of a server: the scenario's, else the profile's.
std::vector<std::size_t> worker_counts(const ServerUseConfig& use, const DeviceProfile& profile,
                                       Diagnostics& diagnostics) {
  std::vector<std::size_t> counts;
  for (const Processor& p : profile.processors) {
    const auto wanted = use.workers.find(p.kind);
    counts.push_back(wanted == use.workers.end() ? static_cast<std::size_t>(p.workers)
                                                 : wanted->second);
  }
  for (const auto& [kind, count] : use.workers) {
    if (!profile.processor(kind) && !profile.processors.empty()) {
      diagnostics.error(use.profile.mark, fmt::format("workers: {} has no processor '{}'",
                                                      profile.id, name_of(kind)));
    }
  }
  return counts;
}

}  // namespace

Scenario Scenario::load(const Catalog& catalog, const fs::path& file,
                        const ScenarioOverrides& overrides) {
  return load(catalog, file, config::load_yaml(file), overrides);
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
  const fs::path base = file.parent_path();
  system_ = std::make_unique<SystemModel>();
  resolve_environment(catalog, base, diagnostics);
  resolve_workload(catalog, base, diagnostics);
  resolve_policies(overrides.policies, diagnostics);
  resolve_devices(catalog, base, diagnostics);
  check_phases(root, diagnostics);
  read_tables(kLoadTables, config_.load_tables, base, diagnostics);
  read_tables(kTransferTables, config_.transfer_tables, base, diagnostics);
  if (!diagnostics.empty()) return;
  resolve_links(catalog, base, diagnostics);
  if (!diagnostics.empty()) return;
  fill_costs(*system_, catalog,
             {config_.accounting, config_.constraints.accuracy_set, config_.upload},
             config::file_mark(file), diagnostics);
  if (diagnostics.empty()) check_length(key_mark(root, "phases"), diagnostics);
}

/// What the keys demand of one another.
void Scenario::check_phases(const config::Node& root, Diagnostics& diagnostics) const {
  if (config_.holdout == Holdout::kLeaveOneDnnOut && system_->dnns.size() < 2) {
    diagnostics.error(key_mark(root, "holdout"), "holdout: leaving one DNN out needs at least two");
  }
  const bool records = std::any_of(config_.phases.begin(), config_.phases.end(),
                                   [](const PhaseConfig& p) { return p.record; });
  if (!config_.phases.empty() && !records) {
    diagnostics.error(key_mark(root, "phases"),
                      "phases: none is recorded, so there would be no results");
  }
  std::uint64_t phones = 0;
  for (const DeviceGroupConfig& group : config_.devices) phones += group.count;
  if (phones > kMaxPhones) {
    diagnostics.error(
        key_mark(root, "devices"),
        fmt::format("devices: {} phones; at most {} are possible", phones, kMaxPhones));
  }
  if (config_.seed > std::numeric_limits<std::uint64_t>::max() - (config_.replications - 1)) {
    diagnostics.error(key_mark(root, "seed"),
                      "seed: the seeds of the replications exceed 2^64 - 1");
  }
}

/// Requests are numbered in 32 bits, and time ends after 73 years.
void Scenario::check_length(const Mark& where, Diagnostics& diagnostics) const {
  double requests = 0, pauses_s = 0;
  for (const PhaseConfig& phase : config_.phases) {
    const double grid = phase.conditions == PhaseConditions::kGrid ? kGridStates : 1;
    const auto dnns = static_cast<double>(system_->dnns.size());
    requests += grid * dnns * phase.inferences;
    pauses_s += dnns * to_seconds(phase.pause);
  }
  constexpr double kMaxRequests = std::numeric_limits<std::uint32_t>::max();
  if (requests > kMaxRequests) {
    diagnostics.error(
        where, fmt::format("phases: {:.0f} inferences per phone; at most {:.0f} are possible",
                           requests, kMaxRequests));
    return;
  }
  const MeanInterval interval = mean_interval(arrivals_);
  const bool deliberates =
      std::any_of(policies_.begin(), policies_.end(),
                  [](const ComparedPolicy& p) { return p.entry->info.deliberates; });
  const double decision_s = deliberates ? system_->decision_s : 0;
  // Ten standard deviations and one long draw: no run of a random process comes near that.
  const double random_s = interval.random ? (10 * std::sqrt(requests) + 50) * interval.seconds : 0;
  const double latency_s = 10 * slowest_action_s(*system_);  // waiting, noise and bad conditions
  const double span_s =
      requests * (interval.seconds + decision_s + latency_s) + random_s + pauses_s;
  if (span_s >= to_seconds(kNever)) {
    constexpr double kYearS = 365.25 * 86400;
    diagnostics.error(where,
                      fmt::format("phases: {:.0f} inferences per phone may take {:.3g} years of "
                                  "simulated time; at most {:.0f} are possible",
                                  requests, span_s / kYearS, to_seconds(kNever) / kYearS));
  }
}

void Scenario::resolve_environment(const Catalog& catalog, const fs::path& base,
                                   Diagnostics& diagnostics) {
  EnvironmentConfig own = read_environment(catalog, config_.environment, base, diagnostics)
                              .value_or(EnvironmentConfig());
  environment_ = own.name;
  if (config_.co_runner) own.co_runner = *config_.co_runner;
  if (config_.cloud_signal) own.cloud_signal = *config_.cloud_signal;
  if (config_.tablet_signal) own.tablet_signal = *config_.tablet_signal;
  variances_.push_back(std::move(own));
  for (const PhaseConfig& phase : config_.phases) {
    variance_of_phase_.push_back(phase.environment ? variances_.size() : 0);
    if (!phase.environment) continue;
    if (phase.conditions == PhaseConditions::kGrid) {
      diagnostics.error(phase.environment->mark,
                        "environment: the grid has conditions of its own, without an environment");
    }
    variances_.push_back(read_environment(catalog, *phase.environment, base, diagnostics)
                             .value_or(EnvironmentConfig()));
  }
}

std::optional<EnvironmentConfig> Scenario::read_environment(const Catalog& catalog,
                                                            const Located<std::string>& name,
                                                            const fs::path& base,
                                                            Diagnostics& diagnostics) const {
  const auto file = catalog.find("scenarios/environments", name.value, base, "environment",
                                 name.mark, diagnostics);
  if (!file) return std::nullopt;
  return catalog.load<EnvironmentConfig>(*file, diagnostics);
}

void Scenario::resolve_workload(const Catalog& catalog, const fs::path& base,
                                Diagnostics& diagnostics) {
  const UseCaseConfig use =
      catalog.use_case(config_.use_case.value, base, config_.use_case.mark, diagnostics);
  use_case_ = use.name;
  qos_ = config_.constraints.latency.value_or(use.qos.value);
  arrivals_ = config_.arrivals.value_or(use.arrivals);
  for (const auto& id : config_.dnns.empty() ? use.dnns : config_.dnns) {
    const Dnn* dnn = catalog.dnn(id.value, id.mark, diagnostics);
    if (!dnn) continue;
    const bool twice = std::any_of(system_->dnns.begin(), system_->dnns.end(),
                                   [&](const Dnn& d) { return d.id == dnn->id; });
    if (twice) {
      diagnostics.error(id.mark, fmt::format("DNN '{}' is given twice", dnn->id));
    } else {
      system_->dnns.push_back(*dnn);
    }
  }
}

void Scenario::resolve_devices(const Catalog& catalog, const fs::path& base,
                               Diagnostics& diagnostics) {
  for (const DeviceGroupConfig& group : config_.devices) {
    if (!group.profile.mark.file) continue;  // not there, which has been reported
    DeviceType type;
    type.profile = catalog.device(group.profile.value, config_.power_level, base,
                                  group.profile.mark, diagnostics);
    if (type.profile.id.empty()) continue;
    if (type.profile.kind != DeviceKind::kPhone) {
      diagnostics.error(
          group.profile.mark,
          fmt::format("'{}' is a {}, not a phone", type.profile.id, name_of(type.profile.kind)));
    }
    const auto same =
        std::find_if(system_->types.begin(), system_->types.end(),
                     [&](const DeviceType& t) { return t.profile.id == type.profile.id; });
    const auto index = static_cast<std::uint16_t>(same - system_->types.begin());
    if (same == system_->types.end()) system_->types.push_back(std::move(type));
    system_->groups.push_back({index, group.count});
  }
  for (auto [use, server, kind] :
       {std::tuple{&config_.servers.cloud, &system_->cloud, DeviceKind::kServer},
        std::tuple{&config_.servers.tablet, &system_->tablet, DeviceKind::kTablet}}) {
    server->profile = catalog.device(use->profile.value, config_.power_level, base,
                                     use->profile.mark, diagnostics);
    server->workers = worker_counts(*use, server->profile, diagnostics);
    server->phones_each = use->phones_each;
    if (!server->profile.id.empty() && server->profile.kind != kind) {
      diagnostics.error(use->profile.mark,
                        fmt::format("'{}' is a {}, not a {}", server->profile.id,
                                    name_of(server->profile.kind), name_of(kind)));
    }
  }
}

void Scenario::resolve_links(const Catalog& catalog, const fs::path& base,
                             Diagnostics& diagnostics) {
  const LinkUseConfig* uses[kLinks] = {&config_.links.cloud, &config_.links.tablet};
  system_->variances.resize(variances_.size());
  for (std::size_t l = 0; l < kLinks; ++l) {
    LinkSetup& link = system_->links[l];
    const Located<std::string>& technology = uses[l]->technology;
    Diagnostics own;
    link.technology = catalog.link(technology.value, base, technology.mark, own);
    link.sharers = uses[l]->phones_per_access_point;
    const bool lawful = own.empty();  // a trace of rates asks the law of the link
    for (std::size_t v = 0; lawful && v < variances_.size(); ++v) {
      const SignalConfig* signals[kLinks] = {&variances_[v].cloud_signal,
                                             &variances_[v].tablet_signal};
      system_->variances[v].signals[l] =
          std::make_unique<SignalProcess>(*signals[l], link.technology, technology.mark, base, own);
    }
    diagnostics.add(own.list());
  }
  for (std::size_t v = 0; v < variances_.size(); ++v) {
    system_->variances[v].co_runner = std::make_unique<CoRunnerProcess>(variances_[v].co_runner);
  }
  system_->arrivals = arrivals_;
  system_->constraints = {to_seconds(qos_), config_.constraints.accuracy};
  system_->reward = config_.reward;
  system_->decision_s = to_seconds(config_.decision_time);
  system_->tails = config_.tails;
  system_->noise = config_.noise;
  system_->thermal = config_.thermal;
}

std::optional<Scenario::PolicyItem> Scenario::read_policy_item(const config::Node& node,
                                                               Diagnostics& diagnostics) {
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

void Scenario::add_policy(const PolicyItem& item, Diagnostics& diagnostics) {
  const PolicyRegistry& registry = PolicyRegistry::instance();
  const PolicyEntry* entry = registry.find(item.policy);
  if (!entry) {
    diagnostics.error(item.where,
                      fmt::format("unknown policy '{}'{}", config::printable(item.policy),
                                  config::suggest(item.policy, registry.names())));
    return;
  }
  if (std::any_of(policies_.begin(), policies_.end(),
                  [&](const ComparedPolicy& p) { return p.name == item.name; })) {
    diagnostics.error(item.where, fmt::format("policy '{}' is given twice", item.name));
    return;
  }
  policies_.push_back({item.name, entry, entry->read(item.parameters, diagnostics), false});
}

void Scenario::add_references() {
  if (!config_.relative_metrics) return;
  add_reference(std::string(kEdgeReference));
  add_reference(std::string(kOptReference));
}

void Scenario::add_reference(const std::string& name) {
  const bool there = std::any_of(policies_.begin(), policies_.end(),
                                 [&](const ComparedPolicy& p) { return p.name == name; });
  if (there) return;
  const PolicyEntry* entry = PolicyRegistry::instance().find(name);
  Diagnostics none;
  policies_.push_back({name, entry, entry->read(nullptr, none), true});
}

void Scenario::resolve_policies(const std::vector<std::string>& names, Diagnostics& diagnostics) {
  for (const config::Node& node : config_.policies) {
    const std::optional<PolicyItem> item = read_policy_item(node, diagnostics);
    if (!item) continue;
    const bool wanted =
        names.empty() || std::find(names.begin(), names.end(), item->name) != names.end();
    if (wanted) add_policy(*item, diagnostics);
  }
  // Those of the command line keep the parameters that the file gives them, if it does.
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool twice = std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i),
                                 names[i]) != names.begin() + static_cast<std::ptrdiff_t>(i);
    const bool there = std::any_of(policies_.begin(), policies_.end(),
                                   [&](const ComparedPolicy& p) { return p.name == names[i]; });
    if (twice) {
      diagnostics.error(argument_mark("--policy", names[i]), "is given twice");
    } else if (!there) {
      add_policy({names[i], names[i], argument_mark("--policy", names[i])}, diagnostics);
    }
  }
  if (diagnostics.empty()) add_references();
}

void Scenario::set_policies(std::vector<ComparedPolicy> policies) {
  policies_ = std::move(policies);
  add_references();
}

void Scenario::read_tables(std::string_view key,
                           const std::map<std::string, Located<std::string>>& files,
                           const fs::path& base, Diagnostics& diagnostics) {
  std::vector<std::string> known;
  for (const DeviceType& type : system_->types) known.push_back(type.profile.id);
  for (const auto& [device, path] : files) {
    if (std::find(known.begin(), known.end(), device) == known.end()) {
      diagnostics.error(path.mark,
                        fmt::format("{}: no device '{}' in this scenario{}", key,
                                    config::printable(device), config::suggest(device, known)));
    }
    const fs::path file = base / path.value;
    std::error_code ignored;
    std::ifstream stream;
    if (fs::is_regular_file(file, ignored)) stream.open(file);
    auto table = nlohmann::ordered_json::parse(stream, nullptr, false);
    if (!stream.is_open() || table.is_discarded()) {
      diagnostics.error(path.mark,
                        fmt::format("{}: '{}' is not a saved table", key, file.string()));
    }
    const auto [start, fresh] = tables_.emplace(device, StartTable{key, path, std::move(table)});
    if (!fresh) {
      diagnostics.error(path.mark, fmt::format("{}: '{}' has a table in {} already", key,
                                               config::printable(device), start->second.key));
    }
  }
}

void Scenario::start_from_table(const ComparedPolicy& use, const std::string& device_type,
                                Policy& policy) const {
  const auto table = tables_.find(device_type);
  if (!use.entry->info.learns || table == tables_.end()) return;
  const StartTable& start = table->second;
  const auto refuse = [&](const std::exception& error) {
    throw config::ConfigError(
        {{start.file.mark, fmt::format("{}: '{}' does not fit policy '{}': {}", start.key,
                                       start.file.value, use.name, error.what())}});
  };
  try {
    if (start.key == kTransferTables) {
      policy.transfer(start.content);
    } else {
      policy.load(start.content);
    }
  } catch (const std::invalid_argument& error) {
    refuse(error);
  } catch (const nlohmann::json::exception& error) {
    refuse(error);
  }
}

std::size_t Scenario::folds() const {
  return config_.holdout == Holdout::kNone ? 1 : system_->dnns.size();
}

std::string Scenario::held_out(std::size_t fold) const {
  return config_.holdout == Holdout::kNone ? "" : system_->dnns[fold].id;
}

std::vector<PhasePlan> Scenario::phases(std::size_t fold) const {
  std::vector<PhasePlan> plans;
  for (std::size_t i = 0; i < config_.phases.size(); ++i) {
    const PhaseConfig& c = config_.phases[i];
    const std::size_t variance = variance_of_phase_[i];
    PhasePlan plan{c.name,
                   c.conditions,
                   c.within_bin,
                   c.inferences,
                   {},
                   c.order,
                   c.pause,
                   c.learn,
                   c.explore,
                   c.record,
                   variances_[variance].name,
                   variance};
    for (std::size_t d = 0; d < system_->dnns.size(); ++d) {
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
  filled.co_runner = variances_.front().co_runner;
  filled.cloud_signal = variances_.front().cloud_signal;
  filled.tablet_signal = variances_.front().tablet_signal;
  filled.arrivals = arrivals_;
  filled.constraints.latency = qos_;
  filled.dnns.clear();
  for (const Dnn& dnn : system_->dnns) filled.dnns.push_back({dnn.id, {}});
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
