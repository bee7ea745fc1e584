// Environment, use case, devices and links of a scenario: from the names in it to models.
#include "sim/scenario/resolve.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "sim/models/file_names.h"

namespace autoscale {
namespace {

namespace fs = std::filesystem;
using config::Diagnostics;

/// Workers per processor of a server: the scenario's, else the profile's.
std::vector<std::size_t> worker_counts(const ServerUseConfig& use, const DeviceProfile& profile,
                                       Diagnostics& diagnostics) {
  std::vector<std::size_t> counts;
  for (const Processor& p : profile.processors) {
    const auto wanted = use.workers.find(p.kind);
    counts.push_back(wanted == use.workers.end() ? static_cast<std::size_t>(p.workers)
                                                 : wanted->second.value);
  }
  for (const auto& [kind, count] : use.workers) {
    if (!profile.processor(kind) && !profile.processors.empty()) {
      diagnostics.error(
          count.mark, fmt::format("workers: {} has no processor '{}'", profile.id, name_of(kind)));
    }
  }
  return counts;
}

/// The processors that the scenario lets phones use; empty: all.
std::vector<ProcessorKind> offered_processors(const ServerUseConfig& use,
                                              const DeviceProfile& profile,
                                              Diagnostics& diagnostics) {
  if (!use.processors) return {};
  const auto& [kinds, mark] = *use.processors;
  if (kinds.empty()) diagnostics.error(mark, "processors: at least one is needed");
  for (const ProcessorKind kind : kinds) {
    const Processor* processor = profile.processor(kind);
    if (profile.processors.empty() || (processor && !processor->served.empty())) continue;
    diagnostics.error(
        mark, fmt::format("processors: {} offers no processor '{}'", profile.id, name_of(kind)));
  }
  return kinds;
}

/// Reports two files of `used` that call themselves the same; `read` is what they say.
void check_environment_names(const std::vector<Located<std::string>>& used,
                             const std::vector<EnvironmentConfig>& read, const Catalog& catalog,
                             Diagnostics& diagnostics) {
  std::map<std::string, fs::path> files;
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (read[i].name.empty()) continue;  // not read, which has been reported
    Diagnostics reported;
    const fs::path file =
        catalog.find(kEnvironmentFiles, used[i].value, used[i].mark, reported).value_or("");
    const fs::path& first = files.emplace(read[i].name, file).first->second;
    if (same_file(first, file)) continue;
    diagnostics.error(used[i].mark,
                      fmt::format("environment: '{}' and '{}' are both called '{}', the name that "
                                  "results tell them apart by",
                                  first.string(), file.string(), read[i].name));
  }
}

}  // namespace

void Resolver::environment() {
  EnvironmentConfig own = read_environment(config_.environment).value_or(EnvironmentConfig());
  names_.environment = own.name;
  if (config_.co_runner) own.co_runner = *config_.co_runner;
  if (config_.cloud_signal) own.cloud_signal = *config_.cloud_signal;
  if (config_.tablet_signal) own.tablet_signal = *config_.tablet_signal;
  names_.variances.push_back(std::move(own));
  std::vector<Located<std::string>> used = {config_.environment};
  for (const PhaseConfig& phase : config_.phases) {
    names_.variance_of_phase.push_back(phase.environment ? names_.variances.size() : 0);
    if (!phase.environment) continue;
    used.push_back(*phase.environment);
    if (phase.conditions == PhaseConditions::kGrid) {
      diagnostics_.error(phase.environment->mark,
                         "environment: the grid has conditions of its own, without an environment");
    }
    names_.variances.push_back(read_environment(*phase.environment).value_or(EnvironmentConfig()));
  }
  check_environment_names(used, names_.variances, catalog_, diagnostics_);
}

std::optional<EnvironmentConfig> Resolver::read_environment(
    const Located<std::string>& name) const {
  const auto file = catalog_.find(kEnvironmentFiles, name.value, name.mark, diagnostics_);
  if (!file) return std::nullopt;
  return catalog_.load<EnvironmentConfig>(*file, diagnostics_);
}

void Resolver::workload() {
  const UseCaseConfig use =
      catalog_.use_case(config_.use_case.value, config_.use_case.mark, diagnostics_);
  names_.use_case = use.name;
  names_.qos = config_.constraints.latency.value_or(use.qos.value);
  names_.arrivals = config_.arrivals.value_or(use.arrivals);
  system_.constraints = {to_seconds(names_.qos), config_.constraints.accuracy, 0};
  if (config_.constraints.token_latency) {
    system_.constraints.token_qos_s = to_seconds(*config_.constraints.token_latency);
  } else if (use.token_qos) {
    system_.constraints.token_qos_s = to_seconds(use.token_qos->value);
  }
  for (const auto& id : config_.dnns.empty() ? use.dnns : config_.dnns) {
    const Dnn* dnn = catalog_.dnn(id.value, id.mark, diagnostics_);
    if (!dnn) continue;
    const bool twice = std::any_of(system_.dnns.begin(), system_.dnns.end(),
                                   [&](const Dnn& d) { return d.id == dnn->id; });
    if (twice) {
      diagnostics_.error(id.mark, fmt::format("DNN '{}' is given twice", dnn->id));
    } else {
      system_.dnns.push_back(*dnn);
    }
  }
  lengths(config_.tokens ? config_.tokens : use.tokens);
}

/// Lengths of generative requests, if there are any.
void Resolver::lengths(const std::optional<TokensConfig>& tokens) {
  const auto generative = std::find_if(system_.dnns.begin(), system_.dnns.end(),
                                       [](const Dnn& d) { return d.generation.has_value(); });
  if (generative == system_.dnns.end()) return;
  const config::Mark& where = config_.use_case.mark;
  if (!tokens) {
    diagnostics_.error(where, fmt::format("tokens: {} needs lengths of prompts and answers, here "
                                          "or in the use case",
                                          generative->id));
    return;
  }
  system_.tokens = std::make_unique<TokenLengths>(*tokens, where, catalog_, diagnostics_);
  system_.usual = usual_lengths(*system_.tokens);
  for (Dnn& dnn : system_.dnns) {
    if (dnn.generation) dnn.generation->usual = system_.usual;
  }
}

double Resolver::background(const ServerUseConfig& use, const DeviceProfile& profile) const {
  for (const Batching& b : profile.batching) {
    if (use.background.value + 1 <= b.law.limit()) continue;
    diagnostics_.error(
        use.background.mark,
        fmt::format("background: {} of {} holds {:g} sequences, so {:g} leave no place",
                    b.dnn.value, profile.id, b.law.limit(), use.background.value));
  }
  return use.background.value;
}

void Resolver::devices() {
  std::vector<fs::path> files;  // of system_.types
  for (const DeviceGroupConfig& group : config_.devices) {
    if (!group.profile.mark.file) continue;  // not there, which has been reported
    const auto file =
        catalog_.find(kDeviceFiles, group.profile.value, group.profile.mark, diagnostics_);
    if (!file) continue;
    DeviceType type;
    type.profile = catalog_.load_device(*file, config_.power_level, diagnostics_);
    if (type.profile.id.empty()) continue;
    if (type.profile.kind != DeviceKind::kPhone) {
      diagnostics_.error(
          group.profile.mark,
          fmt::format("'{}' is a {}, not a phone", type.profile.id, name_of(type.profile.kind)));
    }
    const auto same = std::find_if(files.begin(), files.end(), [&](const fs::path& other) {
      return is_same_device(other, *file);
    });
    const auto index = static_cast<std::uint16_t>(same - files.begin());
    if (same == files.end()) {
      files.push_back(*file);
      system_.types.push_back(std::move(type));
    }
    system_.groups.push_back({index, group.count});
  }
  const auto names = telling_names(files, catalog_.search(), kDeviceFiles.folders.front(), folder_);
  for (std::size_t t = 0; t < names.size(); ++t) system_.types[t].profile.id = names[t];
}

void Resolver::servers() {
  for (auto [use, server, kind] :
       {std::tuple{&config_.servers.cloud, &system_.cloud, DeviceKind::kServer},
        std::tuple{&config_.servers.tablet, &system_.tablet, DeviceKind::kTablet}}) {
    server->profile =
        catalog_.device(use->profile.value, config_.power_level, use->profile.mark, diagnostics_);
    server->workers = worker_counts(*use, server->profile, diagnostics_);
    server->phones_each = use->phones_each;
    server->offered = offered_processors(*use, server->profile, diagnostics_);
    server->background = background(*use, server->profile);
    if (!server->profile.id.empty() && server->profile.kind != kind) {
      diagnostics_.error(use->profile.mark,
                         fmt::format("'{}' is a {}, not a {}", server->profile.id,
                                     name_of(server->profile.kind), name_of(kind)));
    }
  }
}

void Resolver::links() {
  const LinkUseConfig* uses[kLinks] = {&config_.links.cloud, &config_.links.tablet};
  system_.variances.resize(names_.variances.size());
  for (std::size_t l = 0; l < kLinks; ++l) {
    LinkSetup& link = system_.links[l];
    const Located<std::string>& technology = uses[l]->technology;
    Diagnostics own;
    link.technology = catalog_.link(technology.value, technology.mark, own);
    if (!config_.slow_start) link.technology.slow_start = {};
    link.sharers = uses[l]->phones_per_access_point;
    const bool sound = own.empty();  // a trace of rates asks the link for its rates
    for (std::size_t v = 0; sound && v < names_.variances.size(); ++v) {
      const SignalConfig* signals[kLinks] = {&names_.variances[v].cloud_signal,
                                             &names_.variances[v].tablet_signal};
      system_.variances[v].signals[l] = std::make_unique<SignalProcess>(
          *signals[l], link.technology, technology.mark, catalog_, own);
    }
    diagnostics_.add(own.list());
  }
  for (std::size_t v = 0; v < names_.variances.size(); ++v) {
    system_.variances[v].outside_w = names_.variances[v].outside_heat.value();
    system_.variances[v].co_runner =
        std::make_unique<CoRunnerProcess>(names_.variances[v].co_runner);
  }
  system_.arrivals = names_.arrivals;
  system_.reward = config_.reward;
  if (const auto* system = std::get_if<SystemObjective>(&config_.objective)) {
    system_.server_weight = system->server_carbon / system->phone_carbon;
  }
  system_.decision_s = to_seconds(config_.decision_time);
  if (config_.planner_model) system_.planner_error = config_.planner_model->error;
  system_.tails = config_.tails;
  system_.noise = config_.noise;
  system_.thermal = config_.thermal;
}

}  // namespace autoscale
