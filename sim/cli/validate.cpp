// autoscale validate and autoscale schema: help for whoever writes the files.
#include <fmt/format.h>

#include "sim/cli/commands.h"
#include "sim/config/csv.h"
#include "sim/config/json_schema.h"
#include "sim/config/reader.h"
#include "sim/sweep/sweep.h"

namespace autoscale::cli {
namespace {

namespace fs = std::filesystem;

/// A CSV trace by its columns: with all of signal strength and capacity that it has.
void validate_csv_trace(const fs::path& file, config::Diagnostics& diagnostics) {
  config::Diagnostics own;
  const config::CsvReader reader(file, own);
  diagnostics.add(own.list());
  if (!own.empty()) return;
  const auto first_of = [&reader](std::initializer_list<const char*> names) {
    for (const char* name : names) {
      if (reader.column(name)) return std::string(name);
    }
    return std::string();
  };
  const bool ucc = reader.column("Timestamp").has_value();
  TraceColumns columns;
  columns.signal = ucc ? first_of({"RSRP", "RSSI"}) : first_of({"rssi_dbm", "rsrp_dbm"});
  columns.rate = ucc ? first_of({"DL_bitrate", "UL_bitrate"}) : first_of({"throughput_mbps"});
  if (columns.signal.empty() && columns.rate.empty()) columns.signal = ucc ? "RSRP" : "rssi_dbm";
  load_trace(file, ucc ? TraceFormat::kUcc : TraceFormat::kAutoscale, columns, diagnostics);
}

/// Which kind of file this is, by its name (traces, latencies) or by the keys only that kind has.
void validate_file(const Catalog& catalog, const fs::path& file) {
  config::Diagnostics diagnostics;
  if (file.extension() == ".csv" || file.extension() == ".mahi") {
    if (file.string().ends_with(".latency.csv")) {
      catalog.more_latencies(file, diagnostics);
    } else if (file.extension() == ".csv") {
      validate_csv_trace(file, diagnostics);
    } else {
      load_trace(file, TraceFormat::kMahimahi, {}, diagnostics);
    }
    return diagnostics.throw_if_any();
  }
  const config::Node root = catalog.search().load_yaml(file);
  if (root.find("processors") || root.find("baseline_power")) {
    catalog.load_device(file, std::nullopt, diagnostics);
  } else if (root.find("uplink") || root.find("rtt")) {
    catalog.load_link(file, diagnostics);
  } else if (root.find("macs") || root.find("layers")) {
    config::read<DnnConfig>(root, diagnostics);
  } else if (root.find("qos")) {
    config::read<UseCaseConfig>(root, diagnostics);
  } else if (root.find("class_memory_cost")) {
    config::read<RooflineConfig>(root, diagnostics);
  } else if ((root.find("cloud_signal") || root.find("co_runner")) && !root.find("devices")) {
    config::read<EnvironmentConfig>(root, diagnostics);
  } else if (root.find("scenarios") || root.find("grid") || root.find("zip")) {
    Sweep::load(catalog, file);
  } else {
    Scenario::load(catalog, file);
  }
  diagnostics.throw_if_any();
}

struct ValidateArguments {
  std::vector<std::string> data;
  std::vector<std::string> files;
};

int validate(const ValidateArguments& arguments) {
  const Catalog catalog(search_path(arguments.data));
  int code = kOk;
  for (const std::string& file : arguments.files) {
    try {
      validate_file(catalog, find_file(catalog.search(), file));
      fmt::print("{}: ok\n", file);
    } catch (const config::ConfigError& error) {
      fmt::print(stderr, "{}\n", error.what());
      code = kUsageError;
    }
  }
  return code;
}

int schema(const std::string& what) {
  nlohmann::ordered_json json;
  if (what == "scenario") json = config::json_schema<ScenarioConfig>("AutoScale scenario");
  if (what == "device") json = config::json_schema<DeviceConfig>("AutoScale device profile");
  if (what == "workload") json = config::json_schema<DnnConfig>("AutoScale DNN");
  if (what == "sweep") json = config::json_schema<SweepConfig>("AutoScale sweep");
  fmt::print("{}\n", json.dump(2));
  return kOk;
}

}  // namespace

void add_validate(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<ValidateArguments>();
  CLI::App* sub = app.add_subcommand("validate", "Check files without running them");
  sub->add_option(
         "files", arguments->files,
         "scenario, sweep, device, link, DNN, use case or environment files, traces (.csv, "
         ".mahi), and latencies of a device (.latency.csv)")
      ->required();
  add_data_option(*sub, arguments->data);
  sub->footer(
      "Example:\n  autoscale validate scenarios/quickstart.yaml device_profiles/mi8pro.yaml");
  sub->callback([arguments, &action] { action = [arguments] { return validate(*arguments); }; });
}

void add_schema(CLI::App& app, Action& action) {
  auto what = std::make_shared<std::string>();
  CLI::App* sub =
      app.add_subcommand("schema", "Print the JSON Schema of a kind of file, for editors");
  sub->add_option("what", *what, "kind of file")
      ->required()
      ->check(CLI::IsMember({"scenario", "sweep", "device", "workload"}));
  sub->footer("Example:\n  autoscale schema scenario > scenario.schema.json");
  sub->callback([what, &action] { action = [what] { return schema(*what); }; });
}

}  // namespace autoscale::cli
