// autoscale validate and autoscale schema: help for whoever writes the files.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "sim/cli/commands.h"
#include "sim/config/csv.h"
#include "sim/config/json_schema.h"
#include "sim/config/reader.h"
#include "sim/models/token_trace.h"
#include "sim/sweep/sweep.h"

namespace autoscale::cli {
namespace {

namespace fs = std::filesystem;

/// A format that knows columns of a table.
struct Candidate {
  const TraceFormat* format = nullptr;
  TraceColumns columns;
  std::size_t known = 0;
};

/// The first of the described columns that a table has, by name, and empty if there is none; counts
/// those that it has.
template <class Described>
std::string first_of(const std::vector<Described>& columns, const config::CsvReader& table,
                     std::size_t& known) {
  std::string first;
  const std::vector<std::string>& names = table.header();
  for (const Described& column : columns) {
    if (std::find(names.begin(), names.end(), column.column) == names.end()) continue;
    if (first.empty()) first = column.column;
    ++known;
  }
  return first;
}

/// The formats by which a table may be read: the simulator's own, then all others.
std::vector<TraceFormat> table_formats(const Catalog& catalog, const fs::path& file,
                                       config::Diagnostics& diagnostics) {
  std::vector<std::string> names = catalog.names(kTraceFormatFolder);
  std::stable_partition(names.begin(), names.end(),
                        [](const std::string& name) { return name == kOwnTraceFormat; });
  std::vector<TraceFormat> formats;
  for (const std::string& name : names) {
    auto format = catalog.trace_format(name, config::file_mark(file), diagnostics);
    if (format && !format->delivery_opportunities && !format->time.every) {
      formats.push_back(std::move(*format));
    }
  }
  return formats;
}

/// The formats that know columns of a table with a header; those that know most come first.
std::vector<Candidate> candidates(const std::vector<TraceFormat>& formats, const fs::path& file) {
  std::vector<Candidate> found;
  for (const TraceFormat& format : formats) {
    config::Diagnostics ignored;
    const config::CsvReader table(file, ignored, table_shape(format));
    Candidate candidate{&format, {}, 0};
    candidate.columns.signal = first_of(format.signals, table, candidate.known);
    candidate.columns.rate = first_of(format.rates, table, candidate.known);
    const bool time = table.has_header() && table.column(format.time.column);
    if (time && candidate.known > 0) found.push_back(std::move(candidate));
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Candidate& a, const Candidate& b) { return a.known > b.known; });
  return found;
}

/// A table by the format of its columns, with a signal strength and a capacity if it has both; its
/// mistakes are those of the format that knows most columns.
void validate_table(const Catalog& catalog, const fs::path& file,
                    config::Diagnostics& diagnostics) {
  const std::vector<TraceFormat> formats = table_formats(catalog, file, diagnostics);
  if (!diagnostics.empty()) return;
  std::vector<Candidate> tried = candidates(formats, file);
  if (tried.empty()) {
    tried.push_back({&formats.front(), {formats.front().signals.front().column, ""}, 0});
  }
  std::optional<config::Diagnostics> mistakes;
  for (const Candidate& candidate : tried) {
    config::Diagnostics own;
    load_trace(file, *candidate.format, candidate.columns, own);
    if (own.empty()) return;
    if (!mistakes) mistakes = std::move(own);
  }
  diagnostics.add(mistakes->list());
}

TraceFormat mahimahi() {
  TraceFormat format;
  format.delivery_opportunities = true;
  return format;
}

bool is_table(const fs::path& file) {
  constexpr std::array<std::string_view, 5> kEndings = {".csv", ".tsv", ".txt", ".log", ".dat"};
  return std::find(kEndings.begin(), kEndings.end(), file.extension().string()) != kEndings.end();
}

/// Which kind of file this is, by its name (traces, latencies) or by the keys only that kind has.
void validate_file(const Catalog& catalog, const fs::path& file) {
  config::Diagnostics diagnostics;
  const bool table = is_table(file);
  if (table || file.extension() == ".mahi") {
    if (file.string().ends_with(".latency.csv")) {
      catalog.more_latencies(file, diagnostics);
    } else if (table) {
      validate_table(catalog, file, diagnostics);
    } else {
      load_trace(file, mahimahi(), {}, diagnostics);
    }
    return diagnostics.throw_if_any();
  }
  const config::Node root = catalog.search().load_yaml(file);
  if (root.find("processors") || root.find("baseline_power")) {
    catalog.load_device(file, std::nullopt, diagnostics);
  } else if (root.find("uplink") || root.find("rtt")) {
    catalog.load_link(file, diagnostics);
  } else if (root.find("attention_width")) {
    config::read<GenerativeConfig>(root, diagnostics);
  } else if (root.find("macs") || root.find("layers")) {
    config::read<DnnConfig>(root, diagnostics);
  } else if (root.find("qos")) {
    config::read<UseCaseConfig>(root, diagnostics);
  } else if (root.find("delivery_opportunities") || root.find("rates") || root.find("signals")) {
    catalog.load_trace_format(file, diagnostics);
  } else if (root.find("prompt") && root.find("output")) {
    config::read<TokenFormat>(root, diagnostics);
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
  if (what == "generative") json = config::json_schema<GenerativeConfig>("AutoScale network");
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
         "scenario, sweep, device, link, trace format, DNN, use case or environment files, traces "
         "(.csv, .tsv, .txt, .log, .dat, .mahi), and latencies of a device (.latency.csv)")
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
      ->check(CLI::IsMember({"scenario", "sweep", "device", "workload", "generative"}));
  sub->footer("Example:\n  autoscale schema scenario > scenario.schema.json");
  sub->callback([what, &action] { action = [what] { return schema(*what); }; });
}

}  // namespace autoscale::cli
