// autoscale list: what there is to choose from.
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "sim/cli/commands.h"
#include "sim/config/csv.h"
#include "sim/config/reader.h"
#include "sim/core/text.h"
#include "sim/system/target.h"

namespace autoscale::cli {
namespace {

namespace fs = std::filesystem;
using Rows = std::vector<std::vector<std::string>>;

struct ListArguments {
  std::vector<std::string> data;
  std::string what;
  std::string name;
  std::string device;
  bool csv = false;
  bool all_columns = false;
};

const config::Mark kCommandLine{std::make_shared<const std::string>("list"), 0, 0};

Rows devices(const Catalog& catalog) {
  Rows rows = {{"name", "kind", "title", "processors", "operating_points", "baseline_w"}};
  config::Diagnostics diagnostics;
  for (const std::string& name : catalog.names("device_profiles")) {
    const DeviceProfile device = catalog.device(name, std::nullopt, kCommandLine, diagnostics);
    std::string processors, points;
    for (const Processor& p : device.processors) {
      processors += (processors.empty() ? "" : " ") + std::string(name_of(p.kind));
      points += (points.empty() ? "" : " ") + std::to_string(p.points.size());
    }
    rows.push_back({name, std::string(name_of(device.kind)), device.name, processors, points,
                    format_number(device.baseline_w)});
  }
  diagnostics.throw_if_any();
  return rows;
}

Rows dnns(const Catalog& catalog) {
  Rows rows = {{"name", "title", "task", "conv_layers", "fc_layers", "recurrent_layers",
                "macs_millions", "input_bytes", "output_bytes", "blocks"}};
  config::Diagnostics diagnostics;
  for (const std::string& name : catalog.dnn_names()) {
    const Dnn* d = catalog.dnn(name, kCommandLine, diagnostics);
    if (!d) continue;
    rows.push_back({d->id, d->name, std::string(name_of(d->task)), std::to_string(d->layers.conv),
                    std::to_string(d->layers.fc), std::to_string(d->layers.recurrent),
                    format_number(d->macs / 1e6), format_number(d->input_bits[Upload::kRaw] / 8),
                    format_number(d->output_bits / 8), std::to_string(d->blocks.size())});
  }
  diagnostics.throw_if_any();
  return rows;
}

/// What a policy is given of the true costs: those of the present (world), the nominal ones (costs)
/// or none (nothing).
std::string knowledge(const PolicyInfo& info) {
  if (info.needs_oracle) return "world";
  return info.needs_costs ? "costs" : "nothing";
}

nlohmann::ordered_json defaults_of(const PolicyEntry& entry) {
  config::Diagnostics none;
  return entry.read(nullptr, none)->to_json();
}

std::string text_of(const nlohmann::ordered_json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// `all_columns`: also parameters and sources, which make it wide.
Rows policies(bool all_columns) {
  Rows rows = {{"name", "family", "knows", "summary"}};
  if (all_columns) rows[0].insert(rows[0].end(), {"parameters", "source"});
  for (const auto& [name, entry] : PolicyRegistry::instance().entries()) {
    rows.push_back({name, std::string(entry.info.family), knowledge(entry.info),
                    std::string(entry.info.summary)});
    if (!all_columns) continue;
    std::string parameters;
    const nlohmann::ordered_json defaults = defaults_of(entry);
    for (const auto& [key, value] : defaults.items()) {
      parameters += (parameters.empty() ? "" : " ") + key + "=" + text_of(value);
    }
    rows.back().insert(rows.back().end(), {parameters, std::string(entry.info.source)});
  }
  return rows;
}

/// One policy's parameters, with what they mean.
Rows parameters_of(const PolicyEntry& entry) {
  Rows rows = {{"parameter", "default", "meaning"}};
  const nlohmann::ordered_json defaults = defaults_of(entry);
  const nlohmann::ordered_json schema = entry.schema();
  for (const auto& [key, property] : schema.at("properties").items()) {
    if (key == "include") continue;  // of files
    rows.push_back({key, defaults.contains(key) ? text_of(defaults.at(key)) : "",
                    property.value("description", "")});
  }
  return rows;
}

void print_policy(const std::string& name) {
  const PolicyEntry* entry = PolicyRegistry::instance().find(name);
  if (!entry) {
    throw std::invalid_argument(
        fmt::format("unknown policy '{}'{}", config::printable(name),
                    config::suggest(name, PolicyRegistry::instance().names())));
  }
  fmt::print("{}: {}\n{}, knows of the costs: {}\nsource: {}\n\n", name, entry->info.summary,
             entry->info.family, knowledge(entry->info), entry->info.source);
  const Rows rows = parameters_of(*entry);
  fmt::print("{}", rows.size() > 1 ? screen_table(rows) : "no parameters\n");
}

Rows environments(const Catalog& catalog) {
  Rows rows = {{"name", "summary"}};
  config::Diagnostics diagnostics;
  for (const std::string& name : catalog.names("scenarios/environments")) {
    const auto file = catalog.find(kEnvironmentFiles, name, kCommandLine, diagnostics);
    const auto c = file ? catalog.load<EnvironmentConfig>(*file, diagnostics) : std::nullopt;
    if (c) rows.push_back({name, c->summary});
  }
  diagnostics.throw_if_any();
  return rows;
}

/// The YAML files below scenarios/ of all data folders, by their paths below the folder.
std::map<fs::path, fs::path> scenario_files(const SearchPath& search) {
  std::map<fs::path, fs::path> files;
  config::Diagnostics diagnostics;
  for (const fs::path& folder : search.folders()) {
    if (!fs::exists(folder / "scenarios")) continue;
    for (const auto& entry : fs::recursive_directory_iterator(folder / "scenarios")) {
      if (entry.path().extension() != ".yaml") continue;
      const fs::path name = entry.path().lexically_relative(folder);
      const bool first = files.emplace(name, entry.path()).second;
      if (!first) search.one(name, kCommandLine, diagnostics);
    }
  }
  diagnostics.throw_if_any();
  return files;
}

Rows scenarios(const Catalog& catalog) {
  Rows rows = {{"file", "name", "summary"}};
  for (const auto& [path, file] : scenario_files(catalog.search())) {
    config::Node root;
    try {
      root = catalog.search().load_yaml(file);
    } catch (const config::ConfigError&) {
      continue;  // not ours, or broken: `validate` says why
    }
    const config::Node* name = root.find("name");
    const config::Node* summary = root.find("summary");
    if (!root.find("phases") || !root.find("devices") || !name) continue;  // not a whole scenario
    rows.push_back({path.string(), name->text, summary ? summary->text : ""});
  }
  return rows;
}

Rows targets(const Catalog& catalog, const std::string& device) {
  if (device.empty()) throw std::invalid_argument("list targets needs --device NAME-or-FILE");
  config::Diagnostics diagnostics;
  const auto load = [&](const std::string& name) {
    return catalog.device(name, std::nullopt, kCommandLine, diagnostics);
  };
  const DeviceProfile phone = load(device), cloud = load("cloud_server"),
                      tablet = load("galaxy_tab_s6");
  if (!phone.id.empty() && phone.kind != DeviceKind::kPhone) {
    diagnostics.error(kCommandLine,
                      fmt::format("'{}' is a {}, not a phone", phone.id, name_of(phone.kind)));
  }
  diagnostics.throw_if_any();
  const ActionSpace actions(phone, tablet, cloud);
  Rows rows = {{"action", "name", "site", "processor", "precision", "operating_point",
                "frequency_mhz", "busy_power_w"}};
  for (std::size_t i = 0; i < actions.size(); ++i) {
    const auto a = static_cast<ActionId>(i);
    const Target& t = actions[a];
    const DeviceProfile& site = t.site == Site::kPhone   ? phone
                                : t.site == Site::kCloud ? cloud
                                                         : tablet;
    const Processor& processor = *site.processor(t.processor);
    rows.push_back({std::to_string(i), actions.name(a), std::string(name_of(t.site)),
                    std::string(name_of(t.processor)), std::string(name_of(t.precision)),
                    std::to_string(t.point),
                    format_number(processor.points[t.point].frequency_hz / 1e6),
                    format_number(processor.busy_w(t.point, t.precision))});
  }
  return rows;
}

int list(const ListArguments& arguments) {
  if (!arguments.name.empty()) {
    if (arguments.what != "policies")
      throw std::invalid_argument("only `list policies` takes a name");
    print_policy(arguments.name);
    return kOk;
  }
  Rows rows;
  if (arguments.what == "policies") {
    rows = policies(arguments.csv || arguments.all_columns);
  } else {
    const Catalog catalog(search_path(arguments.data));
    rows = arguments.what == "devices"        ? devices(catalog)
           : arguments.what == "dnns"         ? dnns(catalog)
           : arguments.what == "environments" ? environments(catalog)
           : arguments.what == "scenarios"    ? scenarios(catalog)
                                              : targets(catalog, arguments.device);
  }
  if (!arguments.csv) {
    fmt::print("{}", screen_table(rows));
    return kOk;
  }
  for (const auto& row : rows) fmt::print("{}\n", config::csv_line(row));
  return kOk;
}

}  // namespace

void add_list(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<ListArguments>();
  CLI::App* sub =
      app.add_subcommand("list", "List devices, DNNs, policies, environments, scenarios, targets");
  sub->add_option("what", arguments->what, "what to list")
      ->required()
      ->check(
          CLI::IsMember({"devices", "dnns", "policies", "environments", "scenarios", "targets"}));
  sub->add_option("name", arguments->name, "one policy, with what its parameters mean");
  sub->add_flag("--long", arguments->all_columns, "for policies: also parameters and sources");
  sub->add_option("--device", arguments->device, "for targets: device profile, a name or a file");
  add_data_option(*sub, arguments->data);
  sub->add_flag("--csv", arguments->csv, "comma-separated, with a header");
  sub->footer(
      "Examples:\n  autoscale list devices\n  autoscale list policies residual\n"
      "  autoscale list targets --device mi8pro --csv");
  sub->callback([arguments, &action] { action = [arguments] { return list(*arguments); }; });
}

}  // namespace autoscale::cli
