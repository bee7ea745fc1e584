// Targets: recordings, tables of separated values, and what learners save.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "sim/models/dnn_files.h"
#include "sim/models/generation_table.h"
#include "sim/models/latency_table.h"
#include "sim/models/token_trace.h"
#include "sim/models/trace.h"
#include "sim/policy/cost_model.h"
#include "sim/policy/roster.h"
#include "sim/results/table_csv.h"
#include "tests/fuzz/target.h"
#include "tests/support/simulation_testing.h"

namespace autoscale::fuzz {
namespace {

using Json = nlohmann::ordered_json;

/// All shipped descriptions in a folder.
template <class T>
std::vector<T> formats_in(const char* below) {
  std::vector<T> formats;
  for (const std::string& name : shipped_catalog().names(below)) {
    formats.push_back(config::load<T>(source_root() / below / (name + ".yaml")));
  }
  return formats;
}

/// Every format, and every column that it describes.
void trace(std::string_view bytes) {
  static const auto formats = formats_in<TraceFormat>(kTraceFormatFolder);
  const auto file = folder().write("trace", bytes);
  for (const TraceFormat& format : formats) {
    TraceColumns columns;
    if (!format.signals.empty()) columns.signal = format.signals.front().column;
    if (!format.rates.empty()) columns.rate = format.rates.front().column;
    config::Diagnostics diagnostics;
    const Trace read = load_trace(file, format, columns, diagnostics);
    require(std::is_sorted(read.start_s.begin(), read.start_s.end()), "time goes on");
    for (const double dbm : read.signal_dbm) require(std::isfinite(dbm), "a finite signal");
    for (const double bps : read.rate_bps) require(std::isfinite(bps) && bps >= 0, "a rate");
    require(read.start_s.empty() != diagnostics.empty(), "rows or a reason");
  }
}

std::vector<std::string> trace_seeds() {
  std::vector<std::string> seeds = shipped("scenarios/signals", "", 2000);
  for (const char* ending : {".csv", ".mahi"}) {
    for (const auto& seed : shipped("tests/config_errors/cases", ending)) seeds.push_back(seed);
  }
  // A line or two of every format whose files are not shipped (sources: their descriptions).
  seeds.insert(seeds.end(),
               {"Timestamp,Longitude,Latitude,Speed,Operatorname,State,RSRP,RSRQ,SNR,CQI,RSSI,"
                "DL_bitrate,UL_bitrate\n2019.12.16_13.40.04,-8.1,51.2,0,B,D,-95,-13,1,10,-80,12,1\n"
                "2019.12.16_13.40.05,-8.1,51.2,0,B,D,-96,-13,1,10,-,14,0\n",
                "0.5 4.03\n1.5 2.1\n",
                "1453121790686 13169 51.03 3.73 1040381 973\n"
                "1453121791687 14170 51.03 3.73 1217033 1001\n",
                "signal: -61 dBm\nsignal: -62 dBm\n",
                "[ ID] Interval\n[  4]   0.00-1.00   sec  "
                "11.2 MBytes  93.9 Mbits/sec\n",
                "run_num,seq_num,nr_ssRsrp,lte_rssi,Throughput\n1,1,-90,-70,900\n1,2,-91,-70,1\n"});
  return seeds;
}

void tokens(std::string_view bytes) {
  static const auto formats = formats_in<TokenFormat>(kTokenFormatFolder);
  const auto file = folder().write("tokens", bytes);
  for (const TokenFormat& format : formats) {
    config::Diagnostics diagnostics;
    const auto read = load_token_trace(file, format, diagnostics);
    for (const TokenCount& count : read) require(count.prompt > 0 && count.output > 0, "tokens");
    require(read.empty() != diagnostics.empty(), "rows or a reason");
  }
}

std::vector<std::string> token_seeds() {
  return {"prompt_tokens,output_tokens\n12,300\n5,1\n", "12 300\n5 1\n",
          "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.68,374,44\n",
          "[[12, 300], [5, 1]]", R"([{"prompt_tokens": 12, "output_tokens": 3}])"};
}

/// The tables of the data folders.
void data_table(std::string_view bytes) {
  static const DnnConfig dnn =
      config::load<DnnConfig>(source_root() / "workloads/dnns/mobilenet_v1.yaml");
  static const auto names = shipped_catalog().dnn_names();
  const auto file = folder().write("table.csv", bytes);
  config::Diagnostics diagnostics;
  LatencyTable().read(file, "table.csv", names, nullptr, diagnostics);
  GenerationTable().read(file, names, diagnostics);
  make_dnn("fuzz", dnn, file, diagnostics);
  config::CsvReader csv(file, diagnostics, config::unknown_csv_shape());
  std::vector<std::string> fields;
  while (csv.next()) {
    std::vector<std::string> row;
    for (std::size_t i = 0; i < csv.header().size(); ++i) row.push_back(csv.text(i));
    config::split_csv_line(config::csv_line(row), fields);
    require(fields == row, "a line that was written is read again");
  }
}

std::vector<std::string> data_seeds() {
  std::vector<std::string> seeds = shipped("workloads/blocks", ".csv", 2000);
  for (const auto& name : {"latency.csv", "generation.csv"}) {
    seeds.push_back(read_all(source_root() / "workloads" / name).substr(0, 2000));
  }
  return seeds;
}

// --------------------------------------------------------------------------- what learners save

const Scenario& learning_scenario() {
  static const Scenario scenario = scenario_of(
      "name: fuzz\ndevices: [{profile: moto_x_force}]\ndnns: [mobilenet_v1, mobilebert]\n"
      "policies: [random]\nphases: [{name: test, inferences: 20}]\n");
  return scenario;
}

/// What a policy is given in that scenario.
PolicyContext context() {
  const SystemModel& system = learning_scenario().system();
  const DeviceType& type = system.types[0];
  static const CostModel costs(system, type);
  return {type.actions, system.dnns,    type.dnns,       &costs,
          nullptr,      RandomField(1), type.profile.id, system.constraints.qos_s};
}

std::unique_ptr<Policy> make(const std::string& learner) {
  config::Diagnostics diagnostics;
  return PolicyRegistry::instance().find(learner)->read(nullptr, diagnostics)->make(context());
}

Observation observation(std::uint32_t request) {
  Observation o;
  o.request = request;
  o.load = {0.1 * (request % 10), 0.5};
  o.signal_dbm = {-60.0 - request, -70};
  return o;
}

/// Learner -> what it saves after a few outcomes.
const std::map<std::string, Json>& saved_tables() {
  static const auto tables = [] {
    std::map<std::string, Json> made;
    for (const auto& [name, entry] : PolicyRegistry::instance().entries()) {
      if (!entry.info.learns || entry.info.needs_oracle) continue;
      const auto policy = make(name);
      policy->set_mode({.learn = true, .explore = true});
      for (std::uint32_t i = 0; i < 40; ++i) {
        const ExecutionPlan plan = policy->decide(observation(i));
        policy->learn(
            {{.reward = -0.01 * i}, observation(i), observation(i + 1), plan.action, 0.01, 0.1});
      }
      Json saved = policy->save();
      if (!saved.is_null()) made.emplace(name, std::move(saved));
    }
    return made;
  }();
  return tables;
}

/// Lays `over` on `json`: entries of objects and first ones of lists are replaced, null removes.
void lay(Json& json, const Json& over) {
  if (over.is_object() && json.is_object()) {
    for (const auto& [key, value] : over.items()) {
      if (value.is_null()) {
        json.erase(key);
      } else {
        lay(json[key], value);
      }
    }
  } else if (over.is_array() && json.is_array() && over.size() <= json.size()) {
    for (std::size_t i = 0; i < over.size(); ++i) lay(json[i], over[i]);
  } else {
    json = over;
  }
}

/// A learner takes over its own table, with changes: the learner's name, a line's end, the changes.
void learned(std::string_view bytes) {
  const std::size_t end = std::min(bytes.find('\n'), bytes.size());
  const auto table = saved_tables().find(std::string(bytes.substr(0, end)));
  const Json changes = Json::parse(bytes.substr(end), nullptr, false);
  if (table == saved_tables().end() || changes.is_discarded()) return;
  Json saved = table->second;
  lay(saved, changes);
  for (const auto take : {&Policy::load, &Policy::transfer}) {
    const auto policy = make(table->first);
    try {
      if (!accepts([&] { (*policy.*take)(saved); })) continue;
    } catch (const Json::exception&) {
      continue;  // the scenario says that the table does not fit
    }
    policy->set_mode({.learn = true, .explore = false});
    for (std::uint32_t i = 0; i < 3; ++i) {
      const ExecutionPlan plan = policy->decide(observation(i));
      const auto& legal = context().legality[0].legal;
      require(std::find(legal.begin(), legal.end(), plan.action) != legal.end(), "a legal action");
      policy->learn({{.reward = -1}, observation(i), observation(i + 1), plan.action, 0.01, 0.1});
    }
    policy->save();
  }
}

std::vector<std::string> learned_seeds() {
  std::vector<std::string> seeds;
  for (const auto& [name, saved] : saved_tables()) {
    seeds.push_back(name + "\n{}");
    for (const auto& [key, value] : saved.items()) {
      Json change = value;
      if (value.is_array() && value.size() > 3) change = Json(value.begin(), value.begin() + 3);
      seeds.push_back(fmt::format("{}\n{}", name, Json{{key, change}}.dump()));
    }
  }
  return seeds;
}

/// A small saved table.
const Json& small_table() {
  static const Json table = {{"policy", "autoscale"},
                             {"states", {"near", "far"}},
                             {"actions", {"phone", "cloud"}},
                             {"values", {0.5, -1, 2, 1e9}},
                             {"visits", {1, 0, 3, 4}}};
  return table;
}

void saved_table(std::string_view bytes) {
  const auto file = folder().write("saved.json", bytes);
  accepts([&] {
    const Json saved = read_saved_table(file);
    std::string csv;
    write_table_csv(saved, [&csv](const std::string& line) { csv += line + "\n"; });
    const auto written = folder().write("saved.csv", csv);
    accepts([&] { read_table_csv(written, saved); });
  });
}

void table_import(std::string_view bytes) {
  const auto file = folder().write("import.csv", bytes);
  accepts([&] { read_table_csv(file, small_table()); });
}

std::string small_csv() {
  std::string csv;
  write_table_csv(small_table(), [&csv](const std::string& line) { csv += line + "\n"; });
  return csv;
}

}  // namespace

std::vector<Target> table_targets() {
  return {
      {"trace", trace, trace_seeds},
      {"tokens", tokens, token_seeds},
      {"data_table", data_table, data_seeds},
      {"learned", learned, learned_seeds},
      {"saved_table", saved_table, [] { return std::vector<std::string>{small_table().dump()}; }},
      {"table_import", table_import, [] { return std::vector<std::string>{small_csv()}; }},
  };
}

}  // namespace autoscale::fuzz
