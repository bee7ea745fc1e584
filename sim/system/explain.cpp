#include "sim/system/explain.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/config/csv.h"
#include "sim/core/text.h"
#include "sim/models/file_names.h"

namespace autoscale {
namespace {

using config::Diagnostics;
using config::Mark;

const Mark kCommandLine{std::make_shared<const std::string>("explain"), 0, 0};

UseCaseConfig find_use_case(const Catalog& catalog, const ExplainRequest& request,
                            Diagnostics& diagnostics) {
  if (!request.use_case.empty()) {
    return catalog.use_case(request.use_case, kCommandLine, diagnostics);
  }
  for (const std::string& name : catalog.names("workloads/use_cases")) {
    UseCaseConfig use = catalog.use_case(name, kCommandLine, diagnostics);
    const bool uses = std::any_of(use.dnns.begin(), use.dnns.end(),
                                  [&](const auto& dnn) { return dnn.value == request.dnn; });
    if (uses) return use;
  }
  return catalog.use_case("non_streaming", kCommandLine, diagnostics);
}

std::vector<std::size_t> profile_workers(const DeviceProfile& profile) {
  std::vector<std::size_t> workers;
  for (const Processor& p : profile.processors)
    workers.push_back(static_cast<std::size_t>(p.workers));
  return workers;
}

/// Lengths of a generative request: as asked for, else the use case's means.
void set_lengths(SystemModel& system, const Catalog& catalog, const ExplainRequest& request,
                 const UseCaseConfig& use, Diagnostics& diagnostics) {
  if (system.dnns.empty() || !system.dnns[0].generation) return;
  if (use.tokens) {
    system.usual = usual_lengths({*use.tokens, kCommandLine, catalog, diagnostics});
  } else if (!request.prompt_tokens || !request.output_tokens) {
    diagnostics.error(kCommandLine, fmt::format("{}: its use case has no lengths, so --prompt and "
                                                "--output are needed",
                                                request.dnn));
  }
  if (request.prompt_tokens) system.usual.prompt = *request.prompt_tokens;
  if (!request.output_tokens) return;
  system.usual.output = *request.output_tokens;
  system.usual.output_square = system.usual.output * system.usual.output;
}

SystemModel make_system(const Catalog& catalog, const ExplainRequest& request,
                        const UseCaseConfig& use, Diagnostics& diagnostics) {
  SystemModel system;
  if (const Dnn* dnn = catalog.dnn(request.dnn, kCommandLine, diagnostics))
    system.dnns.push_back(*dnn);
  DeviceType type;
  type.profile = catalog.device(request.device, request.power_level, kCommandLine, diagnostics);
  if (!type.profile.id.empty() && type.profile.kind != DeviceKind::kPhone) {
    diagnostics.error(kCommandLine, fmt::format("'{}' is a {}, not a phone", type.profile.id,
                                                name_of(type.profile.kind)));
  }
  system.types.push_back(std::move(type));
  system.cloud.profile =
      catalog.device(request.cloud, request.power_level, kCommandLine, diagnostics);
  system.tablet.profile =
      catalog.device(request.tablet, request.power_level, kCommandLine, diagnostics);
  system.cloud.workers = profile_workers(system.cloud.profile);
  system.tablet.workers = profile_workers(system.tablet.profile);
  system.cloud.offered = request.cloud_processors;
  system.tablet.offered = request.tablet_processors;
  system.links[kCloudLink].technology = catalog.link(request.cloud_link, kCommandLine, diagnostics);
  system.links[kTabletLink].technology =
      catalog.link(request.tablet_link, kCommandLine, diagnostics);
  system.arrivals = use.arrivals;
  system.constraints = {to_seconds(use.qos.value), request.accuracy_target,
                        use.token_qos ? to_seconds(use.token_qos->value) : 0};
  system.cloud.background = request.background;
  set_lengths(system, catalog, request, use, diagnostics);
  diagnostics.throw_if_any();
  const CostSettings settings{request.accounting, request.accuracy_set, request.upload,
                              request.detections};
  for (const UnknownForm& form : unknown_forms(system, settings)) {
    diagnostics.error(kCommandLine, form.message);
  }
  fill_costs(system, catalog, settings, kCommandLine, diagnostics);
  diagnostics.throw_if_any();
  return system;
}

/// What the links are called, cloud and tablet.
std::vector<std::string> link_names(const ExplainRequest& request, const Catalog& catalog) {
  std::vector<std::filesystem::path> files;
  for (const std::string& link : {request.cloud_link, request.tablet_link}) {
    Diagnostics reported;
    files.push_back(catalog.find(kLinkFiles, link, kCommandLine, reported).value_or(link));
  }
  return telling_names(files, catalog.search(), kLinkFiles.folders.front(), ".");
}

Conditions make_conditions(const SystemModel& system, const ExplainRequest& request,
                           const Catalog& catalog, Diagnostics& diagnostics) {
  Conditions now = nominal_conditions(system, system.types[0]);
  now.load = {request.co_cpu, request.co_memory};
  if (request.warm) now.cold = {};
  const std::vector<std::string> links = link_names(request, catalog);
  for (std::size_t l = 0; l < kLinks; ++l) {
    std::optional<double> signal = request.site_signal_dbm[l];
    if (const auto named = request.signal_dbm.find(links[l]); named != request.signal_dbm.end()) {
      signal = named->second;
    }
    if (!signal) continue;
    now.link[l] = link_conditions(system.links[l].technology, system.types[0].radio[l], *signal, 0);
  }
  for (const auto& [name, dbm] : request.signal_dbm) {
    if (std::find(links.begin(), links.end(), name) == links.end()) {
      diagnostics.error(kCommandLine, fmt::format("--link {}: not a link in use{}", name,
                                                  config::suggest(name, links)));
    }
  }
  return now;
}

double frequency_of(const SystemModel& system, const Target& target) {
  const DeviceProfile& profile = target.site == Site::kPhone   ? system.types[0].profile
                                 : target.site == Site::kCloud ? system.cloud.profile
                                                               : system.tablet.profile;
  return profile.processor(target.processor)->points[target.point].frequency_hz;
}

std::string reason(const ActionModel& action, const Cost& cost, double qos_s) {
  std::string why;
  if (!action.accurate) why = "accuracy below target";
  if (cost.latency_s > qos_s) why += why.empty() ? "latency above QoS" : "; latency above QoS";
  return why;
}

}  // namespace

Explanation explain(const Catalog& catalog, const ExplainRequest& request) {
  Diagnostics diagnostics;
  const UseCaseConfig use = find_use_case(catalog, request, diagnostics);
  const SystemModel system = make_system(catalog, request, use, diagnostics);
  Explanation explanation;
  explanation.use_case = use.name;
  explanation.qos_s = system.constraints.qos_s;
  explanation.token_qos_s = system.constraints.token_qos_s;
  explanation.conditions = make_conditions(system, request, catalog, diagnostics);
  diagnostics.throw_if_any();
  const DeviceType& type = system.types[0];
  const DnnOnType& dnn = type.dnns[0];
  const auto cost_of = [&](ActionId a) {
    return predict(dnn.request, dnn.actions[a], explanation.conditions);
  };
  const auto best = choose_accurate_first(
      dnn, explanation.qos_s, [](ActionId) { return true; }, cost_of);
  for (std::size_t i = 0; i < type.actions.size(); ++i) {
    const auto a = static_cast<ActionId>(i);
    ExplainedAction row;
    row.action = a;
    row.name = type.actions.name(a);
    row.frequency_hz = frequency_of(system, type.actions[a]);
    row.legal = dnn.actions[a].legal;
    row.accuracy = dnn.actions[a].score;
    if (row.legal) row.cost = cost_of(a);
    row.why = row.legal ? reason(dnn.actions[a], row.cost, explanation.qos_s)
                        : std::string(why_illegal(dnn.actions[a]));
    row.allowed = row.why.empty();
    row.chosen = best && best->action == a;
    explanation.actions.push_back(std::move(row));
  }
  return explanation;
}

std::string explanation_csv(const Explanation& e) {
  std::vector<std::string> header = {
      "action",           "name",       "frequency_mhz", "legal",           "allowed", "why", "opt",
      "accuracy_percent", "latency_ms", "energy_mj",     "server_energy_mj"};
  for (const auto stage : kStageNames) header.push_back(fmt::format("{}_ms", stage));
  for (const auto cause : kCauseNames) header.push_back(fmt::format("{}_mj", cause));
  header.insert(header.end(), {"ttft_ms", "tpot_ms"});
  std::string text = config::csv_line(header) + '\n';
  for (const ExplainedAction& a : e.actions) {
    const auto milli = [&a](double x) { return a.legal ? format_number(x * 1e3) : ""; };
    std::vector<std::string> row = {std::to_string(a.action),
                                    a.name,
                                    format_number(a.frequency_hz / 1e6),
                                    a.legal ? "1" : "0",
                                    a.allowed ? "1" : "0",
                                    a.why,
                                    a.chosen ? "1" : "0",
                                    format_number(a.accuracy),
                                    milli(a.cost.latency_s),
                                    milli(a.cost.energy_j),
                                    milli(a.cost.server_j)};
    for (const double s : a.cost.seconds) row.push_back(milli(s));
    for (const double j : a.cost.joules) row.push_back(milli(j));
    const auto token = [&](double x) { return a.cost.ttft_s > 0 ? milli(x) : ""; };
    row.insert(row.end(), {token(a.cost.ttft_s), token(a.cost.tpot_s)});
    text += config::csv_line(row) + '\n';
  }
  return text;
}

}  // namespace autoscale
